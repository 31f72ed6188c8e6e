"""Files that appear whole or not at all, and that tell when they are not what was written."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from .errors import FitnessError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_WITH_ITS_OWN = 0x2144DF1C
"""CRC-32 of everything that ends in its own CRC-32, low byte first."""

CHECKSUM_BYTES = 4

_LEAST_ROOM = 1 << 20
"""Bytes that have to be free before work that writes anything begins."""


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A temporary path with the same ending, which takes the place of ``path`` if all goes well.

    The folder is made if it is missing.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.stem}.{os.getpid()}.tmp{path.suffix}')
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def with_checksum(data: bytes) -> bytes:
    """Content and its checksum, to be written."""
    return data + zlib.crc32(data).to_bytes(CHECKSUM_BYTES, 'little')


def is_unchanged(data: bytes | memoryview) -> bool:
    """Whether this is what :func:`with_checksum` gave; a GB takes a second."""
    return len(data) > 0 and zlib.crc32(data) == _WITH_ITS_OWN


def open_file(path: str | Path) -> BinaryIO:
    """A file to read, and nothing else: reading from a pipe or a device may never end.

    Raises:
        OSError: If it is missing, cannot be read or is no regular file.
    """
    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, 'O_NONBLOCK', 0))  # or a pipe waits for a writer

    file = open(path, 'rb', opener=opener)  # noqa: SIM115 - the caller's
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise OSError(errno.EINVAL, 'not a regular file', str(path))


def state_of(file: str | Path | int) -> tuple[int, int, int]:
    """Size and times of a path or an open file, by which it is known again: that of the last
    modification, and that of the last change, which no program can set."""
    status = os.stat(file)
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def check_output(path: str | Path, folder: bool = False,
                 data_root: str | Path | None = None) -> None:
    """Refuses a place to write to before the work that fills it; nothing is left there.

    Args:
        path: A file, which may be there already, or a folder.
        folder: Whether it is a folder.
        data_root: Where nothing may be written but by ``prepare.py``.

    Raises:
        FitnessError: If it is of the other kind, cannot be written or lies in the data root.
    """
    if not os.fspath(path):
        raise FitnessError(f'the name of the {"folder" if folder else "file"} to write is empty; '
                           'give one')
    if not folder and os.path.isdir(path):
        raise FitnessError(f'{path} is a folder; give the name of a file')
    if data_root is not None and Path(os.path.realpath(path)).is_relative_to(
            os.path.realpath(data_root)):
        raise FitnessError(f'{path} is in the data root {data_root}, where it could take the place '
                           'of data; choose another')
    place = os.path.abspath(path) if folder else os.path.dirname(os.path.abspath(path))
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(bytes(_LEAST_ROOM))
    except OSError as error:
        raise FitnessError(f'{path} cannot be written ({place}: {error.strerror}); name a place '
                           'with room, in which you may write') from error


def write_text(path: str | Path, text: str) -> Path:
    """Writes a file as UTF-8, whole or not at all."""
    with replacing(path) as unfinished:
        unfinished.write_text(text, 'utf-8')
    return Path(path)


def save_figure(figure: Any, path: str | Path, dpi: int = 120) -> Path:
    """Saves a figure of matplotlib, whole or not at all; the path's ending decides the format."""
    with replacing(path) as unfinished:
        figure.savefig(unfinished, dpi=dpi)
    return Path(path)


def remove_leftovers(folder: str | Path, *patterns: str) -> None:
    """Delete the temporary files that a killed process left, by their patterns."""
    for pattern in patterns:
        for path in Path(folder).glob(pattern):
            path.unlink(missing_ok=True)


@contextmanager
def locked(folder: str | Path, shared: bool = False) -> Iterator[bool]:
    """Hold a lock on a folder; the system ends it with the process, however that ends.

    Args:
        folder: Has to exist; nothing is written into it.
        shared: Whether others may hold it too that share it.

    Yields:
        Whether it could be had. Where system or file system have no such locks, it always can.
    """
    if fcntl is None:
        yield True
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            free = True
        except BlockingIOError:
            free = False
        except OSError:
            free = True
        yield free
    finally:
        os.close(descriptor)
