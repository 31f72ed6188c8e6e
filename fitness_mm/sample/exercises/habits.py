"""How people differ when they do the same: what each adds to the postures of an exercise.

``habits.json`` says how the vectors of bones vary, to the left, up and to the front, as measured in
real labels of 43 people and fourteen exercises (``docs/sample.md``): between people, from one clip
of a person to the next, and from one moment to the next. Each has a part that all key postures
share, and one of each posture's own. Of each there are a few directions in which all bones go
``together``, with a weight of unit variance, and standard deviations of what is left: of what is
alike on both sides of the body, and of what is not, which is much less.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson

from ..performer.posture import BONES, mirrored, plain_name, posture_from
from ..tempo import Tempo

HABITS = 'habits.json'
_RIGHT = [b for b, name in enumerate(BONES) if name.startswith('right ')]


def _tables(parts: dict[str, dict[str, list[float]]]) -> tuple[np.ndarray, np.ndarray]:
    """What is alike on both sides and what is not, (B, 3) each."""
    return tuple(np.array([parts[part][plain_name(name)] for name in BONES])
                 for part in ('even', 'odd'))


_TABLE = orjson.loads(Path(__file__).with_name(HABITS).read_bytes())
_SPREADS = {kind: {part: _tables(tables) for part, tables in parts.items()}
            for kind, parts in _TABLE.items()}
_TOGETHER = {kind: {part: np.reshape([posture_from(one, np.zeros((len(BONES), 3)))
                                      for one in tables.get('together', ())], (-1, len(BONES), 3))
                    for part, tables in parts.items()} for kind, parts in _TABLE.items()}


class Habits:
    """One performer's way to do one exercise.

    Args:
        seed: Of everything that belongs to them.
    """

    def __init__(self, *seed: int) -> None:
        self._seed = seed

    def rng(self, what: str) -> np.random.Generator:
        """Draws that are the same in every clip of the performer and the exercise."""
        return np.random.default_rng([*self._seed, *what.encode()])

    def of_person(self, number: int) -> np.ndarray:
        """What the performer adds to each of M key postures, (M, B, 3)."""
        return _drawn(self.rng('postures'), 'people', number)

    def of_clip(self, rng: np.random.Generator, number: int) -> np.ndarray:
        """What a clip adds to each of M key postures, (M, B, 3)."""
        return _drawn(rng, 'clips', number)

    def of_moments(self, tempo: Tempo, rng: np.random.Generator, courses: np.ndarray,
                   unsteady: np.ndarray) -> np.ndarray:
        """What every frame has of its own, (T, B, 3).

        Args:
            tempo: Of the frames.
            rng: Draws it.
            courses: What an exercise's frames vary by together, (V, B, 3).
            unsteady: How much its bones do by themselves, (B, 1).
        """
        together = np.tensordot(tempo.noise(rng, len(courses)), courses, (0, 0))
        noise = tempo.noise(rng, 2 * 3 * len(BONES))
        return together + unsteady * _both_sides(noise.T.reshape(-1, 2, len(BONES), 3),
                                                 _SPREADS['moments']['own'])


def _drawn(rng: np.random.Generator, kind: str, number: int) -> np.ndarray:
    total = 0.0
    for part, count in (('common', 1), ('own', number)):
        weights = rng.normal(size=(count, len(_TOGETHER[kind][part])))
        total = total + np.tensordot(weights, _TOGETHER[kind][part], 1) + _both_sides(
            rng.normal(size=(count, 2, len(BONES), 3)), _SPREADS[kind][part])
    return total


def _both_sides(draws: np.ndarray, spreads: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(N, B, 3) of standard normal draws (N, 2, B, 3), of what both sides share and what they do
    not; the draws of one side are used."""
    total = 0.0
    for part, sign in ((0, 1), (1, -1)):
        values = draws[:, part] * spreads[part]
        image = sign * mirrored(values)
        values[:, _RIGHT] = image[:, _RIGHT]
        total = total + values
    return total
