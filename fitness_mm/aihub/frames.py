"""Pixels of a clip-view: from its clip file if there is one, else from its JPEGs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .clips.codec import decode_clip
from .disk.image_files import image_files
from .disk.images import FrameError
from .index import FitnessIndex

__all__ = ['FrameError', 'FrameTransform', 'read_frames']


@dataclass(frozen=True)
class FrameTransform:
    """From pixels of the original image to pixels of a frame, per axis ``scale * x + offset``.

    Coordinates are continuous with pixel centres at integers, as the labels and OpenCV have
    them: pixel 0 covers -0.5 to 0.5. Resizing by s therefore maps x to ``s * (x + 0.5) - 0.5``.
    """

    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of_box(cls, box: Sequence[int], size: Sequence[int]) -> FrameTransform:
        """Cut out ``box`` (x1 y1 x2 y2, x2 and y2 exclusive) and resize it to width, height."""
        scale = (size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1]))
        offset = tuple(s * (0.5 - low) - 0.5 for s, low in zip(scale, box[:2], strict=True))
        return cls(scale, offset)

    def cropped(self, x1: int, y1: int) -> FrameTransform:
        """The same, to frames of which columns before x1 and rows before y1 were cut off."""
        return FrameTransform(self.scale, (self.offset[0] - x1, self.offset[1] - y1))

    def apply(self, keypoints: np.ndarray) -> np.ndarray:
        """Map keypoints (..., 2); float32."""
        return (np.asarray(keypoints) * self.scale + self.offset).astype(np.float32)


def read_frames(index: FitnessIndex, row: int, frame_numbers: Sequence[int],
                box: Sequence[float] | None = None) -> tuple[list[np.ndarray], FrameTransform]:
    """Decode some images of a clip-view.

    Args:
        index: The index.
        row: Row of the clip-view.
        frame_numbers: Image numbers, in any order; they need not be labelled.
        box: x1, y1, x2, y2 in pixels of the original image, x2 and y2 exclusive: what to cut out,
            rounded outwards to whole pixels of the frames and clamped to what they show.

    Returns:
        uint8 RGB (H, W, 3) frames and how original pixels map to theirs.

    Raises:
        FrameError: If a file is missing or broken.
        ValueError: If the box does not meet the frames.
    """
    clip = index.clip_path(row)
    if clip is not None and clip.is_file():
        size = index.value('clip_size', row)
        frames = decode_clip(clip, frame_numbers, size)
        transform = FrameTransform.of_box(index.value('clip_box', row), size)
    else:
        size = (index.value('image_width', row), index.value('image_height', row))
        files = image_files(index.root)
        frames = [files.read_rgb(index.image_name(row, n), size) for n in frame_numbers]
        transform = FrameTransform()
    if box is None:
        return frames, transform
    # corners are edges of pixels, half a pixel off their centres
    low, high = transform.apply(np.reshape(box, (2, 2)) - 0.5) + 0.5
    x1, y1, x2, y2 = _clamped(low, high, size)
    if x1 >= x2 or y1 >= y2:
        raise ValueError(f'box {tuple(box)} does not meet the frames of {index.clip_view_id(row)}')
    return [frame[y1:y2, x1:x2] for frame in frames], transform.cropped(x1, y1)


def _clamped(low: Sequence[float], high: Sequence[float],
             size: Sequence[int]) -> tuple[int, int, int, int]:
    """Whole pixels x1, y1, x2, y2 that cover a box, within width and height."""
    x1, y1 = (max(0, math.floor(edge)) for edge in low)
    x2, y2 = (min(int(limit), math.ceil(edge)) for limit, edge in zip(size, high, strict=True))
    return x1, y1, x2, y2
