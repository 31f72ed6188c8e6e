"""A person's skeleton on a frame, by OpenCV: videos have many frames."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from fitness_mm.keypoints import measures
from fitness_mm.keypoints.colours import KEYPOINT_COLOURS, rgb
from fitness_mm.keypoints.skeleton import LIMBS

_OUTLINE, _FAULT, _RING = range(len(KEYPOINT_COLOURS), len(KEYPOINT_COLOURS) + 3)
PALETTE = (*map(rgb, KEYPOINT_COLOURS), (20, 20, 20), (213, 94, 0), (255, 255, 255))
"""All colours of a skeleton, RGB: those of the keypoints, around limbs, of a fault, around that."""

_SUBPIXEL_BITS = 4


def draw_person(image: np.ndarray, keypoints: np.ndarray, scores: np.ndarray,
                marked: tuple[int, ...] = (), thickness: float = 2.0,
                palette: Sequence = PALETTE) -> None:
    """Draws limbs and joints that were seen, in place.

    Args:
        image: uint8 RGB (H, W, 3), or a plane of a video's colours (H, W).
        keypoints: Pixels of the image, pixel centres at integers, (K, 2).
        scores: (K,).
        marked: Keypoints to ring, those that speak for a fault.
        thickness: Of limbs in pixels.
        palette: The colours as the image has them.
    """
    seen = measures.seen(scores) & np.isfinite(keypoints).all(-1)
    limit = 4 * max(image.shape)
    points = np.clip(np.nan_to_num(keypoints), -limit, limit)
    fixed = np.round(points * 2**_SUBPIXEL_BITS).astype(np.int32)
    thin, wide = max(1, round(thickness)), max(2, round(2.2 * thickness))
    limbs = [fixed[[a, b]] for a, b in LIMBS if seen[a] and seen[b]]
    cv2.polylines(image, limbs, False, palette[_OUTLINE], wide, cv2.LINE_AA, _SUBPIXEL_BITS)
    for colour, line in zip((a for a, b in LIMBS if seen[a] and seen[b]), limbs, strict=True):
        cv2.line(image, *line.tolist(), palette[colour], thin, cv2.LINE_AA, _SUBPIXEL_BITS)
    radius = round(1.3 * thickness * 2**_SUBPIXEL_BITS)
    for k in np.flatnonzero(seen):
        cv2.circle(image, fixed[k].tolist(), radius, palette[k], cv2.FILLED, cv2.LINE_AA,
                   _SUBPIXEL_BITS)
    ring = round(2.6 * radius)
    for k in marked:
        if seen[k]:
            for colour, width in ((_RING, thin + 2), (_FAULT, thin)):
                cv2.circle(image, fixed[k].tolist(), ring, palette[colour], width, cv2.LINE_AA,
                           _SUBPIXEL_BITS)
