"""Is a skeleton outside the box that its clip-view usually has, or much larger or smaller?"""

from __future__ import annotations

import numpy as np

from fitness_mm.keypoints.quantiles import nan_median

from .scale import clip_torso_px

EDGE_THRESHOLD_TORSO = 0.4
"""Two edges of a frame's box this far from their usual place, in torso lengths, are suspicious."""

SIZE_THRESHOLD = 0.25
"""So is a skeleton larger or smaller than usual by this much on a logarithmic scale (28 %)."""

_MIN_JOINTS = 6


def place_scores(keypoints: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """How far a frame's box and size are from what is usual in its clip-view.

    A body moves, and then all views see it: what counts is by how much a view deviates more than
    the middle one of the moment's views. Of the box's four edges the second farthest counts,
    because an arm moves one.

    Args:
        keypoints: (N, V, T, K, 2) in pixels.
        visible: (N, V, T, K).

    Returns:
        float32 (N, V, T), 1 at the threshold; NaN where too few joints are visible.
    """
    count = visible.sum(axis=-1)
    enough = count >= _MIN_JOINTS
    torso = clip_torso_px(keypoints, visible)[:, None, None, None]
    edges, squares = [], 0.0
    for axis in range(2):
        values = np.ascontiguousarray(keypoints[..., axis])  # (N, V, T, K)
        edges += [np.where(visible, values, np.inf).min(axis=-1),
                  np.where(visible, values, -np.inf).max(axis=-1)]
        centre = np.where(visible, values, 0).sum(axis=-1) / np.maximum(count, 1)
        squares += np.where(visible, (values - centre[..., None])**2, 0).sum(axis=-1)
    box = np.where(enough[..., None], np.stack(edges, axis=-1), np.nan) / torso  # (N, V, T, 4)
    shift = _beyond_other_views(np.abs(box - nan_median(box, 2)))
    edge = np.partition(shift, 2, axis=-1)[..., 2]

    square = np.maximum(squares / np.maximum(count, 1), 1.0)
    size = np.where(enough, np.log(square) / 2, np.nan)  # (N, V, T)
    size = size - nan_median(size, 2)
    size = np.abs(size - nan_median(size, 1))
    return np.maximum(edge / EDGE_THRESHOLD_TORSO, size / SIZE_THRESHOLD).astype(np.float32)


def _beyond_other_views(values: np.ndarray) -> np.ndarray:
    return values - nan_median(values, 1)
