"""A low-pass filter that follows fast movement and holds still what stands."""

from __future__ import annotations

import math

import numpy as np


class OneEuroFilter:
    """Casiez et al., *1 Euro Filter*, CHI 2012, for points of an object of some size.

    Args:
        min_cutoff: Of what does not move, in Hz.
        beta: How the cutoff grows, in Hz per size of the object and second.
        speed_cutoff: Of the speed, in Hz.
    """

    def __init__(self, min_cutoff: float, beta: float, speed_cutoff: float = 1.0) -> None:
        self._min_cutoff, self._beta, self._speed_cutoff = min_cutoff, beta, speed_cutoff
        self.reset()

    def reset(self) -> None:
        """Forgets what it has seen."""
        self._time: float | None = None

    def __call__(self, values: np.ndarray, size: float, time: float) -> np.ndarray:
        """The values, smoothed.

        Args:
            values: Of any shape, the same each time.
            size: Of the object, in the unit of the values.
            time: In seconds; one that is not later than the last begins anew.
        """
        if self._time is None or time <= self._time:
            self._smooth, self._speed = values, np.zeros_like(values)
        else:
            step = time - self._time
            self._speed = self._speed + _alpha(self._speed_cutoff, step) * (
                (values - self._values) / size / step - self._speed)
            cutoff = self._min_cutoff + self._beta * abs(self._speed)
            self._smooth = self._smooth + _alpha(cutoff, step) * (values - self._smooth)
        self._values, self._time = values, time
        return self._smooth


def _alpha(cutoff: float | np.ndarray, step: float) -> float | np.ndarray:
    """Weight of a new value, after a step of so many seconds."""
    return 1 / (1 + 1 / (2 * math.pi * cutoff * step))
