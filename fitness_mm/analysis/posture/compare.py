"""Two sets of records on the same clip-views, such as from labelled and predicted keypoints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitness_mm.analysis.study.bootstrap import Difference, paired_difference
from fitness_mm.errors import FitnessError
from fitness_mm.posture.records import PostureRecords

from .intervals import measured_values


@dataclass(frozen=True)
class Change:
    """A measure of both sets.

    Attributes:
        first: Of the first set.
        second: Of the second set.
        change: Second minus first.
    """

    first: float
    second: float
    change: Difference


@dataclass(frozen=True)
class Comparison:
    """Two sets of records on the clip-views that both have.

    Attributes:
        first: Those of the first set.
        second: Those of the second set, in the same order.
        left_out: Number of clip-views that only one of them has.
        differences: By name of the measure.
    """

    first: PostureRecords
    second: PostureRecords
    left_out: int
    differences: dict[str, Change]


def compare(first: PostureRecords, second: PostureRecords) -> Comparison:
    """Pairs the rows of two sets by clip-view and bootstraps the differences.

    Raises:
        FitnessError: If they are of other exercises or truths, have no names of clips, or share
            no clip-view.
    """
    if (first.classes, first.condition_names) != (second.classes, second.condition_names):
        raise FitnessError('the two sets are of other exercises; compare tests on the same ones')
    if first.whole_clips != second.whole_clips:
        # the views of one are fused, that of the other were seen at once
        first, second = (records.fused_views() or records for records in (first, second))
    rows = first.rows_of(second)
    if rows is None:
        raise FitnessError('the records do not say of which clip-views they are; test again with '
                           "'clip' and 'view' in the meta_keys of PackActionInputs")
    both = rows >= 0
    if not both.any():
        raise FitnessError('the two sets have no clip-view in common; compare tests on the same '
                           'data')
    a, b = first.select(rows[both]), second.select(both)
    if (a.gt_conditions != b.gt_conditions).any() or (a.label != b.label).any():
        raise FitnessError('the two sets have other truths for the same clip-views; compare tests '
                           'on the same data')
    values = [measured_values(records) for records in (a, b)]
    return Comparison(a, b, len(first) + len(second) - 2 * len(a), {
        name: _difference(a, values[0][name], values[1][name]) for name in values[0]
        if not np.isnan(values[0][name]).all()})


def _difference(records: PostureRecords, first: np.ndarray, second: np.ndarray) -> Change:
    rows, columns = np.nonzero(~np.isnan(first))
    first, second = first[rows, columns], second[rows, columns]
    return Change(float(first.mean()), float(second.mean()), paired_difference(
        second, first, records.clip[rows], records.performer[rows]))
