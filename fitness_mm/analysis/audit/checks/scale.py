"""The torso's length, by which everything is measured."""

from __future__ import annotations

import numpy as np

from fitness_mm.keypoints.quantiles import nan_median
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

_TORSO = [KEYPOINT_INDEX[name] for name in ('Left Shoulder', 'Right Shoulder', 'Left Hip',
                                            'Right Hip')]
_LEAST_PX = 1.0


def clip_torso_px(keypoints: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Torso length of every clip in pixels: the median over its moments, then over its views.

    The views count, because a body that bends towards one camera has a short torso in it. At
    least a pixel, so that it can be divided by.

    Args:
        keypoints: (N, V, T, K, 2).
        visible: (N, V, T, K).

    Returns:
        (N,); NaN for a clip that never shows both shoulders and both hips.
    """
    seen = visible[..., _TORSO].all(axis=-1)
    corners = [keypoints[..., k, :] for k in _TORSO]
    x, y = np.moveaxis(corners[0] + corners[1] - corners[2] - corners[3], -1, 0)
    length = np.where(seen, np.hypot(x, y) / 2, np.nan)  # (N, V, T)
    per_view = nan_median(length, 2)[..., 0]
    return np.maximum(nan_median(per_view, 1)[..., 0], _LEAST_PX)
