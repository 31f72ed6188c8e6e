"""JPEGs of a data root: their bytes, their pixels, what is wrong with them."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from fitness_mm.errors import FitnessError

_END_OF_JPEG = b'\xff\xd9'
_TAIL_BYTES = 4096
MAX_IMAGE_BYTES = 1 << 26
"""Full-HD JPEGs are below 5 MB; what is larger is not decoded."""


class FrameError(FitnessError):
    """An image or clip that cannot be decoded.

    Attributes:
        path: The file.
        what: What is wrong with it.
    """

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(path, what)
        self.path = path
        self.what = what

    def __str__(self) -> str:
        return f'{self.path}: {self.what}'


def check_end(file: BinaryIO, path: Path) -> None:
    """Looks whether an image file ends as a JPEG does: libjpeg fills the rest of one that is cut
    off with grey and says nothing.

    Raises:
        FrameError: If it is cut off or too large.
    """
    size = file.seek(0, os.SEEK_END)
    if size > MAX_IMAGE_BYTES:
        raise FrameError(path, f'is larger than {MAX_IMAGE_BYTES} bytes')
    file.seek(max(0, size - _TAIL_BYTES))
    if _END_OF_JPEG not in file.read():
        raise FrameError(path, 'is not a complete JPEG; copy it from the data set again')


def decode_jpeg(data: bytes, path: Path, size: Sequence[int] | None = None) -> np.ndarray:
    """uint8 BGR (H, W, 3), as OpenCV has it, of the content of an image file; as stored: an EXIF
    rotation is not applied, because the labels do not know of it.

    Args:
        data: Content.
        path: Where it is from, for the error.
        size: Width and height it should have.

    Raises:
        FrameError: If it is broken, cut off, too large or of another size.
    """
    check_end(io.BytesIO(data), path)
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8),
                             cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:  # a size that no memory holds
        image = None
    if image is None:
        raise FrameError(path, 'cannot be decoded; copy it from the data set again')
    height, width = image.shape[:2]
    if size is not None and (width, height) != tuple(size):
        raise FrameError(path, f'is {width}x{height} pixels, expected {size[0]}x{size[1]} like '
                         'the other images of its clip')
    return image
