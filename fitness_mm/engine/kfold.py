"""K-fold held-out predictions: one network per fold, each judging labels that it has not seen."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from mmengine.config import Config, ConfigDict

from fitness_mm.anomaly import AnomalyFiles, Rule, merge
from fitness_mm.errors import FitnessError
from fitness_mm.files import write_text

from .load import read_config
from .tool_launcher import ToolLauncher

_LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


@dataclass
class KFold:
    """Trains a pose config once per fold and has every network judge the labels held out from it.

    What is finished stays on disk and is not done again: a fold is finished once its record is in
    ``anomalies/``, an interrupted training continues from its last checkpoint.

    Attributes:
        config: Config file of the pose estimator.
        work_dir: Everything goes here: ``fold<k>/`` and ``anomalies/``.
        num_folds: Number of folds.
        split: ``performer``, or the original study's ``modulo``.
        rule: Rule of the anomaly filter; a recommended one if None.
        options: Settings that override the config's.
        launcher: How trainings are started.
        say: Takes one line about what is going on.
    """

    config: Path
    work_dir: Path
    num_folds: int
    split: str
    launcher: ToolLauncher
    rule: Rule | None = None
    options: dict[str, Any] = field(default_factory=dict)
    say: Callable[[str], None] = print

    def __post_init__(self) -> None:
        if self.num_folds < 2:
            raise FitnessError(f'--folds is {self.num_folds}, expected at least 2: a network has '
                               'to judge labels that it has not trained on')
        base = read_config(self.config, self.options)
        for name in _LOADERS:
            if 'fold' not in _dataset_of(base, name, self.config):
                raise FitnessError(f'{self.config}: the data set of {name} has no argument fold, '
                                   'expected a FitnessPoseDataset with split, fold and num_folds')
        self._base = base

    @property
    def anomalies_dir(self) -> Path:
        """Where records and flags are."""
        return self.work_dir / 'anomalies'

    def record(self, fold: int) -> Path:
        """Residuals of a fold's held-out frames."""
        return AnomalyFiles.of(self.anomalies_dir, f'fold{fold}').record

    def run_folds(self, folds: Iterable[int]) -> None:
        """Trains these folds and predicts what is held out from each, as far as not done yet.

        Raises:
            FitnessError: If a training or prediction fails, or the work directory belongs to
                something else.
        """
        todo = []
        for fold in folds:
            if not 0 <= fold < self.num_folds:
                raise FitnessError(f'there is no fold {fold}, expected 0 to {self.num_folds - 1}')
            self.train_config(fold)
            if self.record(fold).is_file():
                self.say(f'fold {fold} is finished: {self.record(fold)}')
            else:
                todo.append(fold)
        began = time.monotonic()

        def run(fold: int, device: str | None) -> None:
            self.say(f'fold {fold} of {self.num_folds}: training')
            checkpoint = self._train(self.train_config(fold), device)
            self.say(f'fold {fold} of {self.num_folds}: predicting its held-out frames')
            self.predict(checkpoint, 'val', fold, self.anomalies_dir, f'fold{fold}', device)

        for done, fold in enumerate(_spread(todo, self.launcher.devices, run), start=1):
            left = (time.monotonic() - began) / done * (len(todo) - done)
            self.say(f'fold {fold} is finished; {len(todo) - done} to go'
                     + (f', about {_duration(left)} left' if done < len(todo) else ''))

    def merge(self) -> AnomalyFiles:
        """Judges all folds together and writes the flags.

        Raises:
            FitnessError: If a fold is missing.
            RecordError: If a record cannot be read.
        """
        missing = [fold for fold in range(self.num_folds) if not self.record(fold).is_file()]
        if missing:
            raise FitnessError(f'fold {missing[0]} has no record in {self.anomalies_dir} yet; run '
                               f'it with --fold {missing[0]}')
        records = [self.record(fold) for fold in range(self.num_folds)]
        files, residuals, anomalies = merge(records, self.anomalies_dir, 'all', self.rule)
        self.say(f'{anomalies.describe(residuals)}; listed in {files.frames}')
        return files

    def retrain(self, fold: int, excluded: Path) -> dict[tuple[str, str], Path]:
        """Trains a fold again without the flagged frames and predicts with both networks.

        Returns:
            Records by labels that were trained on, ``all`` or ``kept``, and subset, ``train`` or
            ``val``.

        Raises:
            FitnessError: If a training or prediction fails.
        """
        folder = self.work_dir / f'fold{fold}_retrained'
        config = self.train_config(fold, self._frozen(excluded, folder))
        device = self.launcher.devices[0] if self.launcher.devices else None
        records = {}
        for labels, path in (('all', self.train_config(fold)), ('kept', config)):
            self.say(f'fold {fold}, trained on {labels} labels')
            checkpoint = self._train(path, device)
            for subset in ('train', 'val'):
                name = f'{labels}_{subset}'
                record = AnomalyFiles.of(folder, name).record
                if not record.is_file():
                    self.predict(checkpoint, subset, fold, folder, name, device)
                records[labels, subset] = record
        return records

    def _frozen(self, excluded: Path, folder: Path) -> Path:
        """A copy of the list of frames to leave out, which a new merge does not change."""
        copy_, content = folder / 'excluded_frames.json', excluded.read_bytes()
        if copy_.is_file() and copy_.read_bytes() != content:
            raise FitnessError(f'{folder} holds a training without other frames than {excluded} '
                               f'lists now; remove {folder} to train again')
        return write_text(copy_, content.decode())

    def train_config(self, fold: int, excluded: Path | None = None) -> Path:
        """Writes the config of a fold's training.

        Args:
            fold: The fold that is held out.
            excluded: JSON of frames to leave out.

        Raises:
            FitnessError: If the folder holds the training of another config.
        """
        cfg = self._fold_config(fold)
        if excluded is not None:
            dataset = _dataset_of(cfg, 'train_dataloader', self.config)
            before = dataset.get('excluded', [])
            dataset.excluded = [*([before] if isinstance(before, str) else before), str(excluded)]
        folder = self.work_dir / (f'fold{fold}' if excluded is None else f'fold{fold}_retrained')
        cfg.work_dir = str(folder)
        # mmengine leaves the config it ran with in the work directory, so ours has to be elsewhere
        path, text = self.work_dir / 'configs' / f'{folder.name}.py', cfg.pretty_text
        if path.is_file() and path.read_bytes() != text.encode():
            raise FitnessError(f'{folder} holds the training of another config than {self.config} '
                               'with these options; choose another --work-dir or remove it')
        write_text(path, text)
        return path

    def predict(self, checkpoint: Path, subset: str, fold: int, out_dir: Path, name: str,
                device: str | None = None) -> None:
        """Predicts all labelled frames of a subset and writes their residuals.

        Raises:
            FitnessError: If it fails.
        """
        cfg = self._fold_config(fold)
        dataset = _dataset_of(cfg, 'test_dataloader', self.config)
        dataset.update(subset=subset, frames='all')
        cfg.test_evaluator = dict(type='FitnessMPJPE')
        cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), dict(
            type='AnomalyFilterHook', out_dir=str(out_dir), name=name,
            rule=None if self.rule is None else asdict(self.rule))]
        imports = (cfg.get('custom_imports') or {}).get('imports', [])
        cfg.custom_imports = dict(imports=[*imports, 'fitness_mm.pose'],
                                  allow_failed_imports=False)
        folder = checkpoint.parent
        path = write_text(self.work_dir / 'configs' / f'{folder.name}_{subset}.py',
                          cfg.pretty_text)
        self.launcher.run('test', path, checkpoint, '--work-dir', folder, folder=folder,
                          device=device)

    def _fold_config(self, fold: int) -> Config:
        cfg = copy.deepcopy(self._base)
        for name in _LOADERS:
            _dataset_of(cfg, name, self.config).update(
                split=self.split, fold=fold, num_folds=self.num_folds)
        return cfg

    def _train(self, config: Path, device: str | None) -> Path:
        """Trains, or goes on; the last checkpoint.

        Not the best one: that would be chosen by the labels that are to be judged.
        """
        folder = self.work_dir / config.stem
        self.launcher.run('train', config, '--work-dir', folder, '--resume', folder=folder,
                          device=device)
        return folder / Path((folder / 'last_checkpoint').read_text().strip()).name


def _dataset_of(cfg: Config, loader: str, config: Path) -> ConfigDict:
    """Settings of a loader's innermost data set."""
    if not cfg.get(loader):
        raise FitnessError(f'{config} has no {loader}')
    dataset = cfg[loader].dataset
    while isinstance(dataset.get('dataset'), dict):
        dataset = dataset.dataset
    return dataset


def _spread(folds: Sequence[int], devices: Sequence[str],
            run: Callable[[int, str | None], None]) -> Iterable[int]:
    """Runs folds one by one, or each on a device that is free; yields them as they finish."""
    if not devices:
        for fold in folds:
            run(fold, None)
            yield fold
        return
    free: SimpleQueue[str] = SimpleQueue()
    for device in devices:
        free.put(device)

    def on_free_device(fold: int) -> int:
        device = free.get()
        try:
            run(fold, device)
        finally:
            free.put(device)
        return fold

    with ThreadPoolExecutor(len(devices)) as pool:
        for future in as_completed([pool.submit(on_free_device, fold) for fold in folds]):
            yield future.result()


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f'{minutes // 60} h {minutes % 60} min' if minutes >= 60 else f'{max(minutes, 1)} min'
