"""What pipelines of pose and action share: where frames come from, and the crop around a person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform

from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.measures import STUDY_MARGIN
from fitness_mm.keypoints.pixels import PixelMap


class FrameLoading(BaseTransform):
    """Loads frames, wherever they are.

    Required key: ``read_frames``, a function of frame numbers and a box or None, which gives the
    part of these frames in the box and how the original's pixels map to theirs, as
    :func:`~fitness_mm.aihub.frames.read_frames` does of a row of the index.
    """

    @staticmethod
    def read(results: dict, numbers: Sequence[int],
             box: Box | None = None) -> tuple[list[np.ndarray], PixelMap]:
        """Frames, uint8 RGB (H, W, 3), and the way into them.

        Raises:
            FrameError: If an image cannot be read.
        """
        return results['read_frames'](numbers, box)

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'


class PersonCrop(BaseTransform):
    """Crops to the box around the person's joints in the whole clip, with a margin.

    Required keys: ``person_box``, a :class:`~fitness_mm.keypoints.box.Box` in pixels of the
    original image; ``img_shape``, its height and width.

    Args:
        margin: Added on every side, as a share of the box's longer side; the original study's.

    Raises:
        ArgumentError: If it is negative.
    """

    def __init__(self, margin: float = STUDY_MARGIN) -> None:
        if margin < 0:
            raise ArgumentError(f'margin has to be at least 0, but got {margin}')
        self.margin = margin

    def crop(self, results: dict) -> Box:
        """In whole pixels, clamped to the image."""
        return results['person_box'].crop(self.margin, results['img_shape'][::-1])

    def __repr__(self) -> str:
        return f'{type(self).__name__}(margin={self.margin})'
