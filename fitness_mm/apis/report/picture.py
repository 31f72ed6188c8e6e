"""A person's skeleton on a frame, by OpenCV: videos have many frames."""

from __future__ import annotations

import cv2
import numpy as np

from fitness_mm.keypoints import measures
from fitness_mm.keypoints.colours import KEYPOINT_COLOURS, rgb
from fitness_mm.keypoints.skeleton import LIMBS

_COLOURS = [rgb(colour) for colour in KEYPOINT_COLOURS]
_OUTLINE = (20, 20, 20)
_FAULT = (213, 94, 0)
_SUBPIXEL_BITS = 4


def draw_person(image: np.ndarray, keypoints: np.ndarray, scores: np.ndarray,
                marked: tuple[int, ...] = (), thickness: float = 2.0) -> None:
    """Draws limbs and joints that were seen, in place.

    Args:
        image: uint8 RGB (H, W, 3).
        keypoints: Pixels of the image, pixel centres at integers, (K, 2).
        scores: (K,).
        marked: Keypoints to ring, those that speak for a fault.
        thickness: Of limbs in pixels.
    """
    seen = measures.seen(scores) & np.isfinite(keypoints).all(-1)
    limit = 4 * max(image.shape)
    points = np.clip(np.nan_to_num(keypoints), -limit, limit)
    fixed = np.round(points * 2**_SUBPIXEL_BITS).astype(int)
    thin, wide = max(1, round(thickness)), max(3, round(2.2 * thickness))
    limbs = [(a, b) for a, b in LIMBS if seen[a] and seen[b]]
    for width, coloured in ((wide, False), (thin, True)):
        for a, b in limbs:
            cv2.line(image, fixed[a].tolist(), fixed[b].tolist(),
                     _COLOURS[a] if coloured else _OUTLINE, width, cv2.LINE_AA, _SUBPIXEL_BITS)
    radius = round(1.3 * thickness * 2**_SUBPIXEL_BITS)
    for k in np.flatnonzero(seen):
        cv2.circle(image, fixed[k].tolist(), radius, _COLOURS[k], cv2.FILLED, cv2.LINE_AA,
                   _SUBPIXEL_BITS)
    ring = round(2.6 * radius)
    for k in marked:
        if seen[k]:
            for colour, width in (((255, 255, 255), thin + 2), (_FAULT, thin)):
                cv2.circle(image, fixed[k].tolist(), ring, colour, width, cv2.LINE_AA,
                           _SUBPIXEL_BITS)
