"""What leaving out anomalies bought: errors with them and without them, against which labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from fitness_mm.anomaly import Residuals, Rule, find_anomalies
from fitness_mm.tables import markdown_table, number

from .planted import match_planted_errors
from .scores import mean_error

TRAINED_ON = {'all': 'all labels', 'kept': 'without anomalies'}
SUBSETS = ('train', 'val')


def retrain_table(records: Mapping[tuple[str, str], str | Path], judged: str | Path,
                  rule: Rule | None = None, truth_file: str | Path | None = None) -> str:
    """MPJPE of two networks in pixels of the network's input, as a Markdown table.

    The original study could only compare with the labels as they are, wrong ones included; what
    is wrong with the labels is part of that number.

    Args:
        records: Residuals by what was trained on, a key of :data:`TRAINED_ON`, and the subset.
        judged: Held-out residuals of all folds, which say what an anomaly is.
        rule: The rule; the recommended one if None.
        truth_file: ``planted_errors.json`` of a generated sample, for a column of clean labels.

    Raises:
        RecordError: If a record cannot be read.
        FitnessError: If the truth cannot be read.
    """
    held_out = Residuals.read(judged)
    flagged = set(_frames(held_out.select(find_anomalies(held_out, rule).flagged)))
    against = ['labels as they are', 'labels that are kept']
    if truth_file is not None:
        against.append('clean labels')
    rows = []
    for labels, name in TRAINED_ON.items():
        row = []
        for subset in SUBSETS:
            residuals = Residuals.read(records[labels, subset])
            kept = residuals.select(
                np.array([frame not in flagged for frame in _frames(residuals)], bool))
            row += [mean_error(part.predictions, part.labels, part) for part in (residuals, kept)]
            if truth_file is not None:
                truth = match_planted_errors(truth_file, residuals)
                row.append(mean_error(residuals.predictions, truth.clean, residuals))
        rows.append([name, *map(number, row)])
    return markdown_table(['trained on', *(f'{s}, {a}' for s in SUBSETS for a in against)], rows)


def _frames(residuals: Residuals) -> list[tuple[str, int]]:
    return list(zip(residuals.clip_view.tolist(), residuals.frame_number.tolist(), strict=True))
