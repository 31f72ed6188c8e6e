"""Where a labelled person is and how large: the crop's box and the torso's length."""

from __future__ import annotations

import numpy as np

from .skeleton import KEYPOINT_INDEX

STUDY_MARGIN = 200 / 1080
"""The original study's margin around the joints, 200 px, as a fraction of the image's height."""

_SHOULDERS = [KEYPOINT_INDEX['Left Shoulder'], KEYPOINT_INDEX['Right Shoulder']]
_HIPS = [KEYPOINT_INDEX['Left Hip'], KEYPOINT_INDEX['Right Hip']]


def union_box(keypoints: np.ndarray, visible: np.ndarray, image_size: tuple[int, int],
              margin: float) -> tuple[int, int, int, int]:
    """The box around all visible joints with a margin on every side, clamped to the image.

    Args:
        keypoints: Pixels of the image, pixel centres at integers, (..., K, 2).
        visible: Positive or true for joints that count, (..., K).
        image_size: Height and width of the image in pixels.
        margin: As a fraction of the image's height.

    Returns:
        x1, y1, x2, y2 in whole pixels, x2 and y2 exclusive; the whole image if no joint counts.
    """
    height, width = map(int, image_size)
    points = keypoints[visible > 0]  # (P, 2)
    if not len(points):
        return 0, 0, width, height
    margin_px = margin * height
    x1, y1 = np.floor(points.min(0) - margin_px).astype(int)
    x2, y2 = np.ceil(points.max(0) + margin_px).astype(int) + 1
    return max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)


def torso_length_px(keypoints: np.ndarray, visible: np.ndarray) -> float:
    """Median over frames of the distance between mid-shoulder and mid-hip.

    The median keeps one wrong label, or one frame in which the torso points at the camera, from
    setting the scale.

    Args:
        keypoints: Of the frames of a clip-view, (T, K, 2).
        visible: Whether a joint counts, (T, K).

    Returns:
        The length in the keypoints' unit; NaN if no frame shows both shoulders and both hips.
    """
    seen = (visible[:, _SHOULDERS + _HIPS] > 0).all(axis=1)  # (T,)
    if not seen.any():
        return float('nan')
    torso = keypoints[seen][:, _SHOULDERS].mean(1) - keypoints[seen][:, _HIPS].mean(1)  # (T', 2)
    return float(np.median(np.linalg.norm(torso, axis=-1)))
