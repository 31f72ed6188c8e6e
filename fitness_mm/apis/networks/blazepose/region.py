"""The square of a frame that the landmark network looks at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

_MARGIN = 1.25
"""The networks were trained on squares that are larger by this than the person's circle."""


_SMALLEST_SIDE = 2.0


@dataclass(frozen=True)
class Region:
    """A square, turned about its centre.

    Attributes:
        x: Of the centre, in pixels of the frame.
        y: Of the centre, in pixels of the frame.
        side: In pixels of the frame.
        angle: By which the person in it is turned clockwise, in radians; 0 stands upright.
    """

    x: float
    y: float
    side: float
    angle: float = 0.0

    @classmethod
    def of_frame(cls, size: tuple[int, int]) -> Region:
        """The smallest upright square around a frame of a width and height."""
        return cls(size[0] / 2, size[1] / 2, max(size))

    @classmethod
    def of_person(cls, alignment: np.ndarray) -> Region:
        """Where a person is.

        Args:
            alignment: Middle of the hips, and a point above the head on the circle around the whole
                person, (2, 2) in pixels of the frame.
        """
        (x, y), (dx, dy) = alignment[0], alignment[1] - alignment[0]
        return cls(float(x), float(y), 2 * _MARGIN * math.hypot(dx, dy), math.atan2(dx, -dy))

    @property
    def usable(self) -> bool:
        """Whether it is more than a point."""
        return self.side >= _SMALLEST_SIDE

    def cut_out(self, frame: np.ndarray, size: int, border: int) -> np.ndarray:
        """What it shows, upright.

        Args:
            frame: uint8 RGB (H, W, 3).
            size: Width and height of the result.
            border: OpenCV's way to go on beyond the frame.
        """
        # warpAffine rounds otherwise than the package does, and what a network sees decides where
        # it looks next
        return cv2.warpPerspective(
            frame, np.vstack([self._matrix(size), (0, 0, 1)]), (size, size),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=border)

    def to_frame(self, points: np.ndarray, size: int) -> np.ndarray:
        """Points (..., 2) in pixels of what was cut out, in pixels of the frame."""
        matrix = self._matrix(size)
        return points @ matrix[:, :2].T + matrix[:, 2]

    def turn(self, vectors: np.ndarray) -> np.ndarray:
        """Directions (..., 2) in what was cut out, as they are in the frame."""
        return vectors @ self._rotation().T

    def _rotation(self) -> np.ndarray:
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return np.array([[cos, -sin], [sin, cos]])

    def _matrix(self, size: int) -> np.ndarray:
        """From what was cut out to the frame, (2, 3)."""
        turned = self._rotation() * self.side / size
        return np.column_stack([turned, (self.x, self.y) - turned @ (size / 2, size / 2)])
