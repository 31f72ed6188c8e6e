"""How each exercise moves, and from that how far a repetition is: one signal per exercise.

What is known of an exercise, in ``exercises.npz``, are means and spreads of :mod:`.features` over
generated people, cameras and faults: the postures at the start and at the far end of a repetition,
how these postures differ from one person and view to the next (``between``), and what else happens
within a person's set (``within``). A signal is the least-squares estimate of how far the way from
start to far end is, with what else happens as its noise, from whichever joints are seen: of what
an exercise does not move, little gets into it.

``tools/data/learn_exercises.py`` writes the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.spatial.distance import cdist

TABLE = Path(__file__).with_name('exercises.npz')

# A signal is one with this share of what all joints seen in a stretch tell.
_LEAST_KNOWN = 0.2


@dataclass(frozen=True, eq=False)
class Exercise:
    """How an exercise moves.

    Attributes:
        start: Mean features at the start of a repetition, (F,).
        far: The same at its far end.
        between: Covariance over people and views of the postures of a set, (F, F).
        within: Covariance of what is off the way from start to far end in a set, (F, F).
    """

    start: np.ndarray
    far: np.ndarray
    between: np.ndarray
    within: np.ndarray

    def progress(self, features: np.ndarray) -> np.ndarray | None:
        """How far the movement is, (S,): 0 at the start of a repetition and 1 at its far end.

        Args:
            features: (S, F), NaN where nothing is known.

        Returns:
            None if nothing that moves in this exercise is seen.
        """
        known = np.isfinite(features)
        mean = np.nansum(features, 0) / np.maximum(known.sum(0), 1)
        base = known.any(0)
        _, most = self._weights(base)
        if not most > 0:
            return None
        signal = np.full(len(features), np.nan)
        patterns, which = np.unique(known, axis=0, return_inverse=True)
        which = which.ravel()
        for number, pattern in enumerate(patterns):
            weights, certain = self._weights(pattern)
            if certain >= _LEAST_KNOWN * most:
                at = np.flatnonzero(which == number)
                signal[at] = (features[at] - mean)[:, pattern] @ weights
        at = np.flatnonzero(np.isfinite(signal))
        signal = np.interp(np.arange(len(signal)), at, signal[at])
        return signal + (mean - self.start)[base] @ self._weights(base)[0]

    def _weights(self, seen: np.ndarray) -> tuple[np.ndarray, float]:
        """Of the features seen, and how certain the signal is that they give: 1 / variance."""
        way = (self.far - self.start)[seen]
        if not len(way):
            return way, 0.0
        weights = np.linalg.solve(self.within[np.ix_(seen, seen)], way)
        certain = float(weights @ way)
        return weights / certain, certain

    def strangeness(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """How unlike the exercise the ends of repetitions are, (N,); about 1 where they are alike.

        Args:
            low: Features at the start, (N, F), NaN where nothing is known.
            high: Features at the far end.
        """
        spread = np.linalg.inv(self.between + self.within)
        return (_distance(low - self.start, spread) + _distance(high - self.far, spread)) / 2

    def difference(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """How much postures (..., F) differ for those of one person in one set; 1 is usual."""
        return _distance(one - other, np.linalg.inv(self.within))

    def differences(self, postures: np.ndarray) -> np.ndarray:
        """The same of each of some postures (N, F) and each other, (N, N)."""
        known = np.isfinite(postures)
        mean = np.where(known, postures, 0).sum(0) / np.maximum(known.sum(0), 1)
        # In units in which what else happens is 1 whatever the direction.
        even = np.linalg.solve(np.linalg.cholesky(self.within),
                               np.where(known, postures - mean, 0).T).T
        return cdist(even, even, 'sqeuclidean') / postures.shape[1]


def _distance(off: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    off = np.nan_to_num(off)
    return np.einsum('...i,ij,...j->...', off, inverse, off) / off.shape[-1]


@lru_cache(maxsize=1)
def exercises(path: Path = TABLE) -> dict[str, Exercise]:
    """By English name, the exercises that have repetitions."""
    with np.load(path, allow_pickle=False) as arrays:
        names = arrays['names'].tolist()
        parts = [arrays[part].astype(np.float64)
                 for part in ('start', 'far', 'between', 'within')]
    return {name: Exercise(start, far, _square(between), _square(within))
            for name, start, far, between, within in zip(names, *parts, strict=True)}


def _square(triangle: np.ndarray) -> np.ndarray:
    """A symmetric matrix from its upper triangle."""
    size = int(np.sqrt(2 * len(triangle)))
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size)] = triangle
    return matrix + np.triu(matrix, 1).T
