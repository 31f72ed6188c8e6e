"""What the reports in a model's work directory say, as one row of the study's table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fitness_mm.aihub.catalog import CONFUSABLE_SEED_CLASSES, SEED_EXERCISES
from fitness_mm.engine.clip_records import ClipRecordError, ClipRecords

from .errors import AnalysisError

REPORT = 'accuracy.json'
TRAIN_REPORT = Path('train') / REPORT
"""Where a test on the training part leaves its report."""

CONFUSABLE = tuple(SEED_EXERCISES[c].name for c in CONFUSABLE_SEED_CLASSES)


@dataclass(frozen=True, eq=False)
class ModelResult:
    """One model's numbers; those of the training part are None if it was not tested on it.

    Attributes:
        name: The work directory's name.
        train_accuracy: On the training part, with the test pipeline and the final weights.
        accuracy: On the held-out part.
        macro_f1: Mean of the classes' F1.
        confusable: Accuracy on the clip-views of the three confusable exercises; None if the
            classes or the data do not have them.
        per_view: Accuracy by camera.
        records: Scores of every held-out clip-view.
    """

    name: str
    train_accuracy: float | None
    accuracy: float
    macro_f1: float
    confusable: float | None
    per_view: dict[str, float]
    records: ClipRecords

    @property
    def correct(self) -> np.ndarray:
        """Whether the model is right, bool (N,)."""
        return self.records.predicted == self.records.label


def read_result(work_dir: Path) -> ModelResult:
    """Reads the reports that ``tools/train.py`` and ``tools/test.py`` leave.

    Raises:
        AnalysisError: If one is missing or damaged.
    """
    report = _read_report(work_dir / REPORT)
    train = (_read_report(work_dir / TRAIN_REPORT) if (work_dir / TRAIN_REPORT).is_file()
             else None)
    file = (work_dir / REPORT).with_suffix('.npz')
    try:
        records = ClipRecords.read(file)
    except FileNotFoundError:
        raise AnalysisError(f'{work_dir} has no {file.name} beside {REPORT}; test the model again '
                            f'with tools/test.py CONFIG CHECKPOINT --work-dir {work_dir}'
                            ) from None
    except ClipRecordError as error:
        raise AnalysisError(str(error)) from error
    correct = records.predicted == records.label
    hard = confusable_rows(records)
    return ModelResult(
        name=work_dir.resolve().name,
        train_accuracy=None if train is None else train['top1'],
        accuracy=report['top1'],
        macro_f1=report['macro_f1'],
        confusable=float(correct[hard].mean()) if hard.any() else None,
        per_view=report.get('per_view', {}),
        records=records)


def confusable_rows(records: ClipRecords) -> np.ndarray:
    """Clip-views whose exercise is one of the three confusable ones, bool (N,)."""
    return np.isin(np.array(records.classes)[records.label], CONFUSABLE)


def find_config(work_dir: Path) -> Path:
    """The config that mmengine kept in a work directory.

    Raises:
        AnalysisError: If there is none, or more than one.
    """
    configs = sorted(work_dir.glob('*.py'))
    if len(configs) != 1:
        raise AnalysisError(f'{work_dir} holds {len(configs)} configs, expected the one that '
                            'tools/train.py leaves there; use a work directory per model')
    return configs[0]


def _read_report(file: Path) -> dict:
    try:
        report = json.loads(file.read_text('utf-8'))
        report['top1'], report['macro_f1']
    except FileNotFoundError:
        raise AnalysisError(f'there is no {file}; name work directories of tools/train.py, whose '
                            f'models have been validated with FitnessAccMetric') from None
    except (ValueError, KeyError, TypeError) as error:
        raise AnalysisError(f'{file} is damaged or no report of FitnessAccMetric ({error}); make '
                            'it again with tools/test.py') from error
    return report
