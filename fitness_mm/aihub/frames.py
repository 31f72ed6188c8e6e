"""Pixels of a clip-view: from its clip file if there is one, else from its JPEGs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fitness_mm.keypoints.pixels import PixelMap

from .clips.codec import decode_clip
from .disk.image_files import image_files
from .disk.images import FrameError
from .index import FitnessIndex

__all__ = ['FrameError', 'read_frames']


def read_frames(index: FitnessIndex, row: int, frame_numbers: Sequence[int],
                box: Sequence[float] | None = None) -> tuple[list[np.ndarray], PixelMap]:
    """Decode some images of a clip-view.

    Args:
        index: The index.
        row: Row of the clip-view.
        frame_numbers: Image numbers, in any order; they need not be labelled.
        box: :class:`~fitness_mm.keypoints.box.Box` of the original image: what to cut out,
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
        mapping = PixelMap.of_box(index.value('clip_box', row), size)
    else:
        size = (index.value('image_width', row), index.value('image_height', row))
        files = image_files(index.sources)
        frames = [files.read_rgb(index.image_name(row, n), size) for n in frame_numbers]
        mapping = PixelMap()
    if box is None:
        return frames, mapping
    part = mapping.apply_box(box).whole().clamped(size)
    if not part.area:
        raise ValueError(f'box {tuple(box)} does not meet the frames of {index.clip_view_id(row)}')
    return [frame[part.slices] for frame in frames], mapping.cropped(part)
