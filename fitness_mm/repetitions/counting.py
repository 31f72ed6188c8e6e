"""Counts repetitions in the keypoints of a video.

A *repetition* goes from the start position of the exercise to its far end and back to the start
position. It counts when all of it is in the video. What does not count: standing or lying still,
small movements (less than half of what the person usually moves), a repetition that the video
begins or ends in the middle of, and one that is broken off half-way.

The start position is where the hands of the named exercise are before it begins. Without a name,
it is where the movement begins and ends, and if that is half-way, where the person stays longer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.keypoints.measures import seen

from .movement import RATE_HZ, Stretch, find_stretches

HANDS_GO_UP = {
    'front raise': True,
    'upright row': True,
    'barbell stiff-leg deadlift': False,
    'barbell row': True,
    'dumbbell bent-over row': True,
    'barbell deadlift': False,
    'barbell squat': False,
    'overhead press': True,
    'side lateral raise': True,
    'barbell curl': True,
    'dumbbell curl': True,
    'dumbbell pullover': False,
}
"""By exercise, whether the hands go up in the image from the start position to the far end."""

# Shares of a usual swing: what is a swing at all; how near the start position a repetition has to
# begin and end, among others and at the ends of the video.
_LEAST_SWING, _HALF_WAY, _NEAR = 0.45, 0.45, 0.22
_SHORTEST_SEC = 0.5
# Counts as being at one end of the movement.
_AT_REST = 0.25
# A raised cosine passes a tenth of its way after this share of its time.
_TENTH = np.arccos(0.8) / np.pi
_BEFORE_TENTH = _TENTH / (0.5 - _TENTH)


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


def count_repetitions(keypoints: np.ndarray, scores: np.ndarray, fps: float,
                      exercise: str | None = None) -> tuple[Repetition, ...]:
    """The repetitions of a video of one person, in order.

    Args:
        keypoints: (T, 24, 2) px, in the order of the data set; NaN where nothing is known.
        scores: (T, 24) how certain each of them is.
        fps: Frames per second.
        exercise: English or Korean name, if it is known.

    Raises:
        ValueError: If shapes do not fit or ``fps`` is not a positive number.
        KeyError: If the catalogue has no such exercise.
    """
    keypoints, scores = np.asarray(keypoints, np.float64), np.asarray(scores, np.float64)
    if keypoints.ndim != 3 or keypoints.shape[1:] != (24, 2):
        raise ValueError(f'keypoints of shape {keypoints.shape}, expected (T, 24, 2)')
    if scores.shape != keypoints.shape[:2]:
        raise ValueError(f'scores of shape {scores.shape} for keypoints of shape '
                         f'{keypoints.shape}, expected {keypoints.shape[:2]}')
    if not (np.isfinite(fps) and fps > 0):
        raise ValueError(f'fps is {fps}, expected a positive number')
    up = HANDS_GO_UP.get(exercise_by_name(exercise).name) if exercise is not None else None
    if len(keypoints) < _SHORTEST_SEC * fps:
        return ()
    shown = np.isfinite(keypoints).all(-1) & seen(scores)
    return tuple(Repetition(*(sec * fps for sec in rep))
                 for stretch in find_stretches(keypoints, shown, fps)
                 for rep in _count(stretch, up))


def _count(stretch: Stretch, up: bool | None) -> list[tuple[float, float, float]]:
    """Start, turn and stop in seconds of the repetitions in one stretch."""
    signal = stretch.signal
    turns, swing = _turns(signal)
    if len(turns) < 3:
        return []
    if _starts_high(stretch, turns, up):
        signal = -signal
    found = []
    for before, top, after in zip(turns[:-2], turns[1:-1], turns[2:], strict=True):
        if signal[top] < signal[before]:
            continue
        # At its ends the video may show a part of a repetition; in between, the person turned.
        at_end = (_HALF_WAY, _NEAR)
        if (signal[before] - signal[after] > at_end[before == turns[0]] * swing
                or signal[after] - signal[before] > at_end[after == turns[-1]] * swing):
            continue
        rep = _bounds(signal, before, top, after)
        if rep[2] - rep[0] >= _SHORTEST_SEC * RATE_HZ:
            found.append(tuple(stretch.begin_sec + sample / RATE_HZ for sample in rep))
    return found


def _turns(signal: np.ndarray) -> tuple[list[int], float]:
    """Samples where the signal turns, its ends included, and the size of a usual swing.

    Small swings come and go: the usual one is the median swing, weighted by size.
    """
    turns = _zigzag(signal, 0.15 * np.ptp(signal))
    swings = np.sort(np.abs(np.diff(signal[turns])))
    if not len(swings):
        return turns, 0.0
    usual = swings[np.searchsorted(np.cumsum(swings), swings.sum() / 2)]
    return _zigzag(signal, _LEAST_SWING * usual), usual


def _zigzag(signal: np.ndarray, least: float) -> list[int]:
    """Samples at which the signal turns by at least some amount; they are high and low in turn.

    The first and the last of them may be where the signal begins and ends.
    """
    turns: list[int] = []
    low = high = rising = 0
    for i, value in enumerate(signal.tolist()):
        if value < signal[low]:
            low = i
        if value > signal[high]:
            high = i
        if rising <= 0 and value - signal[low] >= least:
            turns.append(low)
            rising, high = 1, i
        elif rising >= 0 and signal[high] - value >= least:
            turns.append(high)
            rising, low = -1, i
    if rising:
        turns.append(high if rising > 0 else low)
    return turns


def _starts_high(stretch: Stretch, turns: list[int], up: bool | None) -> bool:
    """Whether the start position is at the high end of the signal."""
    signal = stretch.signal
    known = np.isfinite(stretch.hands_up)
    if up is not None and known.mean() > 0.5:
        rises = np.cov(signal[known], stretch.hands_up[known])[0, 1] > 0
        return bool(rises) != up
    first, second = np.median(signal[turns[::2]]), np.median(signal[turns[1::2]])
    low, high = min(first, second), max(first, second)
    place = (signal - low) / (high - low)
    at_low, at_high = place < _AT_REST, place > 1 - _AT_REST
    if (at_low[0] and at_low[-1]) or (at_high[0] and at_high[-1]):
        return bool(at_high[0])
    return bool(at_high.sum() > at_low.sum())


def _bounds(signal: np.ndarray, before: int, top: int, after: int) -> tuple[float, float, float]:
    """Start, turn and stop of one repetition in samples, where noise cannot move them far.

    Both ends of a movement are flat, so they are extrapolated from where it passes a tenth, a half
    and nine tenths of its way, as if it were a raised cosine.
    """
    start, reach = _ends(signal[before:top + 1])
    stop, leave = _ends(signal[top:after + 1][::-1])
    turn = (before + reach + after - leave) / 2
    return max(before + start, before), turn, min(after - stop, after)


def _ends(rise: np.ndarray) -> tuple[float, float]:
    """Where a rise begins and ends."""
    low, half, high = (_passes(rise, share) for share in (0.1, 0.5, 0.9))
    return low - (half - low) * _BEFORE_TENTH, high + (high - half) * _BEFORE_TENTH


def _passes(rise: np.ndarray, share: float) -> float:
    """Where a rise passes a share of its way for the last time."""
    level = rise[0] + share * (rise[-1] - rise[0])
    below = np.flatnonzero(rise[:-1] < level)
    i = int(below[-1]) if len(below) else 0
    return i + (level - rise[i]) / max(rise[i + 1] - rise[i], 1e-12)
