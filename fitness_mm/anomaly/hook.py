"""The anomaly filter in a run of mmengine: collects on the one side, leaves out on the other."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dist import barrier, collect_results, get_world_size, is_main_process
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import BaseLoop, Runner
from torch.utils.data import DataLoader

from fitness_mm.aihub.index import read_exclusions, read_joint_exclusions
from fitness_mm.errors import FitnessError

from .decision import Anomalies, find_anomalies
from .files import write_anomalies
from .leave_out import count_left_out, with_exclusions
from .residuals import Residuals, concatenate
from .rules import Rule
from .sheet import draw_sheet, worst_rows

_METAINFO = ('torso', 'clip_view', 'frame_number', 'view', 'performer', 'exercise', 'day',
             'input_size', 'input_scale')


@HOOKS.register_module()
class AnomalyFilterHook(Hook):
    """Finds wrong labels by held-out predictions, and keeps those of given files out of training.

    After validation and test it writes the files of :class:`~fitness_mm.anomaly.AnomalyFiles`
    into ``anomalies/`` of the work directory, named after the fold: the same files whatever the
    number of processes. Before training it rebuilds the training data loader without the frames
    and joints that files list. Label files are never touched: without the hook everything is as
    it was.

    Data samples carry ``clip_view``, ``frame_number``, ``view``, ``performer``, ``exercise``,
    ``day`` and ``torso`` in their meta information; see
    :class:`~fitness_mm.anomaly.residuals.Residuals`.

    Args:
        exclude: JSON files of frames to leave out of training.
        exclude_joints: JSON files of single joints to leave out of training.
        rule: Arguments of :class:`~fitness_mm.anomaly.Rule`; a threshold is recommended from the
            residuals if None.
        sheet: How many of the worst frames to draw after a test and after the last validation;
            0 for none.
        out_dir: Where the files go instead of ``anomalies/`` of the work directory.
        name: What the files' names start with instead of the fold.
    """

    def __init__(self,
                 exclude: Sequence[str] = (),
                 exclude_joints: Sequence[str] = (),
                 rule: Mapping[str, Any] | None = None,
                 sheet: int = 24,
                 out_dir: str | None = None,
                 name: str | None = None) -> None:
        self.exclude = [exclude] if isinstance(exclude, str) else list(exclude)
        self.exclude_joints = ([exclude_joints] if isinstance(exclude_joints, str)
                               else list(exclude_joints))
        self.rule = None if rule is None else Rule(**rule)
        self.sheet = sheet
        self.out_dir, self.name = out_dir, name
        self._parts: list[Residuals] = []
        self._excluded = False

    def before_run(self, runner: Runner) -> None:
        """Leaves out what the files list.

        mmengine has built the training loop by now, and with it the number of iterations and the
        schedules that depend on it, but resumed nothing yet; so they are built again.

        Raises:
            FitnessError: If a file cannot be used, or the data set knows nothing of exclusions.
        """
        training = isinstance(runner._train_loop, BaseLoop)
        if self._excluded or not training or not (self.exclude or self.exclude_joints):
            return
        self._excluded = True
        try:
            frames = read_exclusions(self.exclude)
            joints = read_joint_exclusions(self.exclude_joints)
            settings = with_exclusions(runner._train_dataloader, runner.train_dataloader.dataset,
                                       self.exclude, self.exclude_joints)
        except FileNotFoundError as error:
            raise FitnessError(f'AnomalyFilterHook cannot leave out what {error.filename} lists: '
                               'there is no such file; tools/kfold.py and this hook write them to '
                               '<work dir>/anomalies/') from None
        except (ValueError, OSError) as error:
            raise FitnessError(f'AnomalyFilterHook cannot leave out anything: {error}') from error
        before = runner.train_dataloader.dataset
        _rebuild_training(runner, settings)
        runner.logger.info(
            'AnomalyFilterHook: '
            + count_left_out(before, runner.train_dataloader.dataset, frames, joints))

    def before_val_epoch(self, runner: Runner) -> None:
        """Forgets the previous validation."""
        self._parts = []

    before_test_epoch = before_val_epoch

    def after_val_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None,
                       outputs: Sequence | None = None) -> None:
        """Keeps labels and predictions of a batch."""
        self._parts.append(Residuals.from_rows([_row(sample) for sample in outputs]))

    after_test_iter = after_val_iter

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Writes what was found; draws it if this was the last validation."""
        last = not isinstance(runner._train_loop, BaseLoop) or _is_over(runner)
        self._finish(runner, runner.val_dataloader, draw=last)

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Writes and draws what was found."""
        self._finish(runner, runner.test_dataloader, draw=True)

    def _finish(self, runner: Runner, loader: DataLoader, draw: bool) -> None:
        folder = Path(self.out_dir or Path(runner.work_dir) / 'anomalies')
        residuals = _gather(self._parts, folder)
        self._parts = []
        if residuals is None:
            return
        dataset = loader.dataset
        anomalies = find_anomalies(residuals, self.rule)
        name = self.name or _name_of(dataset)
        files = write_anomalies(residuals, anomalies, folder, name)
        runner.logger.info(f'AnomalyFilterHook: {_describe(residuals, anomalies)}; written to '
                           f'{files.frames} and beside it')
        rows = worst_rows(residuals, anomalies, self.sheet)
        if draw and len(rows):
            draw_sheet(residuals, anomalies, rows, dataset.index, folder / f'{name}_worst.png')


def _row(sample: Any) -> dict[str, Any]:
    """A frame of :class:`Residuals` from a data sample of MMPose."""
    missing = [name for name in _METAINFO if name not in sample.metainfo]
    if missing:
        raise ValueError(f'AnomalyFilterHook finds no {missing[0]} in a data sample; list it in '
                         'meta_keys of PackPoseInputs')
    meta, label, prediction = sample.metainfo, sample.gt_instances, sample.pred_instances
    num_keypoints = np.shape(label.keypoints)[1]
    visible = np.asarray(label.keypoints_visible).reshape(num_keypoints, -1)
    input_size = np.asarray(meta['input_size'], np.float32)
    return dict(
        labels=np.asarray(label.keypoints)[0],
        predictions=np.asarray(prediction.keypoints)[0],
        visible=visible[:, 0] > 0,
        scores=np.asarray(prediction.keypoint_scores)[0],
        torso=float(meta['torso']),
        box=np.asarray(label.bboxes)[0],
        input_scale=input_size / np.asarray(meta['input_scale'], np.float32),
        input_size=input_size,
        clip_view=str(meta['clip_view']),
        frame_number=int(meta['frame_number']),
        view=str(meta['view']),
        performer=int(meta['performer']),
        exercise=str(meta['exercise']),
        day=str(meta['day']))


def _gather(parts: Sequence[Residuals], folder: Path) -> Residuals | None:
    """Every process's frames, each once and in order, on the main process; None on the others.

    The parts of the processes need not be equally long.
    """
    mine = concatenate(parts).columns() if parts else None
    scratch = folder / '.collect'  # work directories are shared between nodes, /tmp is not
    everyone = collect_results([mine], get_world_size(), device='cpu', tmpdir=str(scratch))
    if get_world_size() > 1:
        barrier()
    if not is_main_process():
        return None
    shutil.rmtree(scratch, ignore_errors=True)
    found = [Residuals(**columns) for columns in everyone if columns is not None]
    return concatenate(found).in_order() if found else None


def _rebuild_training(runner: Runner, dataloader: Mapping[str, Any]) -> None:
    """The training loop and the schedules anew, for another data loader."""
    runner._train_dataloader = dataloader
    runner._train_loop = runner.build_train_loop(runner.cfg.train_cfg)
    if runner.param_schedulers is None:
        return
    for group in runner.optim_wrapper.param_groups:
        for initial in [key for key in group if key.startswith('initial_')]:
            # a warm-up has changed the value already, and starts from what it finds
            group[initial.removeprefix('initial_')] = group[initial]
    runner.param_schedulers = runner.build_param_scheduler(runner.cfg.param_scheduler)


def _is_over(runner: Runner) -> bool:
    loop = runner.train_loop
    return runner.iter >= loop.max_iters or getattr(loop, 'stop_training', False)


def _name_of(dataset: Any) -> str:
    """``fold2``; anything but held-out data says so in its name."""
    fold, subset = getattr(dataset, 'fold', 0), getattr(dataset, 'subset', 'val')
    return f'fold{fold}' if subset == 'val' else f'fold{fold}_{subset}'


def _describe(residuals: Residuals, anomalies: Anomalies) -> str:
    return anomalies.describe(len(np.unique(residuals.clip_view[anomalies.flagged])))
