"""How the 24 keypoints are made of BlazePose's 33 landmarks: a table, and what follows from it.

On 32 videos of real people BlazePose's skeleton is that of real labels but for what the table
mends. Lengths in shares of the trunk, labels' in brackets: shoulders .69 (.67), hips .46 (.43),
upper arm .51 (.52), forearm .47 (.48), thigh .78 (.73), shin .76 (.74), ears .30 (.29), ear to nose
.25 (.23); ankle to the toes .335 (to the labels' Foot .169).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .skeleton import KEYPOINTS

NUM_LANDMARKS = 33

OBSERVED, DERIVED, ASSUMED = 'observed', 'derived', 'assumed'
"""A landmark of BlazePose, moved by a little at most; between landmarks beside it, which say where
it is; or laid on a straight line, whatever the person's back does. None of the 24 is absent."""

_LANDMARKS = {'eye': (2, 5), 'ear': (7, 8), 'shoulder': (11, 12), 'elbow': (13, 14),
              'wrist': (15, 16), 'pinky': (17, 18), 'index': (19, 20), 'hip': (23, 24),
              'knee': (25, 26), 'ankle': (27, 28), 'toe': (31, 32)}
"""MediaPipe's numbers, left and right; the nose is 0."""

_HIPS_LOWER = 0.05
"""How far the labels' hips lie below BlazePose's, in trunk lengths."""

_IN_SCORE = 0.1
"""Weight from which on a landmark has to be seen for the keypoint to be."""

_MARGIN = 0.02
"""How far beside the picture, as a share of its longer side, a keypoint may lie and count."""


def _on_trunk(at: float) -> dict[str, float]:
    """On the line from the middle of the shoulders (0) to that of the labels' hips (1)."""
    at *= 1 + _HIPS_LOWER
    return {'shoulders': 1 - at, 'hips': at}


TABLE: dict[str, tuple[str, Mapping[str, float]]] = {
    'Nose': (OBSERVED, {'nose': 1}),
    'Eye': (OBSERVED, {'eye': 1}),
    'Ear': (OBSERVED, {'ear': 1}),
    'Shoulder': (OBSERVED, {'shoulder': 1}),
    'Elbow': (OBSERVED, {'elbow': 1}),
    'Wrist': (OBSERVED, {'wrist': 1}),
    'Hip': (OBSERVED, {'hip': 1, 'hips': _HIPS_LOWER, 'shoulders': -_HIPS_LOWER}),
    'Knee': (OBSERVED, {'knee': 1}),
    'Ankle': (OBSERVED, {'ankle': 1}),
    'Palm': (DERIVED, {'wrist': 0.2, 'pinky': 0.4, 'index': 0.4}),
    'Foot': (DERIVED, {'ankle': 0.5, 'toe': 0.5}),
    'Neck': (DERIVED, _on_trunk(-0.17)),
    'Back': (ASSUMED, _on_trunk(0.30)),
    'Waist': (ASSUMED, _on_trunk(0.68)),
}
"""Of each keypoint, its side left out: what it is, and weights of landmarks, of the same side or,
in the plural, of the middle of both. Weights sum to 1."""


def _weights() -> np.ndarray:
    weights = np.zeros((len(KEYPOINTS), NUM_LANDMARKS))
    for row, name in zip(weights, KEYPOINTS, strict=True):
        side, _, part = name.rpartition(' ')
        for landmark, weight in TABLE[part][1].items():
            if landmark == 'nose':
                row[0] += weight
            elif landmark.removesuffix('s') != landmark:
                row[list(_LANDMARKS[landmark.removesuffix('s')])] += weight / 2
            else:
                row[_LANDMARKS[landmark][side == 'Right']] += weight
    return weights


WEIGHTS = _weights()
"""(24, 33), rows sum to 1."""

ASSUMED_KEYPOINTS = frozenset(
    k for k, name in enumerate(KEYPOINTS) if TABLE[name.rpartition(' ')[2]][0] == ASSUMED)
"""Indices of those that say nothing of the person."""


def from_blazepose(points: np.ndarray, visibility: np.ndarray,
                   size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints of landmarks.

    Args:
        points: Landmarks in pixels of a picture, (..., 33, 2).
        visibility: Of each, from 0 to 1, (..., 33).
        size: Width and height of the picture.

    Returns:
        Keypoints (..., 24, 2) and scores (..., 24), float32: the lowest visibility of what a
        keypoint is made of, 0 beside the picture.
    """
    keypoints = WEIGHTS @ points
    made_of = np.abs(WEIGHTS) >= _IN_SCORE  # (24, 33)
    scores = np.where(made_of, visibility[..., None, :], np.inf).min(axis=-1)
    margin = _MARGIN * max(size)
    inside = ((keypoints >= -margin) & (keypoints <= np.subtract(size, 1) + margin)).all(axis=-1)
    return keypoints.astype(np.float32), (scores * inside).astype(np.float32)
