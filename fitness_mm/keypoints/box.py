"""The one kind of box: the pixels that a slice of an image takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_ROUNDING = 1e-6  # of a pixel, what arithmetic leaves of a whole number


class Box(NamedTuple):
    """The columns from x1 to before x2 and the rows from y1 to before y2, as in slices.

    Numbers may be fractions; :meth:`whole` takes every pixel that is touched. A box counts the
    edges of pixels, keypoints their centres (:mod:`.pixels`): pixel 3 is the box from 3 to 4, and
    its centre the keypoint 3.

    Attributes:
        x1: First column.
        y1: First row.
        x2: Column behind the last.
        y2: Row behind the last.
    """

    x1: float
    y1: float
    x2: float
    y2: float

    @classmethod
    def of_image(cls, size: Sequence[int]) -> Box:
        """All of an image of a width and height."""
        return cls(0, 0, int(size[0]), int(size[1]))

    @classmethod
    def around(cls, points: np.ndarray, seen: np.ndarray | None = None) -> Box | None:
        """The pixels that keypoints (..., 2) span; None if there is none of them.

        Args:
            points: Keypoints.
            seen: Which of them count, bool (...); all if None.
        """
        points = np.asarray(points)
        points = points.reshape(-1, 2) if seen is None else points[seen]  # (P, 2)
        if not len(points):
            return None
        x1, y1, x2, y2 = *points.min(0).tolist(), *points.max(0).tolist()
        return cls(x1, y1, x2 + 1, y2 + 1)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.x2 - self.x1, self.y2 - self.y1

    @property
    def longer(self) -> float:
        """The longer side."""
        return max(self.size)

    @property
    def area(self) -> float:
        """In pixels; 0 of a box that is turned inside out."""
        return max(self.x2 - self.x1, 0) * max(self.y2 - self.y1, 0)

    @property
    def centre(self) -> tuple[float, float]:
        """The middle as a keypoint would be labelled."""
        return (self.x1 + self.x2 - 1) / 2, (self.y1 + self.y2 - 1) / 2

    @property
    def slices(self) -> tuple[slice, slice]:
        """Of rows and columns, for whole numbers: ``image[box.slices]``."""
        return slice(self.y1, self.y2), slice(self.x1, self.x2)

    def union(self, *others: Box) -> Box:
        """The smallest box that holds this one and others."""
        x1, y1, x2, y2 = zip(self, *others, strict=True)
        return Box(min(x1), min(y1), max(x2), max(y2))

    def common(self, other: Box) -> Box:
        """What two boxes share; its area is 0 if that is nothing."""
        return Box(max(self.x1, other.x1), max(self.y1, other.y1),
                   min(self.x2, other.x2), min(self.y2, other.y2))

    def iou(self, other: Box) -> float:
        """Intersection over union, of boxes that are not empty."""
        common = self.common(other).area
        return common / (self.area + other.area - common)

    def expanded(self, margin: float) -> Box:
        """With a margin on every side, as a share of the longer side; smaller if negative."""
        by = margin * self.longer
        return Box(self.x1 - by, self.y1 - by, self.x2 + by, self.y2 + by)

    def whole(self) -> Box:
        """Every pixel that it touches, in whole numbers."""
        return Box(*(math.floor(edge + _ROUNDING) for edge in self[:2]),
                   *(math.ceil(edge - _ROUNDING) for edge in self[2:]))

    def clamped(self, size: Sequence[int]) -> Box:
        """What lies in an image of a width and height."""
        return self.common(Box.of_image(size))

    def crop(self, margin: float, size: Sequence[int]) -> Box:
        """The whole pixels of an image of a width and height in this box and a margin."""
        return self.expanded(margin).whole().clamped(size)


def boxes_around(points: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """:meth:`Box.around` many sets of keypoints at once.

    Args:
        points: Keypoints, (N, K, 2).
        seen: Which of them count, bool (N, K).

    Returns:
        x1, y1, x2, y2, float64 (N, 4); infinite where none counts.
    """
    counted = seen[..., None]
    return np.concatenate([np.where(counted, points, np.inf).min(axis=1),
                           np.where(counted, points, -np.inf).max(axis=1) + 1], axis=1)


def outline(boxes: np.ndarray | Box) -> np.ndarray:
    """Boxes (..., 4) with their edges measured as keypoints are, as MMPose and COCO have them.

    Returns:
        x1, y1, x2, y2, float64 (..., 4).
    """
    return np.asarray(boxes, np.float64) - 0.5
