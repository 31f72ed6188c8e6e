"""What is wrong with a flagged label: the simplest change that brings it close to the prediction.

Lengths are relative to a frame's reference length (torso or box) unless stated otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

SWAPPED = 'left-right swap'
SCRAMBLED = 'scrambled'
DISPLACED = 'displaced'
OTHER = 'other'
KINDS = (SWAPPED, SCRAMBLED, DISPLACED, OTHER)

_MAX_ERROR = 1.0
"""A joint's error counts at most this much, so that one wild joint does not decide."""

_MIN_GAIN = 0.6
"""An explanation has to bring the error below this share of the label's own."""

_CLOSE = 1.5
"""A corrected label is close if its error is at most this many times the network's noise."""

# What a change may do, and therefore by how much it beats simpler ones by chance alone.
_PENALTY = {'swap': 1.0, 'shift': 1.0, 'scale': 1.1, 'permutation': 1.3}

_MIN_SCALE, _MAX_SCALE = 0.25, 4.0
_MIN_NOISE = 0.01


@dataclass(frozen=True, eq=False)
class Explanation:
    """What is wrong with a label.

    Attributes:
        kind: One of :data:`KINDS`.
        corrected: Keypoints (K, 2) in pixels of the original image, or None for ``other``.
    """

    kind: str
    corrected: np.ndarray | None = None


def frame_errors(distance: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Mean relative distance of the visible joints, each limited, (N,); 0 without any.

    Args:
        distance: Relative distances (N, K).
        visible: bool (N, K).
    """
    total = np.where(visible, np.minimum(distance, _MAX_ERROR), 0.0).sum(axis=1)
    return total / np.maximum(visible.sum(axis=1), 1)


def noise_level(distance: np.ndarray, visible: np.ndarray, flagged: np.ndarray) -> float:
    """How far off the network is where the labels seem right.

    Args:
        distance: Relative distances (N, K).
        visible: bool (N, K).
        flagged: bool (N,); where all frames are, all of them count.

    Returns:
        The 95th percentile of the frames' errors, :func:`frame_errors`.
    """
    trusted = ~flagged if not flagged.all() else np.ones_like(flagged)
    errors = frame_errors(distance[trusted], visible[trusted])
    return max(float(np.percentile(errors, 95)), _MIN_NOISE)


def explain(label: np.ndarray, prediction: np.ndarray, visible: np.ndarray, length: float,
            noise: float, flip_indices: Sequence[int]) -> Explanation:
    """Finds what is wrong with one flagged label.

    Candidates are the label with its sides swapped, shifted, shifted and scaled, and with its
    joints dealt out anew (linear assignment). The one with the smallest error is the explanation
    if it is close; what may do more has to gain more, because every label is a permutation of
    another one to some degree.

    Args:
        label: Keypoints (K, 2) in px.
        prediction: Keypoints (K, 2) in px.
        visible: bool (K,): the joints that count.
        length: Reference length in px.
        noise: :func:`noise_level` of the network.
        flip_indices: ``label[flip_indices]`` swaps the sides.
    """
    flip = np.asarray(flip_indices)
    candidates = {
        'swap': (SWAPPED, label[flip], visible & visible[flip]),
        'shift': (DISPLACED, *_shifted(label, prediction, visible)),
        'scale': (DISPLACED, *_scaled(label, prediction, visible, length)),
        'permutation': (SCRAMBLED, *_dealt_out(label, prediction, visible, length, noise)),
    }
    before = _error(label, prediction, visible, length)
    best, least = Explanation(OTHER), np.inf
    for name, (kind, corrected, counts) in candidates.items():
        if 2 * counts.sum() < visible.sum():
            continue  # too few joints are left to compare
        error = _error(corrected, prediction, counts, length)
        close = error <= _CLOSE * noise and error <= _MIN_GAIN * before
        if close and error * _PENALTY[name] < least:
            best, least = Explanation(kind, corrected), error * _PENALTY[name]
    return best


def _error(label: np.ndarray, prediction: np.ndarray, visible: np.ndarray,
           length: float) -> float:
    distance = np.linalg.norm(label - prediction, axis=-1) / length
    return float(frame_errors(distance[None], visible[None])[0])


def _shifted(label: np.ndarray, prediction: np.ndarray,
             visible: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # The median: a label that was moved beyond the image's border is cut off there.
    shift = np.median((prediction - label)[visible], axis=0)
    return label + shift, visible


def _scaled(label: np.ndarray, prediction: np.ndarray, visible: np.ndarray,
            length: float) -> tuple[np.ndarray, np.ndarray]:
    """One scale and one shift, both medians: over pairs of joints, and over joints."""
    i, j = np.triu_indices(int(visible.sum()), 1)
    in_label, in_prediction = (
        np.linalg.norm(points[visible][i] - points[visible][j], axis=-1)
        for points in (label, prediction))
    far = (in_label > 0.25 * length) & (in_prediction > 0.25 * length)
    scale = float(np.median(in_prediction[far] / in_label[far])) if far.any() else 1.0
    scale = float(np.clip(scale, _MIN_SCALE, _MAX_SCALE))
    return _shifted(scale * label, prediction, visible)


def _dealt_out(label: np.ndarray, prediction: np.ndarray, visible: np.ndarray, length: float,
               noise: float) -> tuple[np.ndarray, np.ndarray]:
    points, targets = label[visible], prediction[visible]
    cost = np.linalg.norm(targets[:, None] - points[None], axis=-1) / length
    cost = np.minimum(cost, _MAX_ERROR)**2
    # Neighbours such as eye and nose stay as they are unless moving them gains more than noise.
    cost += noise**2 * ~np.eye(len(cost), dtype=bool)
    _, taken = linear_sum_assignment(cost)
    corrected = label.copy()
    corrected[visible] = points[taken]
    return corrected, visible
