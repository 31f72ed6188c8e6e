"""Counts the repetitions of an exercise in the keypoints of a video.

A *repetition* goes from the start position of the exercise to its far end and back to the start
position. It counts when all of it is in the video, and when it is one of several alike, or alone:
the same posture at its far end, as far a way, as long a time. What else happens in a video, people
who walk in, talk or take up a weight, resembles neither the exercise nor its repetitions.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.keypoints.measures import seen

from .cycles import Bounds, Cycle, Signal
from .exercises import Exercise, exercises
from .features import features
from .movement import RATE_HZ, find_stretches, runs

# In ways from start to far end that the exercise has on average: what may be a repetition at all.
_LEAST_WAY, _SHORTEST_SEC = 0.35, 0.35
# Shares of the usual way: what is a repetition, and how near the start it has to begin and end.
_LEAST_SHARE, _NEAR = 0.42, 0.45
# Cycles that resemble each other: the difference of their far ends, in units of what is usual in
# a set, and the factor between their ways.
_ALIKE, _AS_FAR = 2.0, 2.2
# A strangeness with which a cycle speaks a third as much for what the exercise looks like.
_STRANGE = 2.0
_TEMPO_ROUNDS, _SLOWER = 4, 1.2
# How unlike the usual ones a repetition may be: for itself, right beside one, between two. Ways
# and lengths by these logarithms count as much as a usual difference.
_UNLIKE, _UNLIKE_BETWEEN = 4.0, 14.0
_WAYS, _LENGTHS = 0.3, 0.4
# The pause between those beside each other, as a share of a repetition and at most; a longer one
# ends a set.
_BESIDE, _BESIDE_SEC, _PAUSE_SEC = 0.35, 1.0, 6.0


@dataclass(frozen=True)
class Repetition:
    """One repetition, in frames of the video, which may be fractions.

    Attributes:
        start: The body leaves the start position.
        turn: Middle of the stay at the far end.
        stop: The body is back in the start position.
    """

    start: float
    turn: float
    stop: float


@dataclass(frozen=True)
class RepetitionSet:
    """Repetitions without a long pause between them.

    Attributes:
        repetitions: In order, one at least.
        unfinished: Whether another one is begun right behind the last, and the video ends before
            it does.
    """

    repetitions: tuple[Repetition, ...]
    unfinished: bool


def count_repetitions(keypoints: np.ndarray, scores: np.ndarray, fps: float,
                      exercise: str) -> tuple[Repetition, ...]:
    """The repetitions of an exercise in a video, in order; see :func:`find_sets`."""
    return tuple(repetition for one in find_sets(keypoints, scores, fps, exercise)
                 for repetition in one.repetitions)


def find_sets(keypoints: np.ndarray, scores: np.ndarray, fps: float, exercise: str,
              doing: np.ndarray | None = None) -> tuple[RepetitionSet, ...]:
    """The sets of one exercise in a video of one person, in order.

    Args:
        keypoints: (T, 24, 2) px, in the order of the data set; NaN where nothing is known.
        scores: (T, 24) how certain each of them is.
        fps: Frames per second.
        exercise: English or Korean name. One that has no repetitions has no sets.
        doing: bool (T,), about when the exercise is done, as far as that is known; any time if
            None. What continues beyond is counted too.

    Raises:
        ValueError: If shapes do not fit or ``fps`` is not a positive number.
        ArgumentError: If the catalogue has no such exercise.
    """
    keypoints, scores = np.asarray(keypoints, np.float64), np.asarray(scores, np.float64)
    if keypoints.ndim != 3 or keypoints.shape[1:] != (24, 2):
        raise ValueError(f'keypoints of shape {keypoints.shape}, expected (T, 24, 2)')
    if scores.shape != keypoints.shape[:2]:
        raise ValueError(f'scores of shape {scores.shape} for keypoints of shape '
                         f'{keypoints.shape}, expected {keypoints.shape[:2]}')
    if not (np.isfinite(fps) and fps > 0):
        raise ValueError(f'fps is {fps}, expected a positive number')
    model = exercises().get(exercise_by_name(exercise).name)
    if model is None:
        return ()
    spans = [(-np.inf, np.inf)] if doing is None else [
        (begin / fps, end / fps) for begin, end in runs(np.asarray(doing, bool))]
    return sets_in(model, signals_of(model, keypoints, scores, fps), spans, fps)


def signals_of(model: Exercise, keypoints: np.ndarray, scores: np.ndarray,
               fps: float) -> list[Signal]:
    """How far the exercise is, in every stretch in which somebody is seen; as :func:`find_sets`."""
    shown = np.isfinite(keypoints).all(-1) & seen(scores)
    signals = []
    for stretch in find_stretches(keypoints, shown, fps):
        found = features(stretch.points)
        progress = model.progress(found)
        if progress is not None:
            signals.append(Signal(stretch.begin_sec, found, progress, progress))
    return signals


def sets_in(model: Exercise, signals: Sequence[Signal], spans: Sequence[tuple[float, float]],
            fps: float) -> tuple[RepetitionSet, ...]:
    """The sets in spans of time, in seconds; repetitions of each have their own look and tempo."""
    found: list[tuple[Cycle, Bounds]] = []
    for span in spans:
        others = [other for other in spans if other != span]
        for cycle in _repetitions(model, signals, span):
            bounds = cycle.bounds()
            if (bounds.stop - bounds.start >= _SHORTEST_SEC
                    and not any(begin <= bounds.turn < end for begin, end in others)
                    and (not found or bounds.turn > found[-1][1].stop)):
                found.append((cycle, bounds))
    groups: list[list[tuple[Cycle, Bounds]]] = []
    for one in found:
        if not groups or one[1].start - groups[-1][-1][1].stop > _PAUSE_SEC:
            groups.append([])
        groups[-1].append(one)
    return tuple(RepetitionSet(
        tuple(Repetition(*(sec * fps for sec in bounds)) for _, bounds in group),
        _unfinished([cycle for cycle, _ in group])) for group in groups)


def _repetitions(model: Exercise, signals: Sequence[Signal],
                 span: tuple[float, float]) -> Iterator[Cycle]:
    """Those of a span of time, and what follows them at once."""
    usual, signals, length_sec = _usual(model, signals, span)
    if not usual:
        return
    far = _median([cycle.ends()[1] for cycle in usual])
    way, level, length = (float(np.median([getattr(cycle, name) for cycle in usual]))
                          for name in ('way', 'start_level', 'length_sec'))
    most_sec = min(_BESIDE_SEC, _BESIDE * length_sec)
    for signal in signals:
        cycles = [cycle for cycle in signal.cycles(_LEAST_SHARE * way)
                  if cycle.start_level <= level + _NEAR * way]
        unlike = np.array([
            float(model.difference(cycle.ends()[1], far))
            + (np.log(cycle.way / way) / _WAYS) ** 2
            + (np.log(cycle.length_sec / length) / _LENGTHS) ** 2 for cycle in cycles])
        inside = np.array([span[0] <= cycle.top_sec < span[1] for cycle in cycles], bool)
        bounds = [cycle.bounds() for cycle in cycles]
        chosen = inside & (unlike <= _UNLIKE)
        chosen = _reached(chosen, bounds, unlike <= _UNLIKE, most_sec).any(0)
        chosen = _reached(chosen, bounds, unlike <= _UNLIKE_BETWEEN, most_sec).all(0)
        yield from (cycles[i] for i in np.flatnonzero(chosen))


def _usual(model: Exercise, signals: Sequence[Signal], span: tuple[float, float],
           ) -> tuple[list[Cycle], Sequence[Signal], float]:
    """What repetitions in a span of time look like, signals without what is faster than they, and
    how long they take in seconds."""
    usual: list[Cycle] = []
    length_sec = 0.0
    for _ in range(_TEMPO_ROUNDS):
        usual = _alike(model, [cycle for signal in signals for cycle in signal.cycles(_LEAST_WAY)
                               if span[0] <= cycle.top_sec < span[1]])
        if not usual:
            break
        lengths = np.sort([cycle.length_sec for cycle in usual])
        # That of half of the time that all of them take.
        found = float(lengths[np.searchsorted(np.cumsum(lengths), lengths.sum() / 2)])
        if found < _SLOWER * length_sec:
            break
        length_sec = found
        signals = [signal.smoothed(length_sec) for signal in signals]
    return usual, signals, length_sec


def _alike(model: Exercise, cycles: Sequence[Cycle]) -> list[Cycle]:
    """Of all cycles those that resemble each other and together the exercise most."""
    if not cycles:
        return []
    low, high = (np.stack(ends) for ends in zip(*(cycle.ends() for cycle in cycles), strict=True))
    ways = np.log([cycle.way for cycle in cycles])
    near = ((model.differences(high) < _ALIKE)
            & (np.abs(ways[:, None] - ways) < np.log(_AS_FAR)))
    speaks = np.exp(-model.strangeness(low, high) / _STRANGE) * np.minimum(np.exp(ways), 1)
    return [cycles[i] for i in np.flatnonzero(near[(near @ speaks).argmax()])]


def _reached(chosen: np.ndarray, bounds: Sequence[Bounds], good: np.ndarray,
             most_sec: float) -> np.ndarray:
    """bool (2, N): what is chosen or, if good enough, follows one that is at once; in the order of
    time, and against it."""
    reached = np.tile(chosen, (2, 1))
    count = len(chosen)
    for row, order in zip(reached, (range(1, count), range(count - 2, -1, -1)), strict=True):
        for i in order:
            other = i - order.step
            pause = (max(bounds[i].start, bounds[other].start)
                     - min(bounds[i].stop, bounds[other].stop))
            row[i] |= row[other] and good[i] and pause <= most_sec
    return reached


def _unfinished(cycles: Sequence[Cycle]) -> bool:
    """Whether another repetition is begun behind the last, and not ended."""
    last = cycles[-1]
    behind = last.signal.progress[last.after:]
    way = float(np.median([cycle.way for cycle in cycles]))
    away = np.flatnonzero(behind > last.start_level + _LEAST_SHARE * way)
    return (bool(len(away)) and away[0] <= _PAUSE_SEC * RATE_HZ
            and bool((behind[away[0]:] > last.start_level + _NEAR * way / 2).all()))


def _median(values: Sequence[np.ndarray]) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', RuntimeWarning)  # of what is never known
        return np.nanmedian(values, 0)
