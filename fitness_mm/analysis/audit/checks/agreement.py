"""Do the five views of a clip show one body?

Seen from afar, what V fixed cameras show of a point is an affine function of its three
coordinates. So the 2V coordinates of all joints at all moments lie near a three-dimensional
affine space (Tomasi and Kanade 1992). It is fitted without one view after the other; if the
others then agree and in no other choice do, the view left out is the wrong one.
"""

from __future__ import annotations

import numpy as np

from fitness_mm.keypoints.quantiles import nan_median, nan_quantile

from .scale import clip_torso_px

DISAGREEMENT_THRESHOLD_TORSO = 0.05
"""A disagreement of the joints, root mean square in torso lengths, is suspicious from here on, but
only if it is more than the clip's other moments have."""

_SPACE = 3
_ITERATIONS = 6
_MIN_JOINTS = 6
_MIN_MOMENTS = 3


def agreement_scores(keypoints: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """How much better the other views of a moment agree when one view is left out.

    Perspective makes a good label disagree by 0.03 to 0.05 torso lengths.

    Args:
        keypoints: (N, V, T, K, 2) in pixels.
        visible: (N, V, T, K).

    Returns:
        float32 (N, V, T), 1 at the threshold; NaN in clips of fewer than four views and in
        moments that one of the clip's views does not show.
    """
    num_views = keypoints.shape[1]
    in_clip = visible.any(axis=(2, 3))  # (N, V)
    torso = clip_torso_px(keypoints, visible)
    joints = (visible | ~in_clip[:, :, None, None]).all(axis=1)  # (N, T, K)
    joints &= ((joints.sum(axis=-1) >= _MIN_JOINTS) & ~np.isnan(torso)[:, None])[..., None]
    sums = _sums(keypoints, joints, in_clip, torso)
    without = np.full((*visible.shape[:3],), np.nan)
    for v in range(num_views):
        left = np.delete(np.arange(num_views), v)
        fits = in_clip[:, v] & (in_clip.sum(axis=1) >= 4)
        fits &= (joints.any(axis=-1).sum(axis=1) >= _MIN_MOMENTS)
        if fits.any():
            rows = (2 * left[:, None] + np.arange(2)).ravel()
            without[fits, v] = _disagreement(*(s[fits] for s in sums), rows,
                                             in_clip[fits][:, left].sum(axis=1))
    least_of_others = np.stack([
        _least(np.delete(without, v, axis=1)) for v in range(num_views)], axis=1)
    blame = np.sqrt(np.maximum(least_of_others**2 - without**2, 0))
    usual = nan_median(_least(without), 1)[:, None]
    return (blame / np.maximum(DISAGREEMENT_THRESHOLD_TORSO, usual)).astype(np.float32)


def _sums(keypoints: np.ndarray, joints: np.ndarray, in_clip: np.ndarray,
          torso: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per moment the number of joints (N, T), the sum (N, T, 2V) of what the views show of them,
    in torso lengths, and that of its products (N, T, 2V, 2V): all that a fit needs."""
    num_clips, num_views, num_moments, num_joints, _ = keypoints.shape
    counted = joints[:, None, :, :, None] & in_clip[:, :, None, None, None]
    points = np.where(counted, keypoints, 0).astype(np.float64)
    total = np.maximum(joints.sum(axis=(1, 2)), 1)[:, None, None, None, None]
    centre = points.sum(axis=(2, 3), keepdims=True) / total
    points = np.where(counted, points - centre, 0) / torso[:, None, None, None, None]
    points = np.where(counted, points, 0)  # a clip without a torso is NaN
    flat = points.transpose(0, 2, 1, 4, 3).reshape(
        num_clips, num_moments, 2 * num_views, num_joints)
    return joints.sum(axis=-1), flat.sum(axis=-1), flat @ flat.swapaxes(-1, -2)


def _disagreement(count: np.ndarray, first: np.ndarray, second: np.ndarray, rows: np.ndarray,
                  num_views: np.ndarray) -> np.ndarray:
    """Root mean square distance of every moment's joints from the space, (N, T).

    Moments that do not fit count less from one iteration to the next, so that a run of wrong
    labels does not bend the space.
    """
    first = first[:, :, rows]
    second = second[:, :, rows[:, None], rows]
    flat = second.reshape(*second.shape[:2], -1)
    weight = (count > 0).astype(np.float64)
    counted = np.maximum(count, 1)
    freedom = (2 * num_views - _SPACE)[:, None] / 2  # distances per point that are left, in points
    for _ in range(_ITERATIONS):
        total = (weight * count).sum(axis=1)[:, None]
        mean = (weight[..., None] * first).sum(axis=1) / total  # (N, R)
        spread = (weight[:, None] @ flat).reshape(-1, *second.shape[2:]) / total[..., None]
        spread -= mean[:, :, None] * mean[:, None]
        _, axes = np.linalg.eigh(spread)
        beyond = axes[..., :-_SPACE]  # (N, R, R - 3)
        projection = beyond @ beyond.swapaxes(1, 2)  # (N, R, R)
        # the trace of the product of two symmetric matrices
        inside = (flat @ projection.reshape(len(flat), -1, 1))[..., 0]
        at = first @ beyond  # (N, T, Q)
        origin = mean[:, None] @ beyond  # (N, 1, Q)
        square = inside - 2 * (at * origin).sum(axis=-1) + counted * (origin**2).sum(axis=-1)
        square = np.maximum(square, 0) / counted / freedom
        square = np.where(count > 0, square, np.nan)
        low = nan_quantile(square, 0.25, 1)
        weight = np.nan_to_num(1 / (1 + (square / np.maximum(2 * low, 1e-9))**2)**2)
    return np.sqrt(square)


def _least(values: np.ndarray) -> np.ndarray:
    """The smallest along axis 1 that is not NaN, (N, T); NaN if all are."""
    least = np.where(np.isnan(values), np.inf, values).min(axis=1)
    return np.where(np.isinf(least), np.nan, least)
