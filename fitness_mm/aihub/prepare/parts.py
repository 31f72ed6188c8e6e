"""What is finished of a build: a Parquet file per day and kind of work, with its report and a
fingerprint of what it was made from, so that a build does only what is missing or has changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from fitness_mm.aihub.catalog import MISLABELLED_CONDITIONS, RENUMBERED_TYPES
from fitness_mm.aihub.index import IndexFileError
from fitness_mm.aihub.index.parquet import (
    DAMAGED,
    check_parquet,
    first_line,
    read_parquet,
    reading_parquet,
    write_parquet,
)
from fitness_mm.aihub.index.schema import INDEX_VERSION, WRITE_OPTIONS

from .report import Report

PARTS_FOLDER = 'index_parts'

_FINGERPRINT_KEY = b'fitness_mm.fingerprint'
_REPORT_KEY = b'fitness_mm.report'
_MAY_PASS = {'unreadable', 'broken_image'}


def fingerprint(paths: Iterable[str], state: Callable[[str], Any], *others: Any) -> str:
    """Changes with paths, with the state of each, which may not be there, and with anything else
    given."""
    known = orjson.dumps([INDEX_VERSION, f'{RENUMBERED_TYPES} {MISLABELLED_CONDITIONS}', *others])
    digest = hashlib.blake2b(known, digest_size=16)
    for path in paths:
        digest.update(b'\0%b' % os.fsencode(path))
        with contextlib.suppress(OSError):
            digest.update(repr(state(path)).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Part:
    """The place of one.

    Attributes:
        path: The file.
        fingerprint: Of what it has to be made from.
    """

    path: Path
    fingerprint: str

    def is_finished(self) -> bool:
        """Whether it is there and made from just this."""
        return self._report() is not None

    def is_worth_making(self) -> bool:
        """Whether it is not finished, or something could not be read, which now it may."""
        report = self._report()
        return report is None or bool(_MAY_PASS & report.rejected)

    def write(self, table: pa.Table, report: Report) -> None:
        """Keep a table and what was noticed when it was made."""
        metadata = {_FINGERPRINT_KEY: self.fingerprint, _REPORT_KEY: orjson.dumps(vars(report))}
        options = WRITE_OPTIONS | {'use_dictionary': [
            name for name in WRITE_OPTIONS['use_dictionary'] if name in table.column_names]}
        write_parquet(self.path, table.replace_schema_metadata(metadata), **options)

    def read(self, columns: Sequence[str] | None = None) -> tuple[pa.Table, Report]:
        """The table, or some columns of it, and the report.

        Raises:
            IndexFileError: If it is damaged.
        """
        try:
            table = read_parquet(self.path, columns)
        except DAMAGED as error:
            raise IndexFileError(f'{self.path} is damaged ({first_line(error)}); '
                                 'run again') from error
        return table, Report.from_dict(orjson.loads(table.schema.metadata[_REPORT_KEY]))

    def num_rows(self) -> int:
        """Rows of the table."""
        with reading_parquet(self.path) as file:
            return file.metadata.num_rows

    def _report(self) -> Report | None:
        try:
            check_parquet(self.path)
            with reading_parquet(self.path) as file:
                metadata = file.schema_arrow.metadata or {}
        except DAMAGED:  # missing, changed or foreign: make it again
            return None
        if metadata.get(_FINGERPRINT_KEY) != self.fingerprint.encode():
            return None
        return Report.from_dict(orjson.loads(metadata[_REPORT_KEY]))
