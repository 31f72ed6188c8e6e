"""When the 32 images of a clip are taken, and how far the repetition is at each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tempo:
    """Progress of the repetitions at T sparse moments.

    Attributes:
        progress: (T,) from 0, the start of a repetition, to 1, its far end.
        rep: (T,) number of the repetition, from 0.
        outside: (T,) 0 in and between repetitions, to -1 before the first, to 1 after the last.
    """

    progress: np.ndarray
    rep: np.ndarray
    outside: np.ndarray

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


# As measured in real labels (``docs/sample.md``), in shares of the clip: people rest before the
# first repetition and after the last, for a while that varies much, and a repetition takes about
# three of the sixteen labelled frames.
_REST_BEFORE, _REST_AFTER = (0.03, 0.14), (0.02, 0.42)
_REPETITION = (0.15, 0.22)
_REPS = (2, 5)
_GETTING_READY = 0.06


def sample_tempo(rng: np.random.Generator, num_frames: int) -> Tempo:
    """Draws two to five repetitions, each with its own speed, and the moments of the images.

    The moments are evenly spread with a jitter, so neighbouring images are far apart in the
    movement, as in the data set.
    """
    before, after = rng.uniform(*_REST_BEFORE), rng.uniform(*_REST_AFTER)
    num_reps = int(np.clip(round((1 - before - after) / rng.uniform(*_REPETITION)), *_REPS))
    durations = np.clip(rng.normal(1.0, 0.15, max(_REPS)), 0.6, 1.4)[:num_reps]
    hold = rng.uniform(0.95, 1.15)
    moments = (np.arange(num_frames) + rng.uniform(-0.3, 0.3, num_frames) + 0.5) / num_frames
    # Repetitions take unequal time: phase is the inverse of the running sum of durations.
    ends = before + (1 - before - after) * np.cumsum([0.0, *durations]) / durations.sum()
    phase = np.minimum(np.interp(moments, ends, np.arange(num_reps + 1.0)), num_reps - 1e-6)
    # A raised cosine, cut so that the body rests for a moment at both ends.
    wave = np.clip(0.5 - 0.5 * hold * np.cos(2 * np.pi * phase), 0.0, 1.0)
    outside = (np.clip((moments - ends[-1]) / _GETTING_READY, 0, 1)
               - np.clip((before - moments) / _GETTING_READY, 0, 1))
    return Tempo(wave, phase.astype(int), outside)
