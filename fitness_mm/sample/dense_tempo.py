"""When the repetitions of a video happen, and how far the movement is at each of its frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from .tempo import Tempo

_FAULT_CHANGE_SEC, _GETTING_READY_SEC = 0.5, 0.8
# The noise of a posture is drawn at a rate of its own, so that a video of another frame rate
# shows the same movement, and drifts with about this time constant.
_NOISE_HZ, _NOISE_SEC = 10.0, 0.4


def _ease(share: np.ndarray) -> np.ndarray:
    """From 0 to 1, beginning and ending at rest."""
    return 0.5 - 0.5 * np.cos(np.pi * np.clip(share, 0.0, 1.0))


@dataclass(frozen=True)
class Schedule:
    """The moments of N repetitions, in seconds from the first frame.

    Attributes:
        start: (N,) leaves the start position.
        reach: (N,) arrives at the far end.
        leave: (N,) leaves the far end.
        stop: (N,) is back in the start position.
        total_sec: Length of the video.
    """

    start: np.ndarray
    reach: np.ndarray
    leave: np.ndarray
    stop: np.ndarray
    total_sec: float

    @property
    def turn(self) -> np.ndarray:
        """(N,) the middle of the stay at the far end."""
        return (self.reach + self.leave) / 2

    def rep_at(self, times_sec: np.ndarray) -> np.ndarray:
        """Number of the repetition that was begun last, from 0."""
        return np.maximum(np.searchsorted(self.start, times_sec, 'right') - 1, 0)

    def progress(self, times_sec: np.ndarray) -> np.ndarray:
        """0 in the start position, 1 at the far end."""
        if not len(self.start):
            return np.zeros(len(times_sec))
        rep = self.rep_at(times_sec)
        out = (times_sec - self.start[rep]) / (self.reach - self.start)[rep]
        back = (times_sec - self.leave[rep]) / (self.stop - self.leave)[rep]
        return _ease(out) - _ease(back)

    def outside(self, times_sec: np.ndarray) -> np.ndarray:
        """-1 before the first repetition, 1 after the last, 0 from one to the other."""
        if not len(self.start):
            return np.full(len(times_sec), -1.0)
        return (_ease((times_sec - self.stop[-1]) / _GETTING_READY_SEC)
                - _ease((self.start[0] - times_sec) / _GETTING_READY_SEC))

    def share_of(self, reps: Sequence[int], times_sec: np.ndarray) -> np.ndarray:
        """1 in some repetitions, 0 in the others, with a smooth change half-way between."""
        inside = np.isin(np.arange(len(self.start)), reps).astype(float)
        if not len(inside):
            return np.zeros(len(times_sec))
        share = np.full(len(times_sec), inside[0])
        middles = (self.stop[:-1] + self.start[1:]) / 2
        for middle, change in zip(middles, np.diff(inside), strict=True):
            share += change * _ease((times_sec - middle) / _FAULT_CHANGE_SEC + 0.5)
        return share


@dataclass(frozen=True)
class DenseTempo(Tempo):
    """Progress of the repetitions at the T frames of a video.

    Attributes:
        times_sec: (T,) of the frames.
        schedule: The repetitions.
    """

    times_sec: np.ndarray
    schedule: Schedule

    @property
    def num_reps(self) -> int:
        """Number of repetitions; one at least, for what is drawn per repetition."""
        return max(len(self.schedule.start), 1)

    def per_rep(self, values: np.ndarray) -> np.ndarray:
        """(T,) that passes through one value per repetition, at its far end."""
        if not len(self.schedule.start):
            return np.full(len(self.times_sec), values[0])
        return np.interp(self.times_sec, self.schedule.turn, values)

    def noise(self, rng: np.random.Generator, number: int) -> np.ndarray:
        """(number, T) of unit variance, smooth over time."""
        num_draws = int(np.ceil(self.schedule.total_sec * _NOISE_HZ)) + 2
        sigma = _NOISE_SEC * _NOISE_HZ
        margin = int(4 * sigma)
        draws = gaussian_filter1d(rng.normal(0.0, 1.0, (number, num_draws + 2 * margin)), sigma,
                                  axis=1)[:, margin:margin + num_draws]
        # A Gaussian filter leaves 1 / (2 sqrt(pi) sigma) of the variance.
        draws *= np.sqrt(2 * np.sqrt(np.pi) * sigma)
        return CubicSpline(np.arange(num_draws) / _NOISE_HZ, draws, axis=1)(self.times_sec)


def dense_tempo(schedule: Schedule, fps: float) -> DenseTempo:
    """The tempo at the frames of a video."""
    times = np.arange(round(schedule.total_sec * fps)) / fps
    return DenseTempo(schedule.progress(times), schedule.rep_at(times), schedule.outside(times),
                      times, schedule)


def sample_schedule(rng: np.random.Generator, reps: int, rep_sec: float, before_sec: float,
                    after_sec: float, pauses: Sequence[tuple[int, float]] = ()) -> Schedule:
    """Draws repetitions that differ in length; all of them together take their time exactly.

    Args:
        rng: Draws lengths, and how they divide into out, stay, back and rest.
        reps: Number of repetitions.
        rep_sec: Their mean length, rest included.
        before_sec: Time in the start position before the first.
        after_sec: The same after the last.
        pauses: Additional times in the start position: after how many repetitions, and how long.
    """
    lengths = np.clip(rng.normal(1.0, 0.1, reps), 0.75, 1.3)
    out, stay, rest = rng.uniform((0.42, 0.06, 0.06), (0.58, 0.15, 0.16))
    lengths *= reps * rep_sec / lengths.sum() if reps else 1.0
    waiting = np.zeros(reps)
    for after, seconds in pauses:
        waiting[after:] += seconds
    start = before_sec + waiting + np.cumsum(lengths) - lengths
    moving = (1 - stay - rest) * lengths
    reach = start + out * moving
    leave = reach + stay * lengths
    stop = leave + (1 - out) * moving
    total = before_sec + reps * rep_sec + sum(seconds for _, seconds in pauses) + after_sec
    return Schedule(start, reach, leave, stop, total)
