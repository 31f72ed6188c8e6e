"""Quantiles among missing values."""

from __future__ import annotations

import numpy as np


def nan_quantile(values: np.ndarray, quantile: float, axis: int) -> np.ndarray:
    """Quantile of what is not NaN, along an axis that is kept with length 1; NaN if nothing is.

    ``np.nanquantile`` does the same, a hundred times as slowly on many short rows.
    """
    ordered = np.sort(values, axis=axis)  # NaN last
    last = np.expand_dims((~np.isnan(values)).sum(axis=axis), axis) - 1
    at = quantile * np.maximum(last, 0)
    below = np.floor(at).astype(np.intp)
    low = np.take_along_axis(ordered, below, axis)
    high = np.take_along_axis(ordered, np.minimum(below + 1, np.maximum(last, 0)), axis)
    return low + ((at - below) * (high - low)).astype(values.dtype)


def nan_median(values: np.ndarray, axis: int) -> np.ndarray:
    """Median of what is not NaN, as :func:`nan_quantile`."""
    return nan_quantile(values, 0.5, axis)
