"""Both ways to read label files, here or in processes that need to import nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from fitness_mm.aihub.labels.label import ClipLabel, LabelError, parse_label
from fitness_mm.aihub.prepare.rows import read_bytes

from .plain_reader import read_plainly

_CHUNK = 16


class Readers:
    """Hands chunks of files to processes and receives what they read, or reads them here.

    Args:
        workers: Number of processes; 1 reads here.
    """

    def __init__(self, workers: int) -> None:
        self._pool = (ProcessPoolExecutor(workers, get_context('forkserver')) if workers > 1
                      else None)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *error) -> None:
        if self._pool:
            self._pool.shutdown()

    def read(self, paths: Sequence[Path], function: Callable[[Sequence[Path]], list]) -> int:
        """Applies a function to chunks of files and returns the number of its results."""
        chunks = [paths[i:i + _CHUNK] for i in range(0, len(paths), _CHUNK)]
        results = (self._pool.map if self._pool else map)(function, chunks)
        return sum(map(len, results))


def plain_chunk(paths: Sequence[Path]) -> list:
    """What the obvious reader makes of some files."""
    return [read_plainly(path) for path in paths]


def parse_chunk(paths: Sequence[Path]) -> list:
    """What the reader of the index makes of some files: a record, or what is wrong."""
    return [_parse(path) for path in paths]


def _parse(path: Path) -> ClipLabel | LabelError:
    try:
        return parse_label(read_bytes(path.parent, path.name), path.name)
    except LabelError as error:
        return error
