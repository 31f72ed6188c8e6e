"""How the pictures of a file are to be shown: turned, mirrored, their pixels wider than high."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np

_WIDEST = 8  # a pixel that is longer than this by its other side is an error in the file


@dataclass(frozen=True)
class Layout:
    """What a file says about how to show its pictures.

    Attributes:
        transposed: Whether rows become columns; before anything else.
        mirrored: Whether left and right change places then.
        flipped: Whether top and bottom do.
        pixel: Width of a stored pixel by its height.
    """

    transposed: bool = False
    mirrored: bool = False
    flipped: bool = False
    pixel: Fraction = Fraction(1)

    @classmethod
    def of(cls, picture: av.VideoFrame, pixel: Fraction | None) -> Layout:
        """That of a decoded picture, to the nearest quarter turn.

        Args:
            picture: Its display matrix says how it is turned and mirrored.
            pixel: Width of a pixel by its height, if the file says that.
        """
        pixel = pixel if pixel and 1 / _WIDEST <= pixel <= _WIDEST else Fraction(1)
        matrix = next((data for data in picture.side_data
                       if data.type.name == 'DISPLAYMATRIX'), None)
        if matrix is None:
            return cls(pixel=pixel)
        # a point (p, q) of the file goes to (a p + c q + x, b p + d q + y)
        a, b, _, c, d = struct.unpack_from('=5i', bytes(matrix))
        transposed = abs(b) + abs(c) > abs(a) + abs(d)
        across, down = (c, b) if transposed else (a, d)
        return cls(transposed, across < 0, down < 0, pixel)

    def shown(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of a picture of a stored size as it is to be shown."""
        size = max(1, round(width * self.pixel)), height
        return size[::-1] if self.transposed else size

    def stored(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height of what :meth:`apply` brings to a size."""
        return size[::-1] if self.transposed else size

    def apply(self, image: np.ndarray) -> np.ndarray:
        """An image (H, W, ...) of square pixels as it is to be shown."""
        if self.transposed:
            image = cv2.transpose(image)
        if self.mirrored or self.flipped:
            # OpenCV's code for both, left and right, top and bottom
            image = cv2.flip(image, -1 if self.mirrored and self.flipped else int(self.mirrored))
        return image
