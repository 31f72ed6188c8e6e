"""Where the images of a data root are: in folders, or in the tars they were downloaded in."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from fitness_mm.files import open_file

from .images import MAX_IMAGE_BYTES, FrameError, decode_jpeg
from .layout import SPLITS, is_inside, parse_image_name
from .tars import Tars


class ImageFiles:
    """The images of a data root. Paths are relative to it, with ``/``; an image in a folder comes
    before one of the same path in a tar, and ``.JPG`` is the same as ``.jpg``.

    Args:
        root: Data root.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.tars = cache(lambda split: Tars(root, split))

    def images(self, folder: str) -> dict[str, tuple[int, ...]]:
        """Prefix -> image numbers, ascending, of a clip-view's folder. A link out of the root is
        no image.

        Raises:
            OSError: If the folder cannot be listed and no tar has it.
        """
        found = self._tars_of(folder).images(folder)
        if not found or os.path.isdir(self._root / folder):
            for image, _ in self._files_in(folder):
                found.setdefault(image[0], set()).add(image[1])
        return {prefix: tuple(sorted(numbers)) for prefix, numbers in found.items()}

    def last_change(self, folder: str) -> int:
        """When an image of a clip-view's folder was changed last, or the tar that it is in, in ns.

        It is the time that no program can set, unlike that of the last modification.

        Raises:
            OSError: If the folder cannot be listed, or an image is gone.
        """
        changed = self._tars_of(folder).last_change(folder)
        if not changed or os.path.isdir(self._root / folder):
            changed = max((entry.stat().st_ctime_ns for _, entry in self._files_in(folder)),
                          default=changed)
        return changed

    def read(self, path: str, size: Sequence[int] | None = None) -> np.ndarray:
        """uint8 BGR (H, W, 3) of an image, see :func:`~fitness_mm.aihub.disk.images.decode_jpeg`.

        Raises:
            FrameError: If it is missing, broken, cut off or of another size.
        """
        try:
            with self.open(path) as file:
                return decode_jpeg(file.read(MAX_IMAGE_BYTES + 1), Path(file.name), size)
        except OSError as error:
            raise FrameError(Path(error.filename or self._root / path),
                             f'cannot be read ({error.strerror})') from error

    def read_rgb(self, path: str, size: Sequence[int] | None = None) -> np.ndarray:
        """The same as RGB."""
        image = self.read(path, size)
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB, dst=image)

    def open(self, path: str) -> BinaryIO:
        """An image as a file, of which a reader may want but the beginning.

        Raises:
            OSError: If it is missing, cannot be read or is no file.
        """
        try:
            return open_file(self._root / path)
        except FileNotFoundError as error:
            try:
                return open_file(self._root / f'{path[:-len(".jpg")]}.JPG')
            except FileNotFoundError:
                found = self._tars_of(path).read(path)
            if found is None:
                raise error from None
        file = io.BytesIO(found[0])
        file.name = str(found[1] / path.split('/', 2)[-1])
        return file

    def _files_in(self, folder: str) -> Iterator[tuple[tuple[str, int], os.DirEntry]]:
        with os.scandir(self._root / folder) as listing:
            for entry in listing:
                image = parse_image_name(entry.name)
                if image and self._is_plain_file(entry):
                    yield image, entry

    def _tars_of(self, path: str) -> Tars:
        split = path.partition('/')[0]
        return self.tars(split if split in SPLITS else SPLITS[0])

    def _is_plain_file(self, entry: os.DirEntry) -> bool:
        if entry.is_symlink():
            return is_inside(self._root, entry.path) and os.path.isfile(entry.path)
        return entry.is_file()


@lru_cache(maxsize=8)
def image_files(root: Path) -> ImageFiles:
    """The same object for the same root: it holds the tables of the tars."""
    return ImageFiles(root)
