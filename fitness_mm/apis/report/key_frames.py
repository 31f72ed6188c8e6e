"""The frames that a report shows: where a fault is strongest, and how a repetition looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import cv2
import numpy as np

from fitness_mm.apis.result import Inference
from fitness_mm.apis.video.crops import cut_out
from fitness_mm.keypoints.box import Box

from .model import KeyMoment
from .picture import draw_person

_HEIGHT = 480
_MARGIN = 0.1
# Width to height, as far as the frame goes: a slim picture would leave most of a page empty.
_SLIMMEST, _WIDEST = 1.2, 1.6


def key_frames(result: Inference, moments: Iterable[KeyMoment],
               found: Mapping[float, np.ndarray]) -> dict[KeyMoment, np.ndarray]:
    """The person at each moment, with the skeleton drawn, uint8 RGB (H, W, 3).

    Args:
        result: What was found.
        moments: What to show.
        found: Frames by their seconds, uint8 RGB; moments without one are left out.
    """
    return {moment: _drawn(result, found[moment.time], moment)
            for moment in moments if moment.time in found}


def _drawn(result: Inference, image: np.ndarray, moment: KeyMoment) -> np.ndarray:
    crop = cut_out(image, _shown(result.person.box, image.shape[1::-1]), 0, 10**6)
    scale = _HEIGHT / crop.image.shape[0]
    picture = cv2.resize(crop.image, None, fx=scale, fy=scale,
                         interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    person = result.track.at(np.array([moment.time]))
    points = crop.mapping.resized(scale, scale).apply(person.keypoints[0])
    draw_person(picture, points, person.scores[0], moment.joints, thickness=2.2)
    return picture


def _shown(box: Box, size: tuple[int, int]) -> Box:
    """The part of a frame to show: a box with a margin, in the shape of a picture of a page."""
    box = box.expanded(_MARGIN)
    width, height = box.size
    shape = max(width, _SLIMMEST * height), max(height, width / _WIDEST)
    sides = zip(box[:2], box.size, map(min, shape, size), size, strict=True)
    (x, w), (y, h) = ((min(max(start - (side - had) / 2, 0), of - side), side)
                      for start, had, side, of in sides)
    return Box(x, y, x + w, y + h)
