"""Clips as pictures from all around show them: how far angles are off, and statistics of clips.

The data set's five cameras show nobody from the side, from where most people film themselves. So
clips are put together in space from all their views, and looked at anew from azimuths of every view
of :mod:`fitness_mm.posture.views`, by parallel projection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.analysis.realism.features import clips_in_space, usable_conditions
from fitness_mm.keypoints.quantiles import nan_median
from fitness_mm.posture.angles import MEASURES, Body, Measure, unit
from fitness_mm.posture.kept_ranges import STATISTICS, statistics
from fitness_mm.posture.views import VIEWS, azimuth_deg, view_of

AZIMUTHS_DEG = {'front': (0.0, 15.0), 'oblique': (30.0, 45.0, 60.0), 'side': (75.0, 90.0)}
"""From where clips are looked at, of each view."""

_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, eq=False)
class Seen:
    """Clips of an index, from each of :data:`AZIMUTHS_DEG`.

    Attributes:
        values: By view, measure and statistic, (N, A): of A azimuths.
        errors: By view and measure, (N, A): mean distance, over a clip's moments, of what it is in
            the picture from what it is in space.
        labelled: The same of the labels themselves, in those of the five views that are such a
            view, (R,).
        exercise: Positions in the catalogue, (N,).
        performer: (N,).
        gt_conditions: int8 (N, P): 1 holds, 0 broken, -1 unknown.
    """

    values: dict[tuple[str, str, str], np.ndarray]
    errors: dict[tuple[str, str], np.ndarray]
    labelled: dict[tuple[str, str], np.ndarray]
    exercise: np.ndarray
    performer: np.ndarray
    gt_conditions: np.ndarray


def look_around(index: FitnessIndex, progress: Callable[[int, int], None]) -> Seen:
    """Measures all clips of an index.

    Args:
        index: The index.
        progress: Told of clips measured and in all.
    """
    values: dict[tuple[str, str, str], list[np.ndarray]] = {}
    errors: dict[tuple[str, str], list[np.ndarray]] = {}
    rows = []
    labelled: dict[tuple[str, str], list[np.ndarray]] = {}
    for points, labels, own in clips_in_space(index, progress):
        rows.append(own)
        space, moments = Body(points), ~np.isnan(points).all((2, 3))
        true = {name: _of(measure, space) for name, measure in MEASURES.items()}
        for body in map(Body, labels.swapaxes(0, 1)):
            shown_from = np.array([view_of(a) or '' for a in azimuth_deg(body)])
            for name, measure in MEASURES.items():
                off = _mean(np.abs(_of(measure, body) - true[name])[:, None])[:, 0]
                for view in VIEWS:
                    labelled.setdefault((view, name), []).append(off[shown_from == view])
        for view in VIEWS:
            bodies = [Body(from_azimuth(space, points, a)) for a in AZIMUTHS_DEG[view]]
            for measure in MEASURES.values():
                of_azimuths = [_of(measure, body) for body in bodies]
                off = np.stack(of_azimuths, 1) - true[measure.name][:, None]
                errors.setdefault((view, measure.name), []).append(_mean(np.abs(off)))
                found = [statistics(one, moments) for one in of_azimuths]
                for statistic in STATISTICS:
                    values.setdefault((view, measure.name, statistic), []).append(
                        np.stack([one[statistic] for one in found], 1))
    rows = np.concatenate(rows)
    return Seen({key: np.concatenate(parts) for key, parts in values.items()},
                {key: np.concatenate(parts) for key, parts in errors.items()},
                {key: np.concatenate(parts) for key, parts in labelled.items()},
                index.exercise[rows], index.performer[rows], usable_conditions(index, rows))


def from_azimuth(space: Body, points: np.ndarray, azimuth_deg: float) -> np.ndarray:
    """Clips seen from one side, every other from the left, the others from the right.

    Args:
        space: The body of the points.
        points: (N, T, K, 3), y upward.
        azimuth_deg: From straight before the person.

    Returns:
        (N, T, K, 2), y downward.
    """
    forward = unit(nan_median(space.forward, 1))  # (N, 1, 3)
    azimuth = np.radians(azimuth_deg) * (1 - 2 * (np.arange(len(points)) % 2))[:, None, None]
    toward = np.cos(azimuth) * forward + np.sin(azimuth) * np.cross(_UP, forward)
    right = np.cross(_UP, toward)[:, :, None]  # (N, 1, 1, 3)
    return np.stack([(points * right).sum(-1), -points[..., 1]], -1)


def _of(measure: Measure, body: Body) -> np.ndarray:
    """(N, T, S) of its sides."""
    return np.stack([measure.of(body, side) for side in measure.sides], -1)


def _mean(off: np.ndarray) -> np.ndarray:
    """Over moments and sides, (N, A, T, S), of what is known."""
    known = ~np.isnan(off)
    count = known.sum((2, 3))
    return np.where(count, np.where(known, off, 0).sum((2, 3)) / np.maximum(count, 1), np.nan)
