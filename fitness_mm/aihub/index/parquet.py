"""Parquet files of ours: under any name, and with a checksum, without which a changed bit in most
places of such a file just gives other numbers."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from fitness_mm.errors import FitnessError
from fitness_mm.files import CHECKSUM_BYTES, open_file, replacing


class IndexFileError(FitnessError):
    """``index.parquet``, or a file beside it, cannot be used; the message says what to do."""


DAMAGED = (pa.ArrowException, OSError, ValueError)
"""What reading a file that is not as it was written raises."""

_TAIL_BYTES = 8  # length of the footer and PAR1
_BLOCK = 1 << 20


@contextmanager
def writing_parquet(path: Path, schema: pa.Schema, **options: Any) -> Iterator[pq.ParquetWriter]:
    """A writer; the file appears whole or not at all, with the CRC-32 of everything else in front
    of its footer, where readers do not look."""
    with replacing(path) as temporary:
        with (temporary.open('wb') as file,
              pq.ParquetWriter(file, schema, **options) as writer):  # no path: pyarrow wants UTF-8
            yield writer
        with temporary.open('r+b') as file:
            start = _footer_start(file)
            checksum = _crc32(file, start)
            file.seek(start)
            footer = file.read()
            file.seek(start)
            file.write(zlib.crc32(footer, checksum).to_bytes(CHECKSUM_BYTES, 'little') + footer)


def write_parquet(path: Path, table: pa.Table, **options: Any) -> None:
    """A table as one such file."""
    with writing_parquet(path, table.schema, **options) as writer:
        writer.write_table(table)


@contextmanager
def reading_parquet(path: Path, **options: Any) -> Iterator[pq.ParquetFile]:
    """A file whose checksum is not looked at yet, see :func:`check_parquet`.

    Raises:
        OSError: If it is missing or cannot be read.
        ArrowException, ValueError: If it is no Parquet file.
    """
    open_file(path).close()
    # no file of Python's: pyarrow's threads would let go of it when Python may have ended already,
    # which aborts the process; no name as text, which has to be UTF-8
    with pa.OSFile(os.fsencode(path)) as file, pq.ParquetFile(file, **options) as parquet:
        yield parquet


def check_parquet(path: Path) -> int:
    """Compare a file with its checksum, and give that; a GB takes a second.

    Raises:
        ValueError: If it is another, or not as it was written.
        OSError: If it is missing or cannot be read.
    """
    with open_file(path) as file:
        start = _footer_start(file)
        checksum = _crc32(file, start - CHECKSUM_BYTES)
        written = int.from_bytes(file.read(CHECKSUM_BYTES), 'little')
        if zlib.crc32(file.read(), checksum) != written:
            raise ValueError('its checksum is wrong')
        return written


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """A checked table, or some columns of it.

    Raises:
        OSError: If it is missing or cannot be read.
        ArrowException, ValueError: If it is not as it was written.
    """
    check_parquet(path)
    with reading_parquet(path) as file:
        return file.read(columns)


def read_results(path: Path, schema: pa.Schema, what: str, again: str) -> pa.Table | None:
    """A table of results that :func:`write_parquet` wrote, None if there is none.

    Args:
        path: The file.
        schema: Whose only metadata is its version.
        what: What the file should be.
        again: What to do if it is not.

    Raises:
        IndexFileError: If it is damaged or something else.
    """
    try:
        table = read_parquet(path)
        (key, version), = schema.metadata.items()
        if (table.schema.metadata or {}).get(key) == version:
            return table.cast(schema)  # Parquet renames the items of lists
    except FileNotFoundError:
        return None
    except DAMAGED as error:
        raise IndexFileError(f'{path} is damaged ({first_line(error)}); {again}') from error
    raise IndexFileError(f'{path} is no {what} of this version; {again}')


def first_line(error: Exception) -> str:
    """Of what a library says, for a sentence."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def _footer_start(file: BinaryIO) -> int:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL_BYTES))
    start = size - _TAIL_BYTES - int.from_bytes(file.read(4), 'little')
    if start < CHECKSUM_BYTES:
        raise ValueError('it has no footer')
    return start


def _crc32(file: BinaryIO, length: int) -> int:
    """Of the first so many bytes."""
    file.seek(0)
    checksum = 0
    for start in range(0, length, _BLOCK):
        checksum = zlib.crc32(file.read(min(_BLOCK, length - start)), checksum)
    return checksum
