"""When the 32 images of a clip are taken, and how far the repetition is at each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tempo:
    """Progress of the repetitions at T sparse moments.

    Attributes:
        progress: (T,) from 0, the start of a repetition, to 1, its far end.
        lagging: (T,) the same for the hand that is late.
        rep: (T,) number of the repetition, from 0.
    """

    progress: np.ndarray
    lagging: np.ndarray
    rep: np.ndarray

    @property
    def num_reps(self) -> int:
        """Number of repetitions that are begun."""
        return int(self.rep.max()) + 1

    def per_rep(self, values: np.ndarray) -> np.ndarray:
        """(T,) from one value per repetition."""
        return values[self.rep]

    def noise(self, rng: np.random.Generator, number: int) -> np.ndarray:
        """(number, T) standard normal draws; the moments are too far apart to be related."""
        return rng.normal(0.0, 1.0, (number, len(self.rep)))


def _progress(phase: np.ndarray, hold: float) -> np.ndarray:
    """Raised cosine, cut so that the body rests for a moment at both ends."""
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * phase)
    return np.clip(0.5 + (wave - 0.5) * hold, 0.0, 1.0)


def sample_tempo(rng: np.random.Generator, num_frames: int) -> Tempo:
    """Draws about four repetitions, each with its own speed, and the moments of the images.

    The moments are evenly spread with a jitter, so neighbouring images are far apart in the
    movement, as in the data set.
    """
    num_reps = rng.uniform(3.6, 4.4)
    start = rng.uniform(0.0, 1.0)
    durations = np.clip(rng.normal(1.0, 0.12, 7), 0.7, 1.3)
    hold = rng.uniform(1.1, 1.3)
    lag = rng.uniform(-0.06, 0.06)
    lag += np.copysign(0.07, lag)
    moments = (np.arange(num_frames) + rng.uniform(-0.3, 0.3, num_frames) + 0.5) / num_frames
    # Repetitions take unequal time: phase is the inverse of the running sum of durations.
    begins = np.concatenate([[0.0], np.cumsum(durations)])
    phase = np.interp(start + moments * num_reps, begins, np.arange(8.0))
    return Tempo(_progress(phase, hold), _progress(phase - lag, hold), phase.astype(int))
