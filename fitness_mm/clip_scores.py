"""What a recogniser says about clip-views, and how often it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .aihub.catalog import families_of
from .errors import FitnessError
from .json_files import read_json, unlike
from .records import ClipViewRecord, column

_REPORT = {'top1': float, 'family_top1': float, 'samples': int, 'unit': str,
           'per_class': {str: (float, None)}, 'classes': [str], 'confusion': [[int]]}


@dataclass(frozen=True, eq=False)
class ClipScores(ClipViewRecord):
    """Scores of all classes.

    Attributes:
        scores: float32 (N, C).
    """

    scores: np.ndarray = column(float, 'C')

    what = 'record of class scores'
    source = ('FitnessAccMetric leaves one when tools/train.py validates or tools/test.py tests, '
              'in the work directory')

    @property
    def predicted(self) -> np.ndarray:
        """Class with the highest score, (N,)."""
        return self.scores.argmax(1)


def same_family(classes: Sequence[str], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether classes (N,) and others (N,) are of one family, which keypoints do not tell apart,
    bool (N,)."""
    family = np.array(families_of(classes))
    return family[first] == family[second]


def accuracy_report(records: ClipScores) -> dict:
    """Accuracy by class, view and performer, and the confusion matrix.

    Returns:
        JSON-ready numbers: ``samples`` and their ``unit``, clip-views or clips; ``family_top1``,
        accuracy by family; ``macro_f1``; ``per_class``, recall by class name, None for a class
        without samples; ``per_view`` and ``per_performer``, accuracy by group, where every
        sample's is known, ``per_view`` where each is of one; ``classes``; ``confusion``, counts
        with the true class as row.
    """
    from sklearn.metrics import confusion_matrix, f1_score
    labels, predicted = records.label, records.predicted
    correct = predicted == labels

    def mean(mask: np.ndarray) -> float | None:
        return float(correct[mask].mean()) if mask.any() else None

    groups = {name: getattr(records, name) for name in ('view', 'performer')
              if name != 'view' or not records.whole_clips}
    return {
        'samples': len(records),
        'unit': records.unit,
        'family_top1': float(same_family(records.classes, labels, predicted).mean()),
        'macro_f1': float(f1_score(labels, predicted, labels=np.unique(labels), average='macro',
                                   zero_division=0)),
        'per_class': {name: mean(labels == c) for c, name in enumerate(records.classes)},
        **{f'per_{name}': {str(g): mean(group == g) for g in np.unique(group)}
           for name, group in groups.items() if (group != records.UNKNOWN[name]).all()},
        'classes': list(records.classes),
        'confusion': confusion_matrix(labels, predicted,
                                      labels=np.arange(len(records.classes))).tolist(),
    }


def read_accuracy_report(path: str | Path) -> dict:
    """Reads the ``accuracy.json`` that :class:`~fitness_mm.action.FitnessAccMetric` writes.

    Raises:
        FitnessError: If it is missing, damaged or something else.
    """
    what, source = 'report of FitnessAccMetric', ('tools/train.py and tools/test.py leave one in '
                                                  'the work directory of a recogniser')
    report = read_json(path, _REPORT, what, source)
    problem = unlike(report.get('per_performer', {}), {str: float}, 'per_performer')
    size = len(report['classes'])
    if not size or [len(row) for row in report['confusion']] != [size] * size:
        problem = f'confusion is no table of {size} classes'
    if problem:
        raise FitnessError(f'{path} is damaged or no {what} ({problem}); {source}')
    return report
