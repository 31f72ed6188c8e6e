"""Accuracy of exercise recognition, in total and by class, view and performer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from mmaction.evaluation import AccMetric
from mmaction.registry import METRICS

from fitness_mm.clip_scores import ClipScores, accuracy_report
from fitness_mm.engine.checks.reports import report_head
from fitness_mm.errors import ArgumentError
from fitness_mm.files import write_text


@METRICS.register_module()
class FitnessAccMetric(AccMetric):
    """MMAction2's accuracy, that by family (``family_top1``), and a JSON file that says where the
    errors are.

    Args:
        out_file: Where the report of the latest evaluation goes: top-k accuracies, macro-F1,
            accuracy by family, class, view and performer, and the confusion matrix. Every sample's
            scores go beside it, as :class:`ClipScores` in ``.npz``. No files if None;
            ``tools/train.py`` and ``tools/test.py`` set it to the work directory.
        about: What the report begins with: whose results these are.
        **kwargs: Those of :class:`mmaction.evaluation.AccMetric`.
    """

    report_name = 'accuracy.json'

    def __init__(self, out_file: str | None = None, about: Mapping | None = None,
                 **kwargs) -> None:
        super().__init__(**kwargs)
        self.out_file, self.about = out_file, about or {}

    def process(self, data_batch: Sequence, data_samples: Sequence[dict]) -> None:
        """Keeps the scores, the label and the groups of every sample in the batch.

        Raises:
            ArgumentError: If a sample has scores of single clips instead of its own.
        """
        first = len(self.results)
        super().process(data_batch, data_samples)
        for result, sample in zip(self.results[first:], data_samples, strict=True):
            if np.ndim(result['pred']) != 1:
                raise ArgumentError('the head gives scores of single clips, which have no '
                                    "accuracy; set model.cls_head.average_clips='prob'")
            result.update({name: sample[name] for name in ClipScores.UNKNOWN if name in sample})

    def compute_metrics(self, results: list[dict]) -> dict:
        """The host's accuracies; writes the report on the way."""
        metrics = super().compute_metrics(results)
        scores = np.stack([result['pred'] for result in results])
        classes = (self.dataset_meta or {}).get('classes') or map(str, range(scores.shape[1]))
        origin = {name: np.array([result.get(name, unknown) for result in results])
                  for name, unknown in ClipScores.UNKNOWN.items()}
        records = ClipScores(
            scores=scores, label=np.array([result['label'] for result in results]),
            classes=tuple(classes), **origin)
        report = accuracy_report(records)
        if self.out_file is not None:
            path = Path(self.out_file)
            records.write(path.with_suffix('.npz'))
            write_text(path, json.dumps({
                **report_head(self.about), **{k: float(v) for k, v in metrics.items()}, **report},
                ensure_ascii=False, indent=1))
        return {**metrics, 'family_top1': report['family_top1']}
