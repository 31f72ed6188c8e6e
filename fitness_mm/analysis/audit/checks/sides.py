"""Do the five views agree about which side of the performer is left?

The cameras of a station stand around the performer at known angles. The vector from a right joint
to its left one is a vector in space, d; seen from afar, the camera at azimuth a shows it as
``(d_x cos a - d_z sin a, -d_y)``. So the ten numbers that five views show come from three, and a
view whose sides are swapped shows the negative of what it should. All ways in which a minority of
views could be swapped are tried, and the one that leaves least unexplained wins. It needs one
moment only, so it also finds a clip-view that is swapped from the first frame to the last, which
nothing within that view can tell.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from fitness_mm.keypoints.skeleton import LEFT_KEYPOINTS, RIGHT_KEYPOINTS

from .scale import clip_torso_px

CAMERA_AZIMUTHS_DEG = (-140.0, -40.0, 0.0, 40.0, 140.0)
"""Of views A to E as the data set describes them, seen from above; 0 is in front of the
performer, positive to the performer's left. 15 degrees more or less do not matter."""

RATIO_THRESHOLD = 1.5
"""What is unexplained has to shrink by this factor when a view is swapped back."""

NOISE_TORSO = 0.05
"""Less than this, in torso lengths, is never counted as explained: labels are not so exact."""

_MIN_VIEWS = 3
_MIN_PAIRS = 3


def side_scores(keypoints: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """How much better a moment's views fit together when one view's sides are swapped.

    Args:
        keypoints: (N, V, T, K, 2) in pixels, views A to E.
        visible: (N, V, T, K).

    Returns:
        float32 (N, V, T), 1 at the threshold; NaN for moments with fewer than three views or
        three visible pairs of joints, and for the views that have no label.
    """
    there = visible.any(axis=-1).transpose(0, 2, 1)  # (N, T, V)
    torso = clip_torso_px(keypoints, visible)[:, None, None, None, None]
    left, right = list(LEFT_KEYPOINTS), list(RIGHT_KEYPOINTS)
    vectors = (keypoints[..., left, :] - keypoints[..., right, :]) / torso  # (N, V, T, P, 2)
    vectors = vectors.transpose(0, 2, 1, 4, 3).astype(np.float64)  # (N, T, V, 2, P)
    seen = (visible[..., left] & visible[..., right]).transpose(0, 2, 1, 3)  # (N, T, V, P)
    pairs = (seen | ~there[..., None]).all(axis=2) & there.any(axis=2)[..., None]  # (N, T, P)
    vectors = np.where(pairs[:, :, None, None], vectors, 0)

    scores = np.full(there.shape, np.nan)
    enough = ~np.isnan(torso[:, :1, 0, 0, 0]) & (pairs.sum(axis=-1) >= _MIN_PAIRS)
    for views in np.unique(there[enough], axis=0):
        if views.sum() >= _MIN_VIEWS:
            moments = enough & (there == views).all(axis=-1)
            scores[moments] = _gain(vectors[moments], pairs[moments].sum(axis=-1),
                                    tuple(views.tolist()))
    return scores.transpose(0, 2, 1).astype(np.float32)


def _gain(vectors: np.ndarray, num_pairs: np.ndarray, views: tuple[bool, ...]) -> np.ndarray:
    """Scores (M, V) of the moments (M, V, 2, P) that have these views."""
    unexplained, swaps = _unexplained(views), _swaps(views)
    num_moments, num_views = vectors.shape[:2]
    flat = vectors.reshape(num_moments, 2 * num_views, -1)
    products = (flat @ flat.swapaxes(1, 2) * unexplained).reshape(
        num_moments, num_views, 2, num_views, 2)
    # quadratic in the signs that the views are given
    shares = products.sum(axis=(2, 4)).reshape(num_moments, -1)  # (M, V * V)
    signs = np.where(swaps, -1.0, 1.0)  # (S, V)
    squares = shares @ (signs[:, :, None] * signs[:, None]).reshape(len(signs), -1).T  # (M, S)
    rest = np.sqrt(np.maximum(squares, 0) / (num_pairs * sum(views))[:, None])
    gains = np.full((len(vectors), len(views)), np.nan)
    for v in np.flatnonzero(views):
        swapped, kept = rest[:, swaps[:, v]].min(axis=1), rest[:, ~swaps[:, v]].min(axis=1)
        gains[:, v] = kept / np.maximum(swapped, NOISE_TORSO) / RATIO_THRESHOLD
    return gains


@cache
def _unexplained(views: tuple[bool, ...]) -> np.ndarray:
    """Projection (2V, 2V) of what the views show onto what no vector in space explains."""
    azimuth = np.radians(CAMERA_AZIMUTHS_DEG)
    cameras = np.zeros((len(views), 2, 3))
    cameras[:, 0, 0], cameras[:, 0, 2], cameras[:, 1, 1] = np.cos(azimuth), -np.sin(azimuth), -1
    cameras[~np.array(views)] = 0
    flat = cameras.reshape(-1, 3)
    present = np.diag(np.repeat(np.array(views, float), 2))
    return present - flat @ np.linalg.pinv(flat)


@cache
def _swaps(views: tuple[bool, ...]) -> np.ndarray:
    """Every minority of the views, bool (S, V); the first is none of them."""
    count = sum(views)
    chosen = [swap for swap in product((False, True), repeat=len(views))
              if 2 * sum(swap) < count and not any(s and not v for s, v in
                                                   zip(swap, views, strict=True))]
    return np.array(sorted(chosen, key=sum))
