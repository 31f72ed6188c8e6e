"""The part of a frame that shows the person, shrunk to what networks look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.pixels import PixelMap


@dataclass(frozen=True, eq=False)
class Crop:
    """A part of a frame.

    Attributes:
        image: uint8 RGB (H, W, 3).
        mapping: From pixels of the video to pixels of the image.
        video_size: Width and height of the video in pixels.
    """

    image: np.ndarray
    mapping: PixelMap
    video_size: tuple[int, int]


def cut_out(frame: np.ndarray, box: Box, margin: float, max_height: int) -> Crop:
    """Cuts a box and a margin around it out of a frame, and shrinks it if it is large.

    Args:
        frame: uint8 RGB (H, W, 3).
        box: In pixels of the video, which it has to meet.
        margin: As a share of the box's longer side.
        max_height: Of the result in pixels; averaging over pixels, so nothing is aliased later.
    """
    video_size = frame.shape[1::-1]
    part = box.crop(margin, video_size)
    image, size = frame[part.slices], part.size
    if size[1] > max_height:
        size = (max(1, round(size[0] * max_height / size[1])), max_height)
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    else:
        image = image.copy()  # not a view that keeps the whole frame in memory
    return Crop(image, PixelMap.of_box(part, size), video_size)


@dataclass(frozen=True)
class CropReader:
    """Crops in memory as pipelines read frames: see
    :class:`~fitness_mm.engine.transforms.FrameLoading`. Frames are numbered from 0."""

    crops: Sequence[Crop]

    def __call__(self, numbers: Sequence[int],
                 box: Box | None = None) -> tuple[list[np.ndarray], PixelMap]:
        """Frames in the pixels of the first one, whichever way the others were cut out.

        What a crop does not show is its nearest pixel.
        """
        crops = [self.crops[number] for number in numbers]
        mapping, size = crops[0].mapping, crops[0].image.shape[1::-1]
        if box is not None:
            part = mapping.apply_box(box).whole()
            mapping, size = mapping.cropped(part), part.size
        return [_in_pixels_of(mapping, size, crop) for crop in crops], mapping


def _in_pixels_of(mapping: PixelMap, size: tuple[int, int], crop: Crop) -> np.ndarray:
    if crop.mapping == mapping and crop.image.shape[1::-1] == size:
        return crop.image
    return cv2.warpAffine(crop.image, crop.mapping.inverse().then(mapping).matrix, size,
                          flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
