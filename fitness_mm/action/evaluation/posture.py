"""Evaluation of posture judgement in a run."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric

from fitness_mm.engine.checks.reports import report_head
from fitness_mm.errors import ArgumentError
from fitness_mm.files import write_text
from fitness_mm.posture.measures import posture_report
from fitness_mm.posture.records import PostureRecords

_SHOWN = ('micro_acc', 'exact_match', 'hamming_loss', 'micro_acc_predicted',
          'exact_match_predicted', 'balanced_acc', 'f1', 'auroc')


@METRICS.register_module()
class FitnessPostureMetric(BaseMetric):
    """Judgement of posture conditions by a :class:`PostureHead`; stands beside
    :class:`FitnessAccMetric`, which is about the exercise.

    Reports ``micro_acc``, ``exact_match``, ``hamming_loss``, ``balanced_acc``, ``f1`` and ``auroc``
    given the true exercise, and ``micro_acc_predicted`` and ``exact_match_predicted`` given the
    predicted one; see :func:`~fitness_mm.posture.measures.overall_measures`. NaN where
    there is nothing to measure.

    Args:
        out_file: Where the report of the latest evaluation goes, as
            :func:`~fitness_mm.posture.measures.posture_report` has it. Every sample's logits
            and truth go beside it, as :class:`~fitness_mm.posture.records.PostureRecords`
            in ``.npz``. No files if None; ``tools/train.py`` and ``tools/test.py`` set it to the
            work directory.
        about: What the report begins with: whose results these are.
        **kwargs: Those of :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'posture'
    report_name = 'posture.json'

    def __init__(self, out_file: str | None = None, about: Mapping | None = None,
                 **kwargs) -> None:
        super().__init__(**kwargs)
        self.out_file, self.about = out_file, about or {}

    def process(self, data_batch: Sequence, data_samples: Sequence[dict]) -> None:
        """Keeps logits, truth and origin of every sample in the batch.

        Raises:
            ArgumentError: If a sample has no prediction or truth of conditions.
        """
        for sample in data_samples:
            if 'condition_logits' not in sample or 'gt_conditions' not in sample:
                raise ArgumentError(
                    'FitnessPostureMetric needs `condition_logits`, which PostureHead predicts, '
                    'and `gt_conditions`, which FitnessClipDataset gives and PackActionInputs has '
                    'to name in algorithm_keys')
            self.results.append({
                'exercise_logits': _array(sample['pred_logits']),
                'condition_logits': _array(sample['condition_logits']),
                'gt_conditions': _array(sample['gt_conditions']),
                'label': int(sample['gt_label']),
                **{name: sample.get(name, unknown)
                   for name, unknown in PostureRecords.UNKNOWN.items()},
            })

    def compute_metrics(self, results: list[dict]) -> dict:
        """The measures; writes the report and the records on the way."""
        columns = {name: np.stack([result[name] for result in results]) for name in results[0]}
        records = PostureRecords(**columns, classes=tuple(self.dataset_meta['classes']),
                                 condition_names=tuple(self.dataset_meta['condition_names']))
        report = posture_report(records)
        if self.out_file is not None:
            path = Path(self.out_file)
            records.write(path.with_suffix('.npz'))
            write_text(path, json.dumps({**report_head(self.about), **report}, ensure_ascii=False,
                                        indent=1))
        return {name: math.nan if report[name] is None else report[name] for name in _SHOWN}


def _array(values) -> np.ndarray:
    return values.cpu().numpy()
