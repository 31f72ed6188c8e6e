"""Intervals by bootstrap: of the difference between two models that judged the same clip-views, and
of what people vary in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitness_mm.errors import ArgumentError

FEWEST_PERFORMERS = 5
"""Below this number, resampling performers says nothing about other people."""


@dataclass(frozen=True)
class Difference:
    """Accuracy of one model minus another's.

    Attributes:
        value: The difference.
        low: Lower end of the interval.
        high: Upper end of the interval.
        resampled: ``performers`` if the interval is about new people, ``clips`` if there were too
            few of them and it is about new clips of the same people.
        performers: How many performers there are.
    """

    value: float
    low: float
    high: float
    resampled: str
    performers: int


def paired_difference(first: np.ndarray,
                      second: np.ndarray,
                      clips: np.ndarray,
                      performers: np.ndarray,
                      level: float = 0.95,
                      draws: int = 2000,
                      seed: int = 0) -> Difference:
    """Bootstrap interval of ``first`` minus ``second``, paired by clip-view.

    The views of a clip stay together, and so do, in the outer of two stages, the clips of a
    performer: performers are drawn with replacement, then clips of each. With fewer than
    :data:`FEWEST_PERFORMERS` performers only clips are drawn, whosever they are.

    Args:
        first: Whether the first model is right, bool (N,).
        second: Whether the second model is right, bool (N,).
        clips: Clip of every clip-view, (N,).
        performers: Performer of every clip-view, (N,).
        level: Probability that the interval covers.
        draws: Number of bootstrap samples.
        seed: For drawing them.

    Raises:
        ArgumentError: If there is nothing to compare.
    """
    if not len(first):
        raise ArgumentError('there are no clip-views to compare two models on')
    gain = first.astype(float) - second.astype(float)
    # One sum and count a clip is all that a draw needs.
    _, at, clip_of = np.unique(clips, return_index=True, return_inverse=True)
    sums, counts = np.bincount(clip_of, gain), np.bincount(clip_of)
    _, owner = np.unique(performers[at], return_inverse=True)
    clips_of = [np.flatnonzero(owner == p) for p in range(owner.max() + 1)]

    rng = np.random.default_rng(seed)
    over_performers = len(clips_of) >= FEWEST_PERFORMERS
    means = np.empty(draws)
    for i in range(draws):
        if over_performers:
            people = rng.integers(len(clips_of), size=len(clips_of))
            drawn = np.concatenate([rng.choice(clips_of[p], len(clips_of[p])) for p in people])
        else:
            drawn = rng.integers(len(sums), size=len(sums))
        means[i] = sums[drawn].sum() / counts[drawn].sum()
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Difference(float(gain.mean()), float(low), float(high),
                      'performers' if over_performers else 'clips', len(clips_of))


def performer_draws(performers: np.ndarray, draws: int = 2000,
                    seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Performers drawn with replacement, as many as there are.

    Args:
        performers: Performer of every row, (N,).
        draws: Number of bootstrap samples.
        seed: For drawing them.

    Returns:
        How often each of the M performers is drawn, (D, M), and the performer of every row as a
        column of it, (N,).
    """
    people, owner = np.unique(performers, return_inverse=True)
    count = len(people)
    rng = np.random.default_rng(seed)
    return rng.multinomial(count, np.full(count, 1 / count), draws), owner
