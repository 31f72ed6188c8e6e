"""The pixel convention of this package, and how pixels of one image lie in another.

Coordinates are continuous with pixel *centres* at integers, as the labels, OpenCV and MMPose have
them: pixel 0 reaches from -0.5 to 0.5, and an image of width w from -0.5 to w - 0.5. Resizing by s
therefore maps x to ``s * (x + 0.5) - 0.5``.

MMAction2's Resize (x * s), crops (x - offset) and Flip (w - x) are exact only for coordinates that
count pixel *edges*, where pixel 0 reaches from 0 to 1. Keypoints cross that border by
:func:`to_edges` where frames are loaded into its pipelines and by :func:`to_centres` where they
leave them. Boxes count edges, as slices do (:mod:`.box`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .box import Box


def to_edges(keypoints: np.ndarray) -> np.ndarray:
    """Keypoints for MMAction2's transforms, float32."""
    return np.asarray(keypoints, np.float32) + np.float32(0.5)


def to_centres(keypoints: np.ndarray) -> np.ndarray:
    """Keypoints back from MMAction2's transforms, float32."""
    return np.asarray(keypoints, np.float32) - np.float32(0.5)


@dataclass(frozen=True)
class PixelMap:
    """From pixels of one image to pixels of another, per axis ``scale * x + offset``."""

    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of_box(cls, box: Sequence[float], size: Sequence[int]) -> PixelMap:
        """Cut out a :class:`~.box.Box` and resize it to a width and height."""
        box = Box(*box)
        return cls().cropped(box).resized(*(
            to / side for to, side in zip(size, box.size, strict=True)))

    def cropped(self, box: Box) -> PixelMap:
        """The same, to images of which only a box is left."""
        return PixelMap(self.scale, (self.offset[0] - box.x1, self.offset[1] - box.y1))

    def resized(self, width_factor: float, height_factor: float) -> PixelMap:
        """The same, to images that were resized by these factors."""
        factors = (width_factor, height_factor)
        return PixelMap(
            tuple(f * s for f, s in zip(factors, self.scale, strict=True)),
            tuple(f * (o + 0.5) - 0.5 for f, o in zip(factors, self.offset, strict=True)))

    def mirrored(self, width_from: int, width_to: int) -> PixelMap:
        """From the mirrored image to the mirrored other one, of these widths."""
        x = width_to - 1 - self.scale[0] * (width_from - 1) - self.offset[0]
        return PixelMap(self.scale, (x, self.offset[1]))

    def inverse(self) -> PixelMap:
        """The way back."""
        return PixelMap(tuple(1 / s for s in self.scale),
                        tuple(-o / s for s, o in zip(self.scale, self.offset, strict=True)))

    def then(self, other: PixelMap) -> PixelMap:
        """This map and another one behind it."""
        return PixelMap(
            tuple(b * a for a, b in zip(self.scale, other.scale, strict=True)),
            tuple(b * o + p for o, b, p in zip(self.offset, other.scale, other.offset,
                                               strict=True)))

    @property
    def matrix(self) -> np.ndarray:
        """As OpenCV has affine maps, float64 (2, 3)."""
        (sx, sy), (ox, oy) = self.scale, self.offset
        return np.array([[sx, 0, ox], [0, sy, oy]], np.float64)

    def apply(self, keypoints: np.ndarray) -> np.ndarray:
        """Map keypoints (..., 2); float32."""
        return (np.asarray(keypoints, np.float32) * np.array(self.scale, np.float32)
                + np.array(self.offset, np.float32))

    def apply_box(self, box: Sequence[float]) -> Box:
        """Where a box lies in the other image."""
        edges = np.reshape(box, (2, 2)) - 0.5
        return Box(*(edges * self.scale + self.offset + 0.5).ravel().tolist())

    def extent(self, size: Sequence[int]) -> tuple[float, float, float, float]:
        """Where the other image, of a width and height, lies in the first: left, right, bottom
        and top, as matplotlib's ``imshow`` wants them."""
        x1, y1, x2, y2 = self.inverse().apply_box(Box.of_image(size))
        return x1 - 0.5, x2 - 0.5, y2 - 0.5, y1 - 0.5
