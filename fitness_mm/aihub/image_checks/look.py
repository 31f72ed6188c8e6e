"""What is wrong with one image: by its beginning and end, or by all of it."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image

from fitness_mm.aihub.disk.images import MAX_IMAGE_BYTES, FrameError, check_end

# Some encoders fill up to a round number of bytes before the end marker, which does no harm. More
# is left over where the picture was read from something else.
_LEFT_OVER = re.compile(r'.* (\d+) extraneous bytes before marker 0xd9')
_HARMLESS_BYTES = 64

# An eighth of the size takes a quarter of the time, and all of the data is read for it.
_FAST = cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_IGNORE_ORIENTATION


def check_header(file: BinaryIO, path: Path, size: Sequence[int]) -> None:
    """Looks at the beginning and the end of an image; what lies between is not read.

    Args:
        file: The image.
        path: Where it is from, for the error.
        size: Width and height it should have.

    Raises:
        FrameError: If it is no JPEG, cut off, too large or of another size.
        OSError: If it cannot be read.
    """
    check_end(file, path)
    file.seek(0)
    try:
        found = Image.open(file, formats=('JPEG',)).size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's, not Pillow's
            raise
        raise FrameError(path, 'has no JPEG header; copy it from the data set again') from error
    if found != tuple(size):
        raise FrameError(path, f'is {found[0]}x{found[1]} pixels, expected {size[0]}x{size[1]} '
                         'like the other images of its clip')


def check_whole(file: BinaryIO, path: Path, size: Sequence[int],
                warnings: Callable[[], str]) -> None:
    """Decodes all of an image.

    Args:
        file: The image.
        path: Where it is from, for the error.
        size: Width and height it should have.
        warnings: From :func:`decoder_warnings`.

    Raises:
        FrameError: Also if a part of its data is damaged, of which a training learns nothing: it
            is given a picture with a wrong or grey rest.
        OSError: If it cannot be read.
    """
    data = file.read(MAX_IMAGE_BYTES + 1)
    check_header(io.BytesIO(data), path, size)
    warnings()
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), _FAST)
    except cv2.error:
        image = None
    if image is None:
        raise FrameError(path, 'cannot be decoded; copy it from the data set again')
    said = warnings()
    if said:
        raise FrameError(path, f'is damaged inside ({said}); copy it from the data set again')


@contextmanager
def decoder_warnings() -> Iterator[Callable[[], str]]:
    """Gives a function that says what the JPEG decoder has warned of since it was called last.

    The decoder writes to the process's standard error, which is taken from it: for processes in
    which nothing else writes there.
    """
    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)

        def warnings() -> str:
            file.seek(0)
            lines = file.read().decode(errors='replace').splitlines()
            file.seek(0)
            file.truncate()
            return next((line for line in lines if not _is_harmless(line)), '')

        try:
            yield warnings
        finally:
            os.dup2(before, 2)
            os.close(before)


def _is_harmless(warning: str) -> bool:
    left_over = _LEFT_OVER.match(warning)
    return left_over is not None and int(left_over[1]) <= _HARMLESS_BYTES
