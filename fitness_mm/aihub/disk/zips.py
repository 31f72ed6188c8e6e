"""ZIPs, and ZIPs in ZIPs, as Korean archivers write them. Nothing that a ZIP says is trusted."""

from __future__ import annotations

import io
import os
import re
import shlex
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from fitness_mm.files import open_file, state_of
from fitness_mm.printable import printable

from .layout import LayoutError

MAX_NESTED_BYTES = 1 << 29
"""A ZIP in a ZIP is read into memory; those of AI Hub's labels have less than a tenth of this."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others are unpacked without a limit
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_PART = re.compile(r'(.+\.zip)\.part\d+', re.IGNORECASE)
_END_OF_ZIP = re.compile(r'(?<=\.zip)/', re.IGNORECASE)


def is_zip(name: str) -> bool:
    """Whether a file is called a ZIP."""
    return name.lower().endswith('.zip')


@contextmanager
def zip_errors() -> Iterator[None]:
    """What is raised about a damaged ZIP becomes an OSError that says what is wrong."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
            LookupError, OverflowError) as error:
        raise OSError(0, printable(f'damaged or no ZIP: {error}')) from error


def zip_members(file: BinaryIO) -> Iterator[tuple[str | None, zipfile.ZipInfo]]:
    """The files in a ZIP: each one's name with ``/``, None if it is encrypted, compressed in
    another way than usual or named so as to lead out of the ZIP."""
    for info in zipfile.ZipFile(file).infolist():
        if info.is_dir():
            continue
        name = _name(info)
        parts = name.split('/')
        plain = not {'', '.', '..'} & set(parts) and ':' not in parts[0]
        usable = (plain and info.compress_type in _METHODS and not info.flag_bits & _ENCRYPTED)
        yield name if usable else None, info


def _name(info: zipfile.ZipInfo) -> str:
    """A name as text: where no flag says UTF-8 it may be so nevertheless, or CP949."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        for encoding in ('utf-8', 'cp949'):
            try:
                name = info.filename.encode('cp437').decode(encoding)
                break
            except UnicodeError:
                pass
    return name.replace('\\', '/')


class Zip:
    """The usable files in a ZIP.

    Attributes:
        members: Of each name.
        num_unusable: How many are left out, see :func:`zip_members`.

    Raises:
        OSError: If it cannot be read or is no ZIP.
    """

    def __init__(self, file: BinaryIO) -> None:
        with zip_errors():
            members = list(zip_members(file))
            self._archive = zipfile.ZipFile(file)
        self.members = {name: info for name, info in members if name}
        self.num_unusable = sum(name is None for name, _ in members)
        self._entered: tuple[str, Zip] | None = None

    def read(self, name: str, most: int) -> bytes:
        """Content of a file.

        Raises:
            LayoutError: ``too_large`` if it has more bytes than it may have.
            OSError: If it is not there or damaged.
        """
        info = self.members.get(name)
        if info is None:
            raise OSError(0, 'not in its ZIP any more')
        if info.file_size > most:
            raise LayoutError('too_large', f'{info.file_size} bytes, expected at most {most}')
        with zip_errors(), self._archive.open(info) as stream:
            return stream.read(info.file_size + 1)  # beyond its end its checksum is compared

    def entered(self, name: str) -> Zip:
        """A ZIP in this ZIP; the last one stays in memory.

        Raises:
            LayoutError, OSError: As :meth:`read`, or if it is no ZIP.
        """
        if self._entered is None or self._entered[0] != name:
            self._entered = None  # before the next is read
            try:
                data = self.read(name, MAX_NESTED_BYTES)
            except LayoutError as error:
                raise LayoutError(error.reason, f'{error}; unpack the ZIP around it') from error
            self._entered = name, Zip(io.BytesIO(data))
        return self._entered[1]


def zip_on_disk(root: Path, path: str) -> tuple[str, str]:
    """The ZIP that a path leads into and the rest of the path; empty and the path if into none."""
    for match in _END_OF_ZIP.finditer(path):
        if os.path.isfile(root / path[:match.start()]):
            return path[:match.start()], path[match.end():]
    return '', path


def open_zip(path: Path) -> Zip:
    """A ZIP on the disk; the same one again as long as it has not changed.

    Raises:
        OSError: If it cannot be read or is no ZIP.
    """
    return _opened(path, state_of(path))


def read_from_zip(root: Path, path: str, most: int) -> bytes | None:
    """Content of a file that is in a ZIP, None if it is in none.

    Raises:
        LayoutError: ``too_large`` if it has more bytes than it may have.
        OSError: If it cannot be read.
    """
    outer, name = zip_on_disk(root, path)
    if not outer:
        return None
    archive = open_zip(root / outer)
    while name not in archive.members:
        inner = next((match for match in _END_OF_ZIP.finditer(name)
                      if name[:match.start()] in archive.members), None)
        if inner is None:
            break
        archive, name = archive.entered(name[:inner.start()]), name[inner.end():]
    return archive.read(name, most)


@lru_cache(maxsize=4)
def _opened(path: Path, state: tuple[int, int, int]) -> Zip:
    return Zip(open_file(path))


def unjoined_parts(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, LayoutError]]:
    """ZIPs of which only the parts lie in a folder, as AI Hub's downloader leaves them, and how to
    join them."""
    parts: dict[str, int] = {}
    for name in names:
        match = _PART.fullmatch(name)
        if match and match[1] not in names:
            parts[match[1]] = parts.get(match[1], 0) + 1
    for name, count in parts.items():
        quoted = shlex.quote(name)
        number = '1 part' if count == 1 else f'{count} parts'
        yield name, LayoutError('unjoined', (
            f'lies in {folder} in {number}, as it was downloaded; join them in the order of '
            f"their numbers, there, with: printf '%s\\0' {quoted}.part* | sort -zV | xargs -0 cat "
            f'> {quoted} (on Windows with copy /b "{name}.part0"+... "{name}") and run this again'))
