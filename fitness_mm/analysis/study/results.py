"""What the tests of a model left in its work directory, of one training or of several folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fitness_mm.aihub.catalog import CONFUSABLE_STUDY_CLASSES, STUDY_EXERCISES
from fitness_mm.clip_scores import ClipScores, accuracy_report
from fitness_mm.errors import FitnessError
from fitness_mm.json_files import read_json

RECORDS = 'accuracy.npz'
TRAIN_REPORT = Path('train') / 'accuracy.json'
"""Where a test on the training part leaves its report."""

CONFUSABLE = tuple(STUDY_EXERCISES[c].name for c in CONFUSABLE_STUDY_CLASSES)


@dataclass(frozen=True, eq=False)
class ModelResult:
    """One model's numbers; those of the training part are None if it was not tested on it.

    Attributes:
        name: The work directory's name.
        train_accuracy: On the training part, with the test pipeline and the final weights; the
            mean over folds.
        report: Numbers on the held-out part, as :func:`accuracy_report` has them, and ``top1``.
        confusable: Accuracy on the clip-views of the three confusable exercises; None if the
            classes or the data do not have them.
        records: Scores of every held-out clip-view.
    """

    name: str
    train_accuracy: float | None
    report: dict
    confusable: float | None
    records: ClipScores

    @property
    def correct(self) -> np.ndarray:
        """Whether the model is right, bool (N,)."""
        return self.records.predicted == self.records.label


@dataclass(frozen=True)
class ModelCost:
    """Cost of one clip.

    Attributes:
        parameters: Number of learnt numbers.
        macs: Multiply-accumulate operations for one clip.
        clips_per_sec: Clips a second, preparing the network's input included, reading files not.
        device: Where that was measured.
    """

    parameters: int
    macs: int
    clips_per_sec: float
    device: str


def read_result(work_dir: Path, name: str | None = None) -> ModelResult:
    """Reads what ``tools/train.py`` and ``tools/test.py`` leave, of all folds if there are some.

    Args:
        work_dir: Holds the records of one training, or folders ``fold0``, ``fold1``, ... that do.
        name: The model's; the folder's if None.

    Raises:
        FitnessError: If something is missing or damaged, or the folds have other classes.
    """
    parts = trainings(work_dir)
    records = ClipScores.read_all([part / RECORDS for part in parts])
    train = [_read_train_accuracy(part / TRAIN_REPORT) for part in parts
             if (part / TRAIN_REPORT).is_file()]
    correct = records.predicted == records.label
    hard = confusable_rows(records)
    return ModelResult(
        name=name or work_dir.resolve().name,
        train_accuracy=float(np.mean(train)) if len(train) == len(parts) else None,
        report={'top1': float(correct.mean()), **accuracy_report(records)},
        confusable=float(correct[hard].mean()) if hard.any() else None,
        records=records)


def trainings(work_dir: Path) -> list[Path]:
    """The folders of a model's folds, or its only one."""
    folds = [folder for folder in work_dir.glob('fold*') if folder.name[4:].isdecimal()]
    return sorted(folds, key=lambda folder: int(folder.name[4:])) or [work_dir]


def distinct_names(work_dirs: Sequence[Path]) -> list[str]:
    """Names of models: their folders', with as many of those above as tell them apart.

    Raises:
        FitnessError: If a folder is there twice.
    """
    parts = [folder.resolve().parts for folder in work_dirs]
    if len(set(parts)) < len(parts):
        raise FitnessError('the same work directory is there twice: '
                           + ', '.join(map(str, work_dirs)))
    depth = 1
    while len({folder[-depth:] for folder in parts}) < len(parts):
        depth += 1
    return ['/'.join(folder[-depth:]) for folder in parts]


def confusable_rows(records: ClipScores) -> np.ndarray:
    """Clip-views whose exercise is one of the three confusable ones, bool (N,)."""
    return np.isin(np.array(records.classes)[records.label], CONFUSABLE)


def find_config(work_dir: Path) -> Path:
    """The config that mmengine kept in a work directory.

    Raises:
        FitnessError: If there is none, or more than one.
    """
    configs = sorted(work_dir.glob('*.py'))
    if len(configs) != 1:
        raise FitnessError(f'{work_dir} holds {len(configs)} configs, expected the one that '
                           'tools/train.py leaves there; use a work directory per model')
    return configs[0]


def _read_train_accuracy(file: Path) -> float:
    return read_json(file, {'top1': float}, 'report of FitnessAccMetric',
                     'make it again with tools/test.py')['top1']
