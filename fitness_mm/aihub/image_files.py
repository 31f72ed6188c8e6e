"""Where the images of a data root are."""

from __future__ import annotations

import os
from pathlib import Path

from .images import FrameError
from .layout import is_inside, parse_image_name


class ImageFiles:
    """The images of a data root.

    Args:
        root: Data root.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def numbers(self, folder: str, prefix: str) -> tuple[int, ...]:
        """Numbers of the images of a clip-view, ascending, none if the folder is not there.

        Args:
            folder: Relative to the root, with ``/``.
            prefix: Images are ``f'{prefix}-{number:07d}.jpg'``.
        """
        numbers = set()
        try:
            with os.scandir(self._root / folder) as listing:
                for entry in listing:
                    image = parse_image_name(entry.name)
                    if image and image[0] == prefix and self._is_plain_file(entry):
                        numbers.add(image[1])
        except OSError:
            pass
        return tuple(sorted(numbers))

    def read(self, path: str) -> bytes:
        """Content of an image.

        Args:
            path: Relative to the root, with ``/``.

        Raises:
            FrameError: If it cannot be read.
        """
        try:
            return (self._root / path).read_bytes()
        except OSError as error:
            raise FrameError(self._root / path, f'cannot be read ({error.strerror})') from error

    def shown(self, path: str) -> Path:
        """What messages call an image."""
        return self._root / path

    def _is_plain_file(self, entry: os.DirEntry) -> bool:
        if entry.is_symlink():
            return is_inside(self._root, entry.path) and os.path.isfile(entry.path)
        return entry.is_file()
