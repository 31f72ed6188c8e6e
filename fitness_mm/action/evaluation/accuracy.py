"""Accuracy of exercise recognition, in total and by class, view and performer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmaction.evaluation import AccMetric
from mmaction.registry import METRICS
from sklearn.metrics import confusion_matrix, f1_score

from fitness_mm.engine.clip_records import ClipRecords
from fitness_mm.files import replacing

GROUPS = ('view', 'performer')
# Where a sample comes from, and what stands for it if its pipeline does not say.
_ORIGIN = {'clip': '', 'view': '', 'performer': -1}


def accuracy_report(predicted: np.ndarray, labels: np.ndarray, classes: Sequence[str],
                    groups: dict[str, np.ndarray]) -> dict:
    """Accuracy by class and by group, and the confusion matrix.

    Args:
        predicted: Predicted class per sample, shape (N,).
        labels: True class per sample, shape (N,).
        classes: Class names.
        groups: Group name to the group of every sample, shape (N,).

    Returns:
        JSON-ready numbers: ``samples``; ``macro_f1``; ``per_class``, recall by class name, None
        for a class without samples; ``per_<group>``, accuracy by group; ``confusion``, counts with
        the true class as row.
    """
    correct = predicted == labels

    def mean(mask: np.ndarray) -> float | None:
        return float(correct[mask].mean()) if mask.any() else None

    every_class = np.arange(len(classes))
    return {
        'samples': len(labels),
        'macro_f1': float(f1_score(labels, predicted, labels=np.unique(labels), average='macro',
                                   zero_division=0)),
        'per_class': {name: mean(labels == c) for c, name in enumerate(classes)},
        **{f'per_{name}': {str(g): mean(group == g) for g in np.unique(group)}
           for name, group in groups.items()},
        'classes': list(classes),
        'confusion': confusion_matrix(labels, predicted, labels=every_class).tolist(),
    }


@METRICS.register_module()
class FitnessAccMetric(AccMetric):
    """MMAction2's accuracy, and a JSON file that says where the errors are.

    Args:
        out_file: Where the report of the latest evaluation goes: top-k accuracies, macro-F1,
            accuracy by class, view and performer, and the confusion matrix. Every sample's scores
            go beside it, as :class:`ClipRecords` in ``.npz``. No files if None;
            ``tools/train.py`` and ``tools/test.py`` set it to the work directory.
        **kwargs: Those of :class:`mmaction.evaluation.AccMetric`.
    """

    report_name = 'accuracy.json'

    def __init__(self, out_file: str | None = None, **kwargs) -> None:
        super().__init__(**kwargs)
        self.out_file = out_file

    def process(self, data_batch: Sequence, data_samples: Sequence[dict]) -> None:
        """Keeps the scores, the label and the groups of every sample in the batch."""
        first = len(self.results)
        super().process(data_batch, data_samples)
        for result, sample in zip(self.results[first:], data_samples, strict=True):
            result.update({name: sample[name] for name in _ORIGIN if name in sample})

    def compute_metrics(self, results: list[dict]) -> dict:
        """The host's accuracies; writes the report on the way."""
        metrics = super().compute_metrics(results)
        if self.out_file is not None:
            scores = np.stack([result['pred'] for result in results])
            labels = np.array([result['label'] for result in results])
            num_classes = scores.shape[1]
            classes = (self.dataset_meta or {}).get('classes') or [
                str(c) for c in range(num_classes)]
            groups = {name: np.array([result[name] for result in results])
                      for name in GROUPS if name in results[0]}
            report = {**{k: float(v) for k, v in metrics.items()},
                      **accuracy_report(scores.argmax(1), labels, classes, groups)}
            path = Path(self.out_file)
            origin = {name: np.array([result.get(name, unknown) for result in results])
                      for name, unknown in _ORIGIN.items()}
            ClipRecords(scores, labels, classes=tuple(classes), **origin).write(
                path.with_suffix('.npz'))
            with replacing(path) as unfinished:
                unfinished.write_text(json.dumps(report, ensure_ascii=False, indent=1), 'utf-8')
        return metrics
