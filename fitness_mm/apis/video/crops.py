"""The part of a frame that shows the person, shrunk to what networks look at."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fitness_mm.aihub.frames import FrameTransform

PERSON_SHARE = 0.54
"""Longer side of the box around a person's joints, as a share of the image's height: the median
clip-view of the generated sample. Margins of configs are shares of an image so framed."""


@dataclass(frozen=True, eq=False)
class Crop:
    """A part of a frame.

    Attributes:
        image: uint8 RGB (H, W, 3).
        mapping: From pixels of the video to pixels of the image.
        video_size: Width and height of the video in pixels.
        framing: Height of the image in which the person would be framed as in the data set, as a
            multiple of the video's height: what scales a config's margin.
    """

    image: np.ndarray
    mapping: FrameTransform
    video_size: tuple[int, int]
    framing: float


def framing_of(box: np.ndarray, video_size: tuple[int, int]) -> float:
    """The framing of a person whose joints span a box (4,), see :class:`Crop`."""
    longer = max(box[2] - box[0], box[3] - box[1])
    return float(np.clip(longer / PERSON_SHARE / video_size[1], 0.02, 4.0))


def cut_out(frame: np.ndarray, box: np.ndarray, margin: float, max_height: int,
            framing: float) -> Crop:
    """Cuts a box and a margin around it out of a frame, and shrinks it if it is large.

    Args:
        frame: uint8 RGB (H, W, 3).
        box: x1, y1, x2, y2 in pixels of the video, (4,).
        margin: As in configs, a share of the height of an image in the data set's framing.
        max_height: Of the result in pixels; averaging over pixels, so nothing is aliased later.
        framing: See :class:`Crop`.
    """
    height, width = frame.shape[:2]
    margin_px = margin * framing * height
    low = np.floor(np.asarray(box[:2]) - margin_px).astype(int)
    high = np.ceil(np.asarray(box[2:]) + margin_px).astype(int)
    x1, y1 = np.clip(low, 0, [width - 1, height - 1]).tolist()
    x2, y2 = np.clip(high, [x1 + 1, y1 + 1], [width, height]).tolist()
    image = frame[y1:y2, x1:x2]
    size = (x2 - x1, y2 - y1)
    if size[1] > max_height:
        size = (max(1, round(size[0] * max_height / size[1])), max_height)
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    else:
        image = image.copy()  # not a view that keeps the whole frame in memory
    return Crop(image, FrameTransform.of_box((x1, y1, x2, y2), size), (width, height), framing)
