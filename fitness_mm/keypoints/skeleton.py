"""The 24 keypoints of the AI Hub fitness-posture labels, in the order every array here uses."""

from __future__ import annotations

KEYPOINTS: tuple[str, ...] = (
    'Nose', 'Left Eye', 'Right Eye', 'Left Ear', 'Right Ear',
    'Left Shoulder', 'Right Shoulder', 'Left Elbow', 'Right Elbow', 'Left Wrist', 'Right Wrist',
    'Left Hip', 'Right Hip', 'Left Knee', 'Right Knee', 'Left Ankle', 'Right Ankle',
    'Neck', 'Left Palm', 'Right Palm', 'Back', 'Waist', 'Left Foot', 'Right Foot',
)  # yapf: disable
"""Names as the label files spell them. Left and right are the performer's. The first 17 are
COCO's, in COCO's order."""

NUM_KEYPOINTS = len(KEYPOINTS)

KEYPOINT_INDEX: dict[str, int] = {name: i for i, name in enumerate(KEYPOINTS)}

_LIMB_NAMES = (
    ('Left Ear', 'Left Eye'), ('Left Eye', 'Nose'),
    ('Right Ear', 'Right Eye'), ('Right Eye', 'Nose'), ('Nose', 'Neck'),
    ('Left Palm', 'Left Wrist'), ('Left Wrist', 'Left Elbow'),
    ('Left Elbow', 'Left Shoulder'), ('Left Shoulder', 'Neck'),
    ('Right Palm', 'Right Wrist'), ('Right Wrist', 'Right Elbow'),
    ('Right Elbow', 'Right Shoulder'), ('Right Shoulder', 'Neck'),
    ('Neck', 'Back'), ('Back', 'Waist'),
    ('Left Foot', 'Left Ankle'), ('Left Ankle', 'Left Knee'),
    ('Left Knee', 'Left Hip'), ('Left Hip', 'Waist'),
    ('Right Foot', 'Right Ankle'), ('Right Ankle', 'Right Knee'),
    ('Right Knee', 'Right Hip'), ('Right Hip', 'Waist'),
)  # yapf: disable

LIMBS: tuple[tuple[int, int], ...] = tuple(
    (KEYPOINT_INDEX[a], KEYPOINT_INDEX[b]) for a, b in _LIMB_NAMES)
"""Keypoint index pairs that a drawing of the skeleton joins."""


def _mirrored(name: str) -> str:
    side, _, rest = name.partition(' ')
    return {'Left': f'Right {rest}', 'Right': f'Left {rest}'}.get(side, name)


FLIP_INDICES: tuple[int, ...] = tuple(KEYPOINT_INDEX[_mirrored(name)] for name in KEYPOINTS)
"""``keypoints[FLIP_INDICES]`` swaps the performer's left and right."""

LEFT_KEYPOINTS: tuple[int, ...] = tuple(
    i for i, name in enumerate(KEYPOINTS) if name.startswith('Left '))
RIGHT_KEYPOINTS: tuple[int, ...] = tuple(FLIP_INDICES[i] for i in LEFT_KEYPOINTS)
"""The two sides, pair by pair, as flip transforms take them."""
