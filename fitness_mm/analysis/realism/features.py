"""Clips as numbers: what the body does at its extremes, how the movement is paced, how it is built.

Keypoints in space come from the 2D labels of all views (:mod:`factorization`). In real labels limbs
keep their lengths as well in them as in the 3D labels, and they have fewer bad points and exist for
more clips; of generated clips, which have exact 3D labels, they show what labels show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from fitness_mm.action.models.factorization import factorized
from fitness_mm.aihub.catalog import MOVEMENTS, Exercise
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.analysis.audit.blocks import clip_blocks
from fitness_mm.keypoints.quantiles import nan_median, nan_quantile
from fitness_mm.posture.angles import Body

from .signals import paired_signals, proportions, single_signals

BODY, TEMPO = 'body', 'tempo'
_WORDS = {  # the first that is in a signal's name
    'arms': ('hand', 'arm', 'elbow', 'wrist', 'grip', 'shoulder angle'),
    'head': ('face', 'ear'),
    'legs': ('hip', 'knee', 'ankle', 'shin', 'toes', 'foot', 'feet', 'stance', 'step'),
}
PARTS = (BODY, 'trunk', *_WORDS, TEMPO)
_STATISTICS = ('low', 'median', 'high', 'range')
_EXTREMES = (0.1, 0.9)  # of a clip's moments: a wrong one or two do not count
_NEAR = 0.15  # of the movement's range: at its end
_STEP = 0.1  # of it: a step that is one
COURSES = ('trunk forward, deg', 'knee angle', 'elbow angle')  # of both sides, their mean
MOMENTS = 16


@dataclass(frozen=True)
class Feature:
    """What a number of a clip is.

    Attributes:
        signal: The quantity.
        side: ``left``, ``right``, the ``lesser`` or ``greater`` of both at every moment, or '' for
            what is of the whole body.
        statistic: Of the clip's moments: ``low`` and ``high``, the 10 and 90 %, ``median`` or
            ``range``; :data:`BODY` or :data:`TEMPO`.
    """

    signal: str
    side: str
    statistic: str

    @property
    def part(self) -> str:
        """What of the body it is about: one of :data:`PARTS`."""
        if self.statistic in (BODY, TEMPO):
            return self.statistic
        return next((part for part, words in _WORDS.items()
                     if any(word in self.signal for word in words)), 'trunk')

    def __str__(self) -> str:
        statistic = f'({self.statistic})' if self.statistic in _STATISTICS else ''
        return ' '.join(filter(None, (self.signal, self.side, statistic)))


@dataclass(frozen=True, eq=False)
class Measured:
    """Clips of an index.

    Attributes:
        features: The F features.
        values: float32 (N, F); NaN where not known.
        exercise: Positions in the catalogue, (N,).
        performer: (N,).
        gt_conditions: Of each clip, in the order of its exercise's: 1 holds, 0 broken, -1 not
            given or not to be used; int8 (N, P), -1 beyond the exercise's.
        courses: :data:`COURSES` at the first :data:`MOMENTS` labelled moments, float32 (N, 3, 16);
            NaN where not known.
        total: Clips of the index, those too that are not found in space.
    """

    features: tuple[Feature, ...]
    values: np.ndarray
    exercise: np.ndarray
    performer: np.ndarray
    gt_conditions: np.ndarray
    courses: np.ndarray
    total: int

    def of(self, exercise: Exercise) -> np.ndarray:
        """Which clips show an exercise, bool (N,)."""
        return self.exercise == exercise.index

    @property
    def exercises(self) -> list[Exercise]:
        """Those there are."""
        return [MOVEMENTS[i] for i in np.unique(self.exercise)]

    def describe(self) -> str:
        """In words."""
        return (f'{len(self.exercise):,} of {self.total:,} clips of '
                f'{len(np.unique(self.performer))} people')


def measure(index: FitnessIndex, progress: Callable[[int, int], None]) -> Measured:
    """Measures all clips of an index.

    Args:
        index: The index.
        progress: Told of clips measured and in all.
    """
    values, courses, rows = [], [], []
    for points, _, own in clips_in_space(index, progress):
        features, numbers, course = features_of(points)
        values.append(numbers)
        courses.append(course)
        rows.append(own)
    rows = np.concatenate(rows)
    return Measured(features, np.concatenate(values), index.exercise[rows], index.performer[rows],
                    usable_conditions(index, rows), np.concatenate(courses),
                    len(np.unique(index.codes('clip'))))


def clips_in_space(index: FitnessIndex, progress: Callable[[int, int], None]
                   ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Clips as their views show them in space, some at a time.

    Args:
        index: The index.
        progress: Told of clips done and in all.

    Yields:
        Keypoints (N, T, K, 3), right-handed with y upward, and the labels of the five views that
        they are made of, (N, V, T, K, 2) in pixels, NaN where not known; and a row of each clip,
        (N,).
    """
    total, done = len(np.unique(index.codes('clip'))), 0
    first_frame = np.cumsum(index.num_frames) - index.num_frames
    progress(0, total)
    for block in clip_blocks(index):
        space = factorized(torch.from_numpy(
            np.concatenate([block.keypoints, block.visible[..., None]], -1, dtype=np.float32)))
        points = np.where(space.given[..., None], space.points, np.nan).astype(float)
        found = space.found.numpy()
        frame = block.frame[found].max((1, 2))
        # upward, and forward where the camera is: x, y, z of a person that faces it
        yield (points[found] * (1, -1, -1),
               np.where(block.visible[..., None], block.keypoints, np.nan)[found].astype(float),
               np.searchsorted(first_frame, frame, 'right') - 1)
        done += len(found)
        progress(done, total)


