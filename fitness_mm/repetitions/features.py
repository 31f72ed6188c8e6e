"""What counting looks at in a posture: heights and distances that hardly depend on the view.

Left and right joints are joined into their middle and how far they are apart, so exchanged sides,
the mirrored image and what is done left and right in turn make no difference.
"""

from __future__ import annotations

import numpy as np

from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

_PAIRS = ('Shoulder', 'Ear', 'Elbow', 'Wrist', 'Hip', 'Knee', 'Ankle')
_LEFT, _RIGHT = ([KEYPOINT_INDEX[f'{side} {name}'] for name in _PAIRS]
                 for side in ('Left', 'Right'))
_APART = _PAIRS[2:]
_LENGTHS = [(_PAIRS.index(a), _PAIRS.index(b)) for a, b in (
    ('Shoulder', 'Elbow'), ('Elbow', 'Wrist'), ('Shoulder', 'Wrist'), ('Shoulder', 'Hip'),
    ('Hip', 'Knee'), ('Knee', 'Ankle'), ('Hip', 'Ankle'), ('Wrist', 'Hip'), ('Shoulder', 'Ankle'),
    ('Elbow', 'Knee'))]

FEATURES = (*(f'{name} above the shoulders' for name in _PAIRS[1:]),
            *(f'{name} beside the shoulders' for name in _PAIRS[1:]),
            *(f'{name}s apart in height' for name in _APART),
            *(f'{name}s apart sideways' for name in _APART),
            *(f'{_PAIRS[a]} to {_PAIRS[b]}' for a, b in _LENGTHS))
"""All of them in lengths of the trunk, none of them signed to the side."""

# A lost joint goes as its counterpart does if the two move alike: standard deviation of what is
# between them, in lengths of the trunk. Of one seen for less than this share the counterpart is
# all there is.
_ALIKE, _SELDOM = 0.12, 0.25


def features(points: np.ndarray) -> np.ndarray:
    """Features (S, F) of postures (S, 24, 2) in lengths of the trunk; NaN where a joint is."""
    left, right = _filled(points[:, _LEFT], points[:, _RIGHT])
    middle = (left + right) / 2
    middle = middle[:, 1:] - middle[:, :1]
    apart = np.abs(left - right)[:, 2:]
    lengths = [(np.linalg.norm(left[:, a] - left[:, b], axis=-1)
                + np.linalg.norm(right[:, a] - right[:, b], axis=-1)) / 2 for a, b in _LENGTHS]
    return np.concatenate([-middle[..., 1], np.abs(middle[..., 0]), apart[..., 1], apart[..., 0],
                           np.stack(lengths, 1)], 1)


def _filled(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both sides (S, J, 2), each completed by what is known of the other."""
    left, right = left.copy(), right.copy()
    for j in range(left.shape[1]):
        lost, other = np.isnan(left[:, j, 0]), np.isnan(right[:, j, 0])
        both = ~lost & ~other
        for axis in (0, 1):
            between = (left[:, j, axis] - right[:, j, axis])[both]
            if len(between) >= _SELDOM * len(left):
                if between.std() > _ALIKE:
                    continue
                shift = between.mean()
            else:
                shift = 0.0
            left[lost, j, axis] = right[lost, j, axis] + shift
            right[other, j, axis] = left[other, j, axis] - shift
    return left, right
