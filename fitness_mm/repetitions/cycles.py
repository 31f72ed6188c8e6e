"""Where a signal goes up and down again: its turns, and when it leaves and reaches either end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from .movement import RATE_HZ

# Shares of the way down from the far end that are looked at as the far end, and where the start is.
_AT_END, _AT_START = 0.25, 0.15
# Shares of the length of a repetition by which its signal is smoothed.
_SPIKES, _SMOOTH = 0.15, 0.05
# A raised cosine passes a fifth of its way after this share of its time.
_FIFTH = np.arccos(0.6) / np.pi
_BEFORE_FIFTH = _FIFTH / (0.5 - _FIFTH)


@dataclass(frozen=True, eq=False)
class Signal:
    """How far a movement is in a stretch of time.

    Attributes:
        begin_sec: Time of its first sample.
        features: (S, F) of the postures, NaN where nothing is known.
        progress: (S,).
        rough: The same as it was before it was smoothed for a tempo.
    """

    begin_sec: float
    features: np.ndarray
    progress: np.ndarray
    rough: np.ndarray

    def smoothed(self, repetition_sec: float) -> Signal:
        """Without what is much faster than a repetition of some length."""
        size = 2 * round(_SPIKES * repetition_sec * RATE_HZ / 2) + 1
        return replace(self, progress=gaussian_filter1d(
            median_filter(self.rough, size, mode='nearest'),
            _SMOOTH * repetition_sec * RATE_HZ, mode='nearest'))

    def cycles(self, least: float) -> Iterator[Cycle]:
        """Where it rises by some amount at least and falls by it."""
        turns = zigzag(self.progress, least)
        if len(turns) > 1 and self.progress[turns[0]] > self.progress[turns[1]]:
            turns = turns[1:]
        for before, top, after in zip(turns[::2], turns[1::2], turns[2::2], strict=False):
            cycle = Cycle(self, before, top, after)
            if cycle.way >= least:
                yield cycle


class Bounds(NamedTuple):
    """When a cycle starts, turns and stops, in seconds."""

    start: float
    turn: float
    stop: float


@dataclass(frozen=True, eq=False)
class Cycle:
    """A signal goes up and down: the samples at which it turns."""

    signal: Signal
    before: int
    top: int
    after: int

    @property
    def start_level(self) -> float:
        """The higher one of the lows before and after it."""
        progress = self.signal.progress
        return float(max(progress[self.before], progress[self.after]))

    @property
    def way(self) -> float:
        """How far it goes."""
        return float(self.signal.progress[self.top]) - self.start_level

    @property
    def top_sec(self) -> float:
        """When it is highest."""
        return self.signal.begin_sec + self.top / RATE_HZ

    @property
    def length_sec(self) -> float:
        """Twice the time that it is more than half-way: the length, if it is a raised cosine."""
        progress = self.signal.progress[self.before:self.after + 1]
        return 2 * int((progress > self.start_level + self.way / 2).sum()) / RATE_HZ

    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Features near the start, and at the far end, (F,) each; NaN where nothing is known."""
        progress = self.signal.progress[self.before:self.after + 1]
        features = self.signal.features[self.before:self.after + 1]
        up = np.flatnonzero(progress >= self.start_level + _AT_START * self.way)
        near = [max(up[0] - 1, 0), up[0], up[-1], min(up[-1] + 1, len(progress) - 1)]
        return (_mean(features[near]),
                _mean(features[progress >= progress.max() - _AT_END * self.way]))

    def bounds(self) -> Bounds:
        """When it happens, where noise cannot move that far.

        Both ends of a movement are flat, so they are extrapolated from where it passes a fifth, a
        half and four fifths of its way, as if it were a raised cosine.
        """
        progress, before, top, after = self.signal.rough, self.before, self.top, self.after
        start, reach = _ends_of(progress[before:top + 1])
        stop, leave = _ends_of(progress[top:after + 1][::-1])
        turn = (before + reach + after - leave) / 2
        return Bounds(*(self.signal.begin_sec + sample / RATE_HZ for sample in (
            max(before + start, before), turn, min(after - stop, after))))


def zigzag(signal: np.ndarray, least: float) -> list[int]:
    """Samples at which a signal turns by at least some amount; they are high and low in turn.

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


def _mean(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    total = np.where(known, values, 0).sum(0)
    return np.where(known.any(0), total / np.maximum(known.sum(0), 1), np.nan)


def _ends_of(rise: np.ndarray) -> tuple[float, float]:
    """Where a rise begins and ends."""
    low, half, high = (_passes(rise, share) for share in (0.2, 0.5, 0.8))
    return low - (half - low) * _BEFORE_FIFTH, high + (high - half) * _BEFORE_FIFTH


def _passes(rise: np.ndarray, share: float) -> float:
    """Where a rise passes a share of its way for the last time."""
    level = rise[0] + share * (rise[-1] - rise[0])
    below = np.flatnonzero(rise[:-1] < level)
    i = int(below[-1]) if len(below) else 0
    return i + (level - rise[i]) / max(rise[i + 1] - rise[i], 1e-12)
