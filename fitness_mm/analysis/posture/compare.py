"""Two sets of records on the same clip-views, such as from labelled and predicted keypoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fitness_mm.analysis.study.bootstrap import Difference, paired_difference
from fitness_mm.errors import FitnessError
from fitness_mm.posture.records import PostureRecords


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
    if (first.classes, first.conditions) != (second.classes, second.conditions):
        raise FitnessError('the two sets are of other exercises; compare tests on the same ones')
    names = [[f'{clip}_{view}' for clip, view in zip(r.clip, r.view, strict=True)]
             for r in (first, second)]
    where = [{name: i for i, name in enumerate(side)} for side in names]
    if any((r.clip == '').any() or len(w) < len(r)
           for r, w in zip((first, second), where, strict=True)):
        raise FitnessError('the records do not say of which clip-views they are; test again with '
                           "'clip' and 'view' in the meta_keys of PackActionInputs")
    both = [name for name in names[0] if name in where[1]]
    if not both:
        raise FitnessError('the two sets have no clip-view in common; compare tests on the same '
                           'data')
    a, b = (r.select(np.array([w[name] for name in both]))
            for r, w in zip((first, second), where, strict=True))
    if (a.truth != b.truth).any() or (a.label != b.label).any():
        raise FitnessError('the two sets have other truths for the same clip-views; compare tests '
                           'on the same data')
    return Comparison(a, b, len(first) + len(second) - 2 * len(both), {
        name: _difference(a, b, values) for name, values in (
            ('exercise_top1', _recognised), ('micro_acc', _right),
            ('exact_match', _exact), ('micro_acc_predicted', _right_and_recognised),
            ('exact_match_predicted', _exact_and_recognised))
        if not np.isnan(values(a)).all()})


def _difference(a: PostureRecords, b: PostureRecords,
                values: Callable[[PostureRecords], np.ndarray]) -> Change:
    """Of a measure that is the mean of ``values`` (N, any), NaN where it is not defined."""
    first, second = values(a), values(b)
    rows, columns = np.nonzero(~np.isnan(first))
    first, second = first[rows, columns], second[rows, columns]
    return Change(float(first.mean()), float(second.mean()), paired_difference(
        second, first, a.clip[rows], a.performer[rows]))


def _recognised(records: PostureRecords) -> np.ndarray:
    return (records.predicted == records.label)[:, None].astype(float)


def _right(records: PostureRecords) -> np.ndarray:
    right = (records.condition_logits > 0) == (records.truth == 1)
    return np.where(records.truth >= 0, right, np.nan)


def _exact(records: PostureRecords) -> np.ndarray:
    given = records.truth >= 0
    right = np.where(given, _right(records), 1).all(1)
    return np.where(given.any(1), right, np.nan)[:, None]


def _right_and_recognised(records: PostureRecords) -> np.ndarray:
    return _right(records) * _recognised(records)


def _exact_and_recognised(records: PostureRecords) -> np.ndarray:
    return _exact(records) * _recognised(records)
