"""The anomaly filter in a run of mmengine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import BaseLoop, Runner

from fitness_mm.anomaly import Rule, find_anomalies, write_anomalies
from fitness_mm.anomaly.sheet import draw_sheet, worst_rows
from fitness_mm.errors import FitnessError


@HOOKS.register_module()
class AnomalyFilterHook(Hook):
    """Finds wrong labels among the held-out predictions that :class:`FitnessMPJPE` collects.

    After validation and test it writes the files of :class:`~fitness_mm.anomaly.AnomalyFiles`
    into ``anomalies/`` of the work directory, named after the fold: the same files whatever the
    number of processes. ``excluded`` and ``excluded_joints`` of the data sets then leave out what
    they list. Label files are never touched.

    Args:
        rule: Arguments of :class:`~fitness_mm.anomaly.Rule`; a threshold is recommended from the
            residuals if None.
        sheet: How many of the worst frames to draw after a test and after the last validation;
            0 for none.
        out_dir: Where the files go instead of ``anomalies/`` of the work directory.
        name: What the files' names start with instead of the fold.
    """

    def __init__(self,
                 rule: Mapping[str, Any] | None = None,
                 sheet: int = 24,
                 out_dir: str | None = None,
                 name: str | None = None) -> None:
        self.rule = None if rule is None else Rule(**rule)
        self.sheet = sheet
        self.out_dir, self.name = out_dir, name
        self._train_loop: BaseLoop | None = None

    def before_train(self, runner: Runner) -> None:
        """Looks for the metric before the long work.

        Raises:
            FitnessError: If none collects residuals.
        """
        self._train_loop = runner.train_loop
        if runner.val_loop is not None:
            _metric_of(runner.val_loop)

    def before_test(self, runner: Runner) -> None:
        """The same."""
        _metric_of(runner.test_loop)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Writes what was found; draws it if this was the last validation."""
        loop = self._train_loop
        self._finish(runner, runner.val_loop, draw=(
            loop is None or runner.iter >= loop.max_iters
            or getattr(loop, 'stop_training', False)))

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Writes and draws what was found."""
        self._finish(runner, runner.test_loop, draw=True)

    def _finish(self, runner: Runner, loop: BaseLoop, draw: bool) -> None:
        residuals = _metric_of(loop).residuals
        if residuals is None:
            return  # it is with the main process
        folder = Path(self.out_dir or Path(runner.work_dir) / 'anomalies')
        dataset = loop.dataloader.dataset
        anomalies = find_anomalies(residuals, self.rule)
        name = self.name or _name_of(dataset)
        rows = worst_rows(residuals, anomalies, self.sheet)
        if draw and len(rows):  # before the record, which says that all is there
            draw_sheet(residuals, anomalies, rows, dataset.index, folder / f'{name}_worst.png')
        files = write_anomalies(residuals, anomalies, folder, name)
        runner.logger.info(f'AnomalyFilterHook: {anomalies.describe(residuals)}; written to '
                           f'{files.frames} and beside it')


def _metric_of(loop: BaseLoop) -> Any:
    """The metric that has ``residuals`` of the last evaluation, of :class:`Residuals`."""
    for metric in loop.evaluator.metrics:
        if hasattr(metric, 'residuals'):
            return metric
    raise FitnessError('AnomalyFilterHook needs the residuals that FitnessMPJPE collects; add '
                       "dict(type='FitnessMPJPE') to val_evaluator and test_evaluator")


def _name_of(dataset: Any) -> str:
    """``fold2``; anything but held-out data says so in its name."""
    fold, subset = getattr(dataset, 'fold', 0), getattr(dataset, 'subset', 'val')
    return f'fold{fold}' if subset == 'val' else f'fold{fold}_{subset}'
