"""``clips/clips.parquet``: what became of every clip file; the index takes its clips from there.

It stands apart from the index, so that reading labels again costs no clip file, and a clip file
is only used with the crop that the labels of today ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fitness_mm.aihub.index import parquet
from fitness_mm.aihub.labels import LabelError

from .clip import ClipResult
from .job import CLIPS_FOLDER, ClipJob, union_boxes

RESULTS_FILE = f'{CLIPS_FOLDER}/clips.parquet'

_SCHEMA = pa.schema([
    ('clip_view', pa.string()),
    ('image_dir', pa.string()),
    ('clip_file', pa.string()),  # null if there is none
    ('clip_box', pa.list_(pa.int32())),
    ('clip_size', pa.list_(pa.int32())),
    ('num_bytes', pa.int64()),
    ('reason', pa.string()),
    ('detail', pa.string()),
], metadata={b'fitness_mm.clip_results': b'1'})
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
    parquet.write_parquet(path, table)


def read_results(path: Path) -> pa.Table | None:
    """A table of results, None if there is none.

    Raises:
        IndexFileError: If the file is damaged or something else.
    """
    return parquet.read_results(
        path, _SCHEMA, 'list of clip files',
        'delete it and run prepare.py --clips again, which keeps the clip files')


def attach_clips(rows: pa.Table, results: pa.Table, changed: Callable[[str], bool],
                 ) -> tuple[pa.Table, list[LabelError]]:
    """Put clip files into rows of the index.

    Args:
        rows: As their labels have them.
        results: From :func:`read_results`.
        changed: Whether images in a folder have changed since then: what was wrong with them may
            not be any more.

    Returns:
        The rows, without those that have a labelled image which cannot be decoded, and why
        clip-views have no clip file. A result that is about another crop or image folder than the
        row's is left aside.
    """
    names = pc.binary_join_element_wise(rows['clip'], rows['view'], '_')
    found = results.take(pc.index_in(names, value_set=results['clip_view'])).to_pylist()
    folders = rows['image_dir'].to_pylist()
    nothing = dict.fromkeys(_SCHEMA.names)
    found = [
        clip if clip['image_dir'] == folder and tuple(clip['clip_box'] or ()) == box
        and not (clip['reason'] and changed(folder)) else nothing
        for clip, folder, box in zip(found, folders, union_boxes(rows), strict=True)]
    places = zip(rows['label_file'].to_pylist(), rows['view'].to_pylist(), strict=True)
    problems = [LabelError(clip['reason'], file, clip['detail'], view)
                for clip, (file, view) in zip(found, places, strict=True) if clip['reason']]
    for name in _COLUMNS:
        position = rows.schema.get_field_index(name)
        values = [clip[name] if clip['clip_file'] else None for clip in found]
        field = rows.schema.field(position)
        rows = rows.set_column(position, field, pa.array(values, field.type))
    usable = pa.array([clip['reason'] != 'broken_frames' for clip in found], pa.bool_())
    return rows.filter(usable), problems
