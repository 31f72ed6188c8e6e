"""Which keypoints count, where a labelled person is and how large."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .box import Box
from .skeleton import KEYPOINT_INDEX

SEEN_SCORE = 0.4
"""From this score on a keypoint counts as seen. Labels' scores are 0 or 1.

Networks that take keypoints are given every one with a positive score, those hardly seen too: a
doubtful position tells them more than none."""

_SHOWN_SHARE = 0.25

STUDY_MARGIN = 0.35
"""The original study's margin around the joints of a clip, 200 px of its full-HD images, as a share
of the longer side of their box: of 7,500 real clip-views it is 0.31 to 0.39 of that (10 to
90 %)."""

_SHOULDERS = [KEYPOINT_INDEX['Left Shoulder'], KEYPOINT_INDEX['Right Shoulder']]
_HIPS = [KEYPOINT_INDEX['Left Hip'], KEYPOINT_INDEX['Right Hip']]


def seen(scores: np.ndarray) -> np.ndarray:
    """Which keypoints count, by their scores or their visibility; bool, of the same shape."""
    return np.asarray(scores) >= SEEN_SCORE


def shows_person(scores: np.ndarray) -> np.ndarray:
    """Which frames show a person, a quarter of its keypoints at least.

    Args:
        scores: (..., K).

    Returns:
        bool (...).
    """
    return seen(scores).mean(axis=-1) >= _SHOWN_SHARE


def person_box(keypoints: np.ndarray, scores: np.ndarray, image_size: Sequence[int]) -> Box:
    """The box around all joints seen, without margin; the whole image if there is none.

    Args:
        keypoints: (..., K, 2).
        scores: (..., K).
        image_size: Width and height.
    """
    return Box.around(keypoints, seen(scores)) or Box.of_image(image_size)


def torso_length_px(keypoints: np.ndarray, scores: np.ndarray) -> float:
    """Median over frames of the distance between mid-shoulder and mid-hip.

    The median keeps one wrong label, or one frame in which the torso points at the camera, from
    setting the scale.

    Args:
        keypoints: Of the frames of a clip-view, (T, K, 2).
        scores: (T, K).

    Returns:
        The length in the keypoints' unit; NaN if no frame shows both shoulders and both hips.
    """
    shown = keypoints[seen(scores[:, _SHOULDERS + _HIPS]).all(axis=1)]  # (T', K, 2)
    if not len(shown):
        return float('nan')
    torso = shown[:, _SHOULDERS].mean(1) - shown[:, _HIPS].mean(1)  # (T', 2)
    return float(np.median(np.linalg.norm(torso, axis=-1)))
