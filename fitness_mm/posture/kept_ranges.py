"""What measures of a condition show in repetitions that keep it: figures, and where they are from.

Two tables lie beside this file. ``condition_measures.tsv`` says by hand which measures a condition
is about, and whether broken repetitions have more or less of it. ``kept_ranges.tsv`` has what
``tools/analysis/angles.py`` measured of these in real labels, of those that tell broken clips from
kept.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from fitness_mm.aihub.conditions import Condition
from fitness_mm.keypoints.quantiles import nan_quantile

from .angles import MEASURES, Measure

LEAST_AUROC = 0.7
"""A measure that tells broken clips less well from kept ones explains nothing."""

_EXTREME = 0.1
"""Of the moments at either end: a wrong one or two do not count."""

LEAST_KNOWN = 0.5
"""Share of the moments at which a side has to be known to count."""

LOWEST, MEDIAN, HIGHEST, RANGE = STATISTICS = 'lowest', 'median', 'highest', 'range'
"""Of a measure's moments: 10, 50 and 90 %, and the difference of the outer ones. Of both sides the
lower, the mean, the higher, and the larger."""


@dataclass(frozen=True)
class KeptRange:
    """One measure of one condition, seen from one side.

    Attributes:
        exercise: English name.
        condition: English name.
        measure: Its name.
        statistic: One of :data:`STATISTICS`.
        broken: ``more`` or ``less``: what clips that break the condition have of it.
        view: One of :data:`~fitness_mm.posture.views.VIEWS`.
        auroc: Of broken clips against kept ones.
        low: Of kept clips, 10 %.
        mean: Of kept clips.
        high: Of kept clips, 90 %.
        error: By how much one view of it is off from what it is in space: by projection, mean over
            the moments of a kept clip and median over these, and by how far labels are off.
        kept: Number of clips.
        broken_clips: Number of clips.
        people: Number of people in both.
    """

    exercise: str
    condition: str
    measure: str
    statistic: str
    broken: str
    view: str
    auroc: float
    low: float
    mean: float
    high: float
    error: float
    kept: int
    broken_clips: int
    people: int

    @property
    def of(self) -> Measure:
        """The measure."""
        return MEASURES[self.measure]


def statistics(values: np.ndarray, moments: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """:data:`STATISTICS` of some moments.

    Args:
        values: A measure of each of its sides, (N, T, S).
        moments: Those there are, bool (N, T); all if None.

    Returns:
        (N,) each; NaN where too little is known.
    """
    there = values.shape[1] if moments is None else moments.sum(1)[:, None, None]
    known = (~np.isnan(values)).sum(1, keepdims=True)
    values = np.where(known < LEAST_KNOWN * there, np.nan, values)
    low, middle, high = (nan_quantile(values, at, 1)[:, 0]  # (N, S)
                         for at in (_EXTREME, 0.5, 1 - _EXTREME))
    return {LOWEST: np.fmin.reduce(low, 1), MEDIAN: middle.mean(1),
            HIGHEST: np.fmax.reduce(high, 1), RANGE: np.fmax.reduce(high - low, 1)}


@cache
def condition_measures() -> dict[str, list[tuple[str, str, str]]]:
    """English name of a condition -> name, statistic and what is broken of its measures."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for condition, *row in _rows('condition_measures.tsv'):
        found.setdefault(condition, []).append(tuple(row))
    return found


@cache
def _ranges() -> dict[tuple[str, str], list[KeptRange]]:
    found: dict[tuple[str, str], list[KeptRange]] = {}
    types = {'float': float, 'int': int, 'str': str}
    for row in _rows('kept_ranges.tsv'):
        one = KeptRange(*(types[field.type](cell)
                          for field, cell in zip(fields(KeptRange), row, strict=True)))
        found.setdefault((one.exercise, one.condition), []).append(one)
    return found


def ranges_of(condition: Condition, view: str | None) -> list[KeptRange]:
    """What is known of a condition from one side, what tells most first."""
    known = _ranges().get((condition.exercise.name, condition.name_en), ())
    return sorted((one for one in known if one.view == view), key=lambda one: -one.auroc)


def ranges_table(ranges: list[KeptRange]) -> str:
    """What ``kept_ranges.tsv`` holds."""
    def cell(value: object) -> str:
        return f'{value:.3g}' if isinstance(value, float) else str(value)

    return ''.join('\t'.join(row) + '\n' for row in (
        [field.name for field in fields(KeptRange)], *(map(cell, astuple(r)) for r in ranges)))


def _rows(name: str) -> list[list[str]]:
    lines = (Path(__file__).parent / name).read_text('utf-8').splitlines()[1:]
    return [line.split('\t') for line in lines]
