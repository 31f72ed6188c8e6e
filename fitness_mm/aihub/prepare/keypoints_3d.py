"""3D labels -> the columns of the index that are about a clip."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from fitness_mm.aihub.disk.layout import parse_label_name
from fitness_mm.aihub.index.schema import SCHEMA
from fitness_mm.aihub.labels import LabelError


def attach_3d(rows: pa.Table, labels: pa.Table,
              labels_3d: pa.Table) -> tuple[pa.Table, list[LabelError]]:
    """Put 3D keypoints into the first row of each clip.

    Args:
        rows: Of the index, sorted, of one day.
        labels: Table of the day's labels: what 3D frames are of.
        labels_3d: Table of the day's 3D labels, in the order in which duplicates are decided.

    Returns:
        The rows, and what is wrong with 3D labels that are of no use.
    """
    files = labels_3d['label_file'].to_pylist()
    lengths = pc.list_value_length(labels_3d['keypoints_3d']).to_pylist()
    position: dict[tuple, int] = {}
    duplicates = [(i, first) for i, file in enumerate(files)
                  if (first := position.setdefault(_clip_of(file), i)) != i]
    problems = [LabelError('duplicate', files[i], f'its clip is indexed from {files[first]}')
                for i, first in duplicates]

    numbers: dict[str, set[tuple[int, ...]]] = {}
    for file, of_view in zip(labels['label_file'].to_pylist(), labels['frame_numbers'].to_pylist(),
                             strict=True):
        numbers.setdefault(file, set()).add(tuple(of_view))
    fitting: dict[str, int] = {}
    for file, of_views in numbers.items():
        i = position.pop(_clip_of(file), None)
        if i is None:
            continue
        first = min(of_views)
        if len(of_views) == 1 and list(first) == sorted(first) and len(first) == lengths[i]:
            fitting[file] = i
        else:
            problems.append(LabelError(
                'other_frames', files[i], f'{lengths[i]} frames, expected those of the '
                f'{len(first)} labelled images of each view, in their order'))
    problems += [LabelError('no_2d_label', files[i], 'its clip has no usable 2D label')
                 for i in position.values()]

    taken, frames, previous = [], [], None
    for file, clip in zip(rows['label_file'].to_pylist(), rows['clip'].to_pylist(), strict=True):
        i = fitting.get(file) if clip != previous else None
        taken.append(i)
        frames.append(None if i is None else min(numbers[file]))
        previous = clip
    columns = {'frame_numbers_3d': frames,
               'keypoints_3d': labels_3d['keypoints_3d'].combine_chunks().take(
                   pa.array(taken, pa.int64()))}
    for name, values in columns.items():
        at = SCHEMA.get_field_index(name)
        rows = rows.set_column(at, SCHEMA.field(at), pa.array(values, SCHEMA.field(at).type))
    return rows, problems


def _clip_of(label_file: str) -> tuple:
    name = parse_label_name(label_file.rpartition('/')[2])
    return name.day_number, name.slot, name.type_number
