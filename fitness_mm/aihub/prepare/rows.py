"""Label files -> rows of what the labels say: what a worker process of the build does first."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from fitness_mm.aihub.catalog import exercise_of_type, shown_type
from fitness_mm.aihub.disk.label_files import read_label
from fitness_mm.aihub.disk.layout import (
    ImageKey,
    LayoutError,
    parse_image_key,
    parse_image_name,
    parse_label_name,
    readable,
)
from fitness_mm.aihub.disk.sources import Sources
from fitness_mm.aihub.index.schema import SCHEMA, keypoint_column, visible_bits
from fitness_mm.aihub.labels import (
    MAX_LABEL_BYTES,
    ClipLabel,
    LabelError,
    parse_label,
    parse_label_3d,
)

from .report import Report

_INT16 = np.iinfo(np.int16)

LABEL_SCHEMA = pa.schema([
    *(SCHEMA.field(name) for name in (
        'split', 'day', 'slot', 'type', 'exercise', 'performer', 'clip', 'view', 'label_file',
        # frames in the order of the file; visible: what the label has, in the image or not
        'frame_numbers', 'keypoints', 'visible', 'gt_conditions', 'gt_conditions_usable')),
    ('img_key', pa.string()),  # of the first frame
])
"""A row per clip-view that a label can be used for, whatever images there are."""

LABEL_3D_SCHEMA = pa.schema([SCHEMA.field('label_file'), SCHEMA.field('keypoints_3d')])
"""A row per 3D label file."""


def read_labels(sources: Sources, split: str, day: str,
                files: list[str]) -> tuple[int, tuple[pa.Table, dict[str, Report]]]:
    """Read label files of one day.

    Args:
        sources: Where everything is.
        split: ``training`` or ``validation``.
        day: Name of the day without a copy mark.
        files: As :class:`~fitness_mm.aihub.disk.label_files.LabelTree` has them.

    Returns:
        The number of files; a table of :data:`LABEL_SCHEMA`, in the order of the files, and what
        was noticed in each file. No content of a file raises.
    """
    rows: list[dict[str, Any]] = []
    found = {}
    for path in files:
        file = readable(path)
        report = found[file] = Report()
        try:
            label = parse_label(read_bytes(sources.roots[0], path), file)
            report.note(label.rejected_views)
            rows += _clip_rows(label, split, day, file, report)
        except LabelError as error:
            report.note([error])
    columns = {field.name: pa.array([row[field.name] for row in rows], field.type)
               for field in LABEL_SCHEMA if field.name != 'keypoints'}
    columns['keypoints'] = _keypoint_column([row['keypoints'] for row in rows], 2)
    return len(files), (pa.table(columns).select(LABEL_SCHEMA.names), found)


def read_labels_3d(sources: Sources,
                   files: list[str]) -> tuple[int, tuple[pa.Table, dict[str, LabelError]]]:
    """Read 3D label files.

    Args:
        sources: Where everything is.
        files: As :class:`~fitness_mm.aihub.disk.label_files.LabelTree` has them.

    Returns:
        The number of files; a table of :data:`LABEL_3D_SCHEMA`, in the order of the files, and
        what is wrong with the others. No content of a file raises.
    """
    keypoints, problems = {}, {}
    for path in files:
        file = readable(path)
        try:
            keypoints[file] = parse_label_3d(read_bytes(sources.roots[0], path), file)
        except LabelError as error:
            problems[file] = error
    columns = [pa.array(keypoints, pa.string()), _keypoint_column([*keypoints.values()], 3)]
    return len(files), (pa.table(columns, LABEL_3D_SCHEMA), problems)


def read_bytes(root: Path, file: str) -> bytes:
    """Content of a label file.

    Raises:
        LabelError: If it is too large or cannot be read.
    """
    try:
        return read_label(root, file, MAX_LABEL_BYTES)
    except LayoutError as error:
        raise LabelError(error.reason, readable(file), error.detail) from error


def _keypoint_column(rows: list[np.ndarray], dimensions: int) -> pa.Array:
    frames = np.concatenate([np.empty((0, 24, dimensions), np.int16), *rows])
    return keypoint_column(frames, np.cumsum([0, *map(len, rows)]))


def _clip_rows(label: ClipLabel, split: str, day: str, file: str,
               report: Report) -> list[dict[str, Any]]:
    keypoints = np.rint(label.keypoints.clip(_INT16.min, _INT16.max)).astype(np.int16)
    present = visible_bits(label.present)
    first: ImageKey | None = None
    rows: list[dict[str, Any]] = []
    for v, (view, keys) in enumerate(zip(label.views, label.image_keys, strict=True)):
        try:
            key, numbers = _view_key(view, keys, label.type_number)
            if first is None:
                first = key
                _check_day(key, day, file)
                label = _as_shown(label, key)
            if (key.day, key.slot, key.clip) != (first.day, first.slot, first.clip):
                raise LayoutError('view_conflict', f'img_key is of clip {key.clip}, expected '
                                  f'{first.clip} like view {first.view}')
        except LayoutError as error:
            report.note([LabelError(error.reason, file, error.detail, view)])
            continue
        rows.append({
            'split': split, 'day': day, 'slot': key.slot, 'performer': key.performer,
            'clip': f'{split}/{day}/{key.slot}/{key.clip}', 'view': view, 'label_file': file,
            'type': label.type_number, 'exercise': label.exercise.index,
            'gt_conditions': label.gt_conditions,
            'gt_conditions_usable': label.gt_conditions_usable, 'img_key': keys[0],
            'frame_numbers': numbers, 'keypoints': keypoints[v], 'visible': present[v],
        })
    if rows:
        report.notes.update(label.notes)
    return rows


def _as_shown(label: ClipLabel, key: ImageKey) -> ClipLabel:
    """The label, or what is left of it if the clip is known to be of another type."""
    shown = shown_type(key.day, key.clip)
    if shown == label.type_number:
        return label
    exercise = exercise_of_type(shown)
    return replace(label, exercise=exercise, gt_conditions_usable=False,
                   gt_conditions=np.full(len(exercise.conditions), -1, np.int8),
                   notes=(*label.notes, 'renumbered_type'))


def _view_key(view: str, keys: tuple[str, ...], type_number: int) -> tuple[ImageKey, list[int]]:
    """The first frame's key of a view and the image numbers of all its frames."""
    first = parse_image_key(keys[0])
    if first.view != view:
        raise LayoutError('view_conflict', f'img_key names camera {first.view}, expected {view}')
    if first.type_number != type_number:
        raise LayoutError('type_conflict', f'img_key is of type {first.type_number:03d}, the '
                          f'label of type {type_number:03d}')
    base, _ = parse_image_name(keys[0])
    rest = len(base)
    numbers = [_number_after(key[rest:]) if key.startswith(base) else 0 for key in keys]
    if 0 in numbers or len({*numbers}) < len(numbers):
        wrong = next(key for i, key in enumerate(keys)
                     if not numbers[i] or numbers[i] in numbers[:i])
        parse_image_key(wrong)  # has the better reason if it is wrong by itself
        raise LayoutError('mixed_images', f'img_key {wrong!r} is of another folder than the first '
                          "frame's, or stands there twice")
    return first, numbers


@lru_cache(maxsize=1024)  # of 34,000 clips the same 32
def _number_after(ending: str) -> int:
    """Number of an image of which only the end of the name is given, 0 if it has none."""
    prefix, number = parse_image_name(f'x{ending}') or ('', 0)
    return number if prefix == 'x' and number <= _INT16.max else 0


def _check_day(key: ImageKey, day: str, file: str) -> None:
    name = parse_label_name(file.rpartition('/')[2])
    if key.day != day:
        raise LabelError('day_conflict', file, f'img_key is of {key.day}, the folder of {day}')
    if f'Day{name.day_number:02d}' != day[:5]:
        raise LabelError('day_conflict', file, f'the file name says day {name.day_number}, the '
                         f'folder {day}')
