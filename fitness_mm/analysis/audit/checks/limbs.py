"""Does a limb have another length than usual in its clip-view?"""

from __future__ import annotations

import numpy as np

from fitness_mm.keypoints.quantiles import nan_median
from fitness_mm.keypoints.skeleton import LIMBS

from .scale import clip_torso_px

LENGTH_THRESHOLD_TORSO = 0.15
"""A mean deviation of the limbs' lengths, in torso lengths, is suspicious from here on, ..."""

USUAL = 4.0
"""... but only if it is that many times what is usual in the clip: where a body gets up from the
floor, the lengths change in every view."""

_MIN_LIMBS = 6


def limb_scores(keypoints: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """How far the limbs' lengths are from the median of their clip-view.

    Finds scrambled joints and skeletons of a wrong size, not skeletons that are whole but
    elsewhere.

    Args:
        keypoints: (N, V, T, K, 2) in pixels.
        visible: (N, V, T, K).

    Returns:
        float32 (N, V, T), 1 at the threshold; NaN where too few limbs are visible.
    """
    a, b = np.array(LIMBS).T
    torso = clip_torso_px(keypoints, visible)[:, None, None, None]
    x, y = keypoints[..., 0], keypoints[..., 1]
    length = np.hypot(x[..., a] - x[..., b], y[..., a] - y[..., b]) / torso
    length = np.where(visible[..., a] & visible[..., b], length, np.nan)  # (N, V, T, limbs)
    deviation = np.abs(length - nan_median(length, 2))
    seen = ~np.isnan(deviation)
    count = seen.sum(axis=-1)
    mean = np.where(seen, deviation, 0).sum(axis=-1) / np.maximum(count, 1)
    mean = np.where(count >= _MIN_LIMBS, mean, np.nan)  # (N, V, T)
    usual = nan_median(nan_median(mean, 2), 1)  # of the views: one scrambled view is not usual
    return (mean / np.maximum(LENGTH_THRESHOLD_TORSO, USUAL * usual)).astype(np.float32)
