"""The colours of the skeleton, the same in figures, pictures and videos.

Okabe and Ito's, told apart by the colour-blind too.
"""

from __future__ import annotations

from .skeleton import KEYPOINTS

LEFT, RIGHT, MIDDLE = '#56b4e9', '#e69f00', '#f0e442'
"""Of the performer's left, right, and what is between them."""

KEYPOINT_COLOURS: tuple[str, ...] = tuple(
    {'Left': LEFT, 'Right': RIGHT}.get(name.partition(' ')[0], MIDDLE) for name in KEYPOINTS)
"""One per keypoint; a limb has the colour of the keypoint that it is named by first."""


def rgb(colour: str) -> tuple[int, int, int]:
    """``#rrggbb`` as numbers from 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue
