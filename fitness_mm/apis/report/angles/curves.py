"""Angles and distances over time, as page and picture draw them: small, one a measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fitness_mm.apis.result import Inference
from fitness_mm.keypoints.colours import LEFT, RIGHT
from fitness_mm.posture.angles import DEGREES, MEASURES, Measure
from fitness_mm.posture.calibration import BROKEN
from fitness_mm.posture.kept_ranges import LEAST_KNOWN, RANGE

MOST = 6
_MOVING = ('knee angle', 'hip angle', 'trunk to vertical', 'elbow angle', 'shoulder angle')
"""What is shown beside the measures of conditions, what moves most first."""

_POINTS = 600
"""Of a line: more do not show."""

_COLOURS = {'left': LEFT, 'right': RIGHT, '': '#1c1f24'}
_LEAST = {DEGREES: 20.0}
_ROOM = 0.06


@dataclass(frozen=True, eq=False)
class Curve:
    """One measure over time.

    Attributes:
        name: As it is said, and what of it kept repetitions are known by.
        unit: Of it.
        times: Seconds, (T,).
        values: By side, (T,); NaN where not known.
        kept: What kept repetitions have of it at its lowest, highest or usual; None if that is not
            known.
        duration: Of the video in seconds.
    """

    name: tuple[str, str]
    unit: str
    times: np.ndarray
    values: dict[str, np.ndarray]
    kept: tuple[float, float] | None
    duration: float

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest value to draw."""
        known = np.concatenate([v[~np.isnan(v)] for v in self.values.values()])
        # a joint lost for a moment is no reason to squeeze the rest
        low, high = np.quantile(known, (0.01, 0.99)).tolist()
        for border in self.kept or ():
            low, high = min(low, border), max(high, border)
        more = max(0.0, _LEAST.get(self.unit, 0.1) - (high - low)) / 2
        least, most = (0.0, 180.0) if self.unit == DEGREES else (-np.inf, np.inf)
        return (low - more if low < least else max(least, low - more),
                high + more if high > most else min(most, high + more))

    @property
    def ticks(self) -> tuple[str, str]:
        """The limits, to be written."""
        low, high = self.limits
        share, sign = (1, '°') if self.unit == DEGREES else (100, '%')
        return tuple(f'{round(share * value):d}{sign}' for value in (low, high))

    def height(self, value: np.ndarray | float, height: float) -> np.ndarray:
        """How far down a value is in so many pixels."""
        low, high = self.limits
        share = (np.clip(value, low, high) - low) / (high - low)
        return height * (1 - _ROOM - (1 - 2 * _ROOM) * share)

    def lines(self, width: float, height: float) -> list[tuple[str, np.ndarray]]:
        """Colour and points (P, 2) in pixels of each line without a gap."""
        step = max(1, len(self.times) // _POINTS)
        x = width * np.clip(self.times[::step] / max(self.duration, 1e-6), 0, 1)
        found = []
        for side, values in self.values.items():
            values = values[::step]
            points = np.stack([x, self.height(values, height)], 1)
            edges = np.flatnonzero(np.diff(np.pad((~np.isnan(values)).astype(int), 1)))
            found += [(_COLOURS[side], points[a:b]) for a, b in edges.reshape(-1, 2) if b > a + 1]
        return found


def curves_of(result: Inference, name: Callable[[Measure, str], tuple[str, str]]
              ) -> tuple[Curve, ...]:
    """Those of conditions, faults first, and then of the joints that move most.

    Args:
        result: What was found.
        name: Says a measure's name, and which of its statistics is known of kept repetitions; ''
            for none.
    """
    angles = result.angles
    if angles is None or not result.repetitions:
        return ()
    of_conditions = {}
    for verdict in sorted(result.verdicts, key=lambda v: v.verdict != BROKEN):
        if verdict.measured:
            of_conditions.setdefault(verdict.measured.known.measure, verdict.measured.known)
    span = result.repetitions[0].start, result.repetitions[-1].stop
    moves = {measure: angles.statistics(measure, span).get(RANGE, np.nan) for measure in _MOVING}
    others = sorted((m for m in _MOVING if not np.isnan(moves[m])), key=lambda m: -moves[m])
    chosen = list(dict.fromkeys((*of_conditions, *others)))[:MOST]
    curves = []
    for measure in chosen:
        known = of_conditions.get(measure)
        values = {side: v for side, v in angles.values[measure].items()
                  if np.mean(~np.isnan(v)) >= LEAST_KNOWN}
        kept = (known.low, known.high) if known and known.statistic != RANGE else None
        if values:
            curves.append(Curve(name(MEASURES[measure], known.statistic if kept else ''),
                                MEASURES[measure].unit, angles.times, values, kept,
                                result.duration))
    return tuple(curves)
