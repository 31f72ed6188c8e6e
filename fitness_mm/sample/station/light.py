"""The light of a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Light:
    """The light of a day: where it comes from and how it colours things.

    Attributes:
        direction: (3,) unit vector towards the lamp.
        tint: (3,) BGR factors.
        contrast: Difference between the lit and the dark side, around 1.
    """

    direction: np.ndarray
    tint: np.ndarray
    contrast: float

    def shade(self, colour: np.ndarray, level: float) -> tuple[float, float, float]:
        """A BGR colour at a level from 0, dark side, to 1, bright side."""
        factor = 1.0 + self.contrast * (level - 0.65)
        return tuple(np.clip(colour * self.tint * factor, 0, 255).tolist())


def sample_light(rng: np.random.Generator) -> Light:
    """Draws where the lamp hangs, its tint and how hard its light is."""
    a = rng.uniform(0, 2 * np.pi)
    direction = np.array([0.7 * np.sin(a), rng.uniform(0.7, 1.1), 0.7 * np.cos(a)])
    warmth = rng.uniform(-0.09, 0.09)
    tint = np.array([1.0 - warmth, 1.0, 1.0 + warmth]) * rng.uniform(0.82, 1.12)
    return Light(direction / np.linalg.norm(direction), tint, rng.uniform(0.55, 0.85))