def usable_conditions(index: FitnessIndex, rows: np.ndarray) -> np.ndarray:
    """Of some rows, in the order of their exercise's: 1 holds, 0 broken, -1 not given or not to be
    used; int8 (N, P), -1 beyond the exercise's."""
    conditions = np.full((len(rows), max(len(e.conditions) for e in MOVEMENTS)), -1, np.int8)
    position, number, truth = index.conditions_of(rows)
    usable = index.gt_conditions_usable[rows]
    conditions[position, number] = np.where(usable[position], truth, -1)
    return conditions


def features_of(points: np.ndarray) -> tuple[tuple[Feature, ...], np.ndarray, np.ndarray]:
    """The F features, their values (N, F) and :data:`COURSES` (N, 3, 16) of some clips.

    Args:
        points: (N, T, K, 3), the last axis right-handed with y up; NaN where not known.
    """
    body = Body(points)
    single = dict(single_signals(body))
    signals = [((name, ''), values) for name, values in single.items()]
    for name, left, right in paired_signals(body):
        single[name] = (left + right) / 2
        signals += [((name, 'left'), left), ((name, 'right'), right),
                    ((name, 'lesser'), np.minimum(left, right)),
                    ((name, 'greater'), np.maximum(left, right))]
    names, columns = [], []
    for (name, side), values in signals:
        low, high = (nan_quantile(values, at, 1)[:, 0] for at in _EXTREMES)
        names += [Feature(name, side, statistic) for statistic in _STATISTICS]
        columns += [low, nan_median(values, 1)[:, 0], high, high - low]
    for name, values in proportions(body):
        names.append(Feature(name, '', BODY))
        columns.append(nan_median(values, 1)[:, 0])
    for name, values in tempo(points).items():
        names.append(Feature(name, '', TEMPO))
        columns.append(values)
    courses = np.full((len(points), len(COURSES), MOMENTS), np.nan, np.float32)
    for c, name in enumerate(COURSES):
        courses[:, c, :points.shape[1]] = single[name][:, :MOMENTS]
    return tuple(names), np.stack(columns, 1).astype(np.float32), courses


def tempo(points: np.ndarray) -> dict[str, np.ndarray]:
    """How clips are paced, along the direction in which most of a clip's movement goes, (N,) each.

    The labelled frames are too far apart for speeds. Of them are told: how much of the movement's
    range lies between neighbours, on average; how often it turns from one step to the next; what
    share of the frames is near one end of the range, near the other, whichever has more, and near
    neither; and for what share of the frames the clip stays near where it starts, and near where
    it ends.

    Args:
        points: (N, T, K, 3); NaN where not known, all of a moment without a label.
    """
    there = ~np.isnan(points).all((2, 3))  # (N, T)
    centred = points - nan_median(points, 1)
    flat = np.nan_to_num(centred).reshape(*there.shape, -1)
    first = np.linalg.eigh(flat @ flat.swapaxes(1, 2))[1][..., -1]  # (N, T)
    course = np.where(there, first, np.nan)
    low, high = nan_quantile(course, 0, 1), nan_quantile(course, 1, 1)
    course = (course - low) / np.maximum(high - low, 1e-9)
    steps = np.diff(course, axis=1)
    far = np.where(np.abs(steps) > _STEP, np.sign(steps), 0 * steps)
    turned = far[:, 1:] * far[:, :-1]
    ends = np.stack([_share(course < _NEAR, there), _share(course > 1 - _NEAR, there)])
    return {
        'range between neighbours': _share(np.abs(np.nan_to_num(steps)), ~np.isnan(steps)),
        'turning points per frame': _share(turned < 0, ~np.isnan(turned)),
        'frames at the fuller end': ends.max(0),
        'frames at the other end': ends.min(0),
        'frames in between': 1 - ends.sum(0),
        'still at the start': _still(course),
        'still at the end': _still(np.take_along_axis(
            course, (there.sum(1)[:, None] - 1 - np.arange(there.shape[1])) % there.shape[1], 1)),
    }


def _still(course: np.ndarray) -> np.ndarray:
    """Share of the moments before a course (N, T) first leaves the surroundings of its start."""
    left = np.abs(course - course[:, :1]) > _NEAR
    return left.argmax(1) / np.maximum((~np.isnan(course)).sum(1), 1)


def _share(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    return (values * there).sum(1) / np.maximum(there.sum(1), 1)
