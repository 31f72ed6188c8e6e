"""Where to draw the line: a sweep over thresholds, and a recommendation that needs no truth."""

from __future__ import annotations

import numpy as np

from fitness_mm.errors import ArgumentError

MIN_FRAMES = 20
"""Fewer severities than this say nothing about their distribution."""

_NEAREST = 2.5
"""How far above the median the line is at least, in robust deviations of log severity: without
any wrong label, about one frame in 150 lies farther out."""

_MIN_ABOVE = 3
_MIN_VARIANCE = 1e-4


def recommend_threshold(severity: np.ndarray) -> float:
    """A threshold from the severities alone, for when nobody knows which labels are wrong.

    The severities of right labels, the network's own errors, are one hump on a logarithmic scale,
    those of wrong labels a smaller one to its right. The line is drawn where two normal
    distributions, one fitted to either side, explain the severities best: minimum error
    thresholding (Kittler and Illingworth 1986), which unlike Otsu's does not need sides of
    similar size. It stays clear of the hump, so that few frames are flagged where all labels are
    right.

    Args:
        severity: Severities (N,). Zeros, which are frames with too few visible joints, are left
            out.

    Returns:
        The threshold, in the unit of the severities.

    Raises:
        ArgumentError: If fewer than :data:`MIN_FRAMES` severities are positive.
    """
    positive = severity[severity > 0]
    if len(positive) < MIN_FRAMES:
        raise ArgumentError(f'no threshold can be recommended from {len(positive)} frames with '
                            f'enough visible joints, expected at least {MIN_FRAMES}; give one')
    logs = np.sort(np.log(positive))
    centre = float(np.median(logs))
    # Deviations below the median only: above it are the wrong labels.
    spread = 1.4826 * float(np.median(centre - logs[logs <= centre]))
    nearest = centre + _NEAREST * spread

    # A line after each value, except where a side would be too small.
    below = np.arange(1, len(logs) - _MIN_ABOVE + 1)
    first, second = np.cumsum(logs), np.cumsum(logs**2)
    share = below / len(logs)
    lower = _log_deviation(first[below - 1], second[below - 1], below)
    upper = _log_deviation(first[-1] - first[below - 1], second[-1] - second[below - 1],
                           len(logs) - below)
    cost = (share * (lower - np.log(share)) + (1 - share) * (upper - np.log1p(-share)))
    cost[logs[below] < nearest] = np.inf
    if not np.isfinite(cost).any():
        return float(np.exp(nearest))
    best = int(below[np.argmin(cost)])
    return float(np.exp(max((logs[best - 1] + logs[best]) / 2, nearest)))


def sweep(severity: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Number of frames that each threshold flags, int (M,) for severities (N,)."""
    ranked = np.sort(severity)
    return len(ranked) - np.searchsorted(ranked, thresholds, side='right')


def sweep_range(severity: np.ndarray, count: int = 200) -> np.ndarray:
    """Thresholds worth looking at, (count,): evenly spread on a logarithmic scale over the
    positive severities.

    Raises:
        ArgumentError: If no severity is positive.
    """
    positive = severity[severity > 0]
    if not len(positive):
        raise ArgumentError('no frame has enough visible joints to be judged')
    return np.geomspace(positive.min() * 0.99, positive.max() * 1.01, count)


def _log_deviation(first: np.ndarray, second: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Logarithm of the standard deviation of ``count`` values, from their sum and that of their
    squares."""
    variance = second / count - (first / count)**2
    return 0.5 * np.log(np.maximum(variance, _MIN_VARIANCE))
