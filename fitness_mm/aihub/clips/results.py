"""``clips/clips.parquet``: what became of every clip file; the index takes its clips from there.

It stands apart from the index, so that reading labels again costs no clip file, and a clip file
is only used with the crop that the labels of today ask for.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fitness_mm.aihub.index import IndexFileError
from fitness_mm.aihub.labels import LabelError
from fitness_mm.files import replacing

from .clip import ClipResult
from .job import CLIPS_FOLDER, ClipJob, union_boxes

RESULTS_FILE = f'{CLIPS_FOLDER}/clips.parquet'

_VERSION_KEY = b'fitness_mm.clip_results'
_SCHEMA = pa.schema([
    ('clip_view', pa.string()),
    ('image_dir', pa.string()),
    ('clip_file', pa.string()),  # null if there is none
    ('clip_box', pa.list_(pa.int32())),
    ('clip_size', pa.list_(pa.int32())),
    ('num_bytes', pa.int64()),
    ('reason', pa.string()),
    ('detail', pa.string()),
], metadata={_VERSION_KEY: b'1'})
_COLUMNS = ('clip_file', 'clip_box', 'clip_size')


def results_table(results: Iterable[tuple[ClipJob, ClipResult]]) -> pa.Table:
    """A table of results, in their order."""
    return pa.Table.from_pylist([{
        'clip_view': job.clip_view, 'image_dir': job.image_dir,
        'clip_file': job.file if result.num_bytes else None,
        'clip_box': job.box, 'clip_size': job.size if result.num_bytes else None,
        'num_bytes': result.num_bytes, 'reason': result.reason, 'detail': result.detail,
    } for job, result in results], _SCHEMA)


def write_results(path: Path, table: pa.Table) -> None:
    """Write a table of results, whole or not at all."""
    with replacing(path) as temporary:
        pq.write_table(table, temporary)


def read_results(path: Path) -> pa.Table | None:
    """A table of results, None if there is none.

    Raises:
        IndexFileError: If the file is damaged or something else.
    """
    again = 'delete it and run prepare.py --clips again, which keeps the clip files'
    try:
        table = pq.read_table(path, partitioning=None)
        version = (table.schema.metadata or {}).get(_VERSION_KEY)
        if version == _SCHEMA.metadata[_VERSION_KEY]:
            return table.cast(_SCHEMA)  # Parquet renames the items of lists
    except FileNotFoundError:
        return None
    except (pa.ArrowException, OSError, ValueError) as error:
        raise IndexFileError(f'{path} is damaged ({str(error).splitlines()[0]}); '
                             f'{again}') from error
    raise IndexFileError(f'{path} is not a list of clip files of this version; {again}')


def attach_clips(rows: pa.Table, results: pa.Table) -> tuple[pa.Table, list[LabelError]]:
    """Put clip files into rows of the index.

    Args:
        rows: As their labels have them.
        results: From :func:`read_results`.

    Returns:
        The rows, without those that have a labelled image which cannot be decoded, and why
        clip-views have no clip file. A result that is about another crop or image folder than the
        row's is left aside.
    """
    names = pc.binary_join_element_wise(rows['clip'], rows['view'], '_')
    found = results.take(pc.index_in(names, value_set=results['clip_view']))
    same_folder = pc.equal(found['image_dir'], rows['image_dir']).to_pylist()
    current = pa.array([
        bool(same) and tuple(box) == wanted for same, box, wanted in
        zip(same_folder, found['clip_box'].to_pylist(), union_boxes(rows), strict=True)])
    usable = pc.and_(current, found['clip_file'].is_valid())
    for name in _COLUMNS:
        column = found[name]
        position = rows.schema.get_field_index(name)
        rows = rows.set_column(position, rows.schema.field(position), _where(usable, column))
    reasons = pc.if_else(current, found['reason'], '')
    problems = [LabelError(reasons[row].as_py(), rows['label_file'][row].as_py(),
                           found['detail'][row].as_py(), rows['view'][row].as_py())
                for row in pc.indices_nonzero(pc.not_equal(reasons, '')).to_pylist()]
    return rows.filter(pc.not_equal(reasons, 'broken_frames')), problems


def _where(usable: pa.Array, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with null where it is not usable; if_else does not take lists everywhere."""
    rows = pc.if_else(usable, pa.array(range(len(usable)), pa.int64()), None)
    return column.take(rows)
