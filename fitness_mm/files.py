"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


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
