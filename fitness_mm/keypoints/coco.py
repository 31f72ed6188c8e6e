"""How the 24 keypoints relate to COCO's 17, which are the first 17 here, in COCO's order."""

from __future__ import annotations

import numpy as np

from .skeleton import KEYPOINT_INDEX, NUM_KEYPOINTS

NUM_COCO_KEYPOINTS = 17

_COCO_SIGMAS = (0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062,
                0.107, 0.107, 0.087, 0.087, 0.089, 0.089)
"""From COCO's keypoint evaluation (cocoeval.py): the spread of repeated annotations of 5,000
people, as a fraction of the square root of the person's area."""

_NEIGHBOURS = {
    'Neck': ('Left Shoulder', 'Right Shoulder'),
    'Left Palm': ('Left Wrist', ),
    'Right Palm': ('Right Wrist', ),
    'Back': ('Left Shoulder', 'Right Shoulder', 'Left Hip', 'Right Hip'),
    'Waist': ('Left Hip', 'Right Hip'),
    'Left Foot': ('Left Ankle', ),
    'Right Foot': ('Right Ankle', ),
}


def _coco_parts() -> np.ndarray:
    parts = np.zeros((NUM_KEYPOINTS, NUM_COCO_KEYPOINTS))
    parts[:NUM_COCO_KEYPOINTS] = np.eye(NUM_COCO_KEYPOINTS)
    for name, neighbours in _NEIGHBOURS.items():
        parts[KEYPOINT_INDEX[name], [KEYPOINT_INDEX[n] for n in neighbours]] = 1 / len(neighbours)
    return parts


COCO_PARTS = _coco_parts()
"""(24, 17), rows sum to 1: a shared keypoint is itself; each of the other seven is the mean of the
COCO keypoints beside it. What is known about COCO's keypoints starts the others from there."""

DEFAULT_SIGMAS: tuple[float, ...] = tuple((COCO_PARTS @ np.array(_COCO_SIGMAS)).round(4).tolist())
"""OKS sigmas (24,): COCO's for the shared keypoints, ``COCO_PARTS`` of them for the others. They
say how COCO's annotators differ; ``tools/data/keypoint_sigmas.py`` measures this data set."""
