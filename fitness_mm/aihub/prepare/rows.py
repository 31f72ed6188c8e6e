"""Label files -> index rows: what a worker process of the build does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from fitness_mm.aihub.disk.image_files import ImageFiles, image_files
from fitness_mm.aihub.disk.label_files import read_label
from fitness_mm.aihub.disk.layout import (
    ImageKey,
    LayoutError,
    parse_image_key,
    parse_image_name,
    parse_label_name,
    readable,
)
from fitness_mm.aihub.disk.resolve import ImageFolder, ImageResolver, ImagesUnseen
from fitness_mm.aihub.disk.sources import Sources
from fitness_mm.aihub.index.schema import SCHEMA, keypoint_column, visible_bits
from fitness_mm.aihub.labels import MAX_LABEL_BYTES, ClipLabel, LabelError, parse_label

from .report import Report

_INT16 = np.iinfo(np.int16)


def read_labels(sources: Sources, split: str, day: str, files: list[str],
                image_size: tuple[int, int] | None = None,
                ) -> tuple[pa.Table, dict[str, Report]]:
    """Read label files of one day.

    Args:
        sources: Where everything is.
        split: ``training`` or ``validation``.
        day: Name of the day without a copy mark.
        files: As :class:`~fitness_mm.aihub.disk.label_files.LabelTree` has them.
        image_size: Width and height of all images, which are not looked for then.

    Returns:
        A table with the columns of the index, in the order of the files, and what was noticed in
        each file. No content of a file raises.
    """
    images = image_files(sources)
    resolver = ImageResolver(images, split) if image_size is None else ImagesUnseen(split)
    rows: list[dict[str, Any]] = []
    found = {}
    for path in files:
        file = readable(path)
        report = found[file] = Report()
        try:
            label = parse_label(read_bytes(sources.roots[0], path), file)
            report.note(label.rejected_views)
            rows += _clip_rows(images, resolver, label, f'{split}/{day}', file, report, image_size)
        except LabelError as error:
            report.note([error])
    return _table(rows), found


def read_bytes(root: Path, file: str) -> bytes:
    """Content of a label file.

    Raises:
        LabelError: If it is too large or cannot be read.
    """
    try:
        return read_label(root, file, MAX_LABEL_BYTES)
    except LayoutError as error:
        raise LabelError(error.reason, readable(file), error.detail) from error


def _clip_rows(images: ImageFiles, resolver: ImageResolver | ImagesUnseen, label: ClipLabel,
               day_path: str, file: str, report: Report,
               image_size: tuple[int, int] | None) -> list[dict[str, Any]]:
    keys: list[tuple[ImageKey, list[int]] | None] = []
    for view, view_keys in zip(label.views, label.image_keys, strict=True):
        try:
            keys.append(_view_key(view, view_keys, label.type_number))
        except LayoutError as error:
            report.note([LabelError(error.reason, file, error.detail, view)])
            keys.append(None)
    good = [key for key, _ in filter(None, keys)]
    if not good:
        return []
    _check_day(good[0], day_path, file)

    rows: list[dict[str, Any]] = []
    taken: dict[str, str] = {}
    for v, entry in enumerate(keys):
        if entry is None:
            continue
        key, numbers = entry
        try:
            if (key.day, key.slot, key.clip) != (good[0].day, good[0].slot, good[0].clip):
                raise LayoutError('view_conflict', f'img_key is of clip {key.clip}, expected '
                                  f'{good[0].clip} like view {good[0].view}')
            folder = resolver.resolve(key)
            if folder.path in taken:
                raise LayoutError('missing_images', f'only {folder.path} is there, which is view '
                                  f'{taken[folder.path]} already')
            row = _view_row(images, label, v, numbers, folder, report.notes, image_size)
        except LayoutError as error:
            report.note([LabelError(error.reason, file, error.detail, key.view)])
            continue
        taken[folder.path] = key.view
        report.rewrites.update(folder.rewrites)
        split, day = day_path.split('/')
        rows.append(row | {
            'split': split, 'day': day, 'slot': key.slot, 'performer': key.performer,
            'clip': f'{day_path}/{key.slot}/{key.clip}', 'label_file': file,
            'type': label.type_number, 'exercise': label.exercise.index,
            'gt_conditions': label.gt_conditions,
            'gt_conditions_usable': label.gt_conditions_usable,
        })
    if rows:
        report.notes.update(label.notes)
    return rows


def _view_key(view: str, keys: tuple[str, ...], type_number: int) -> tuple[ImageKey, list[int]]:
    """The first frame's key of a view and the image numbers of all its frames."""
    first = parse_image_key(keys[0])
    if first.view != view:
        raise LayoutError('view_conflict', f'img_key names camera {first.view}, expected {view}')
    if first.type_number != type_number:
        raise LayoutError('type_conflict', f'img_key is of type {first.type_number:03d}, the '
                          f'label of type {type_number:03d}')
    base, _ = parse_image_name(keys[0])
    numbers = []
    for key in keys:
        prefix, number = parse_image_name(key) or ('', 0)
        if prefix != base or not 1 <= number <= _INT16.max or number in numbers:
            parse_image_key(key)  # has the better reason if it is wrong by itself
            raise LayoutError('mixed_images', f'img_key {key!r} is of another folder than the '
                              "first frame's, or stands there twice")
        numbers.append(number)
    return first, numbers


def _check_day(key: ImageKey, day_path: str, file: str) -> None:
    day = day_path.split('/')[1]
    name = parse_label_name(file.rpartition('/')[2])
    if key.day != day:
        raise LabelError('day_conflict', file, f'img_key is of {key.day}, the folder of {day}')
    if f'Day{name.day_number:02d}' != day[:5]:
        raise LabelError('day_conflict', file, f'the file name says day {name.day_number}, the '
                         f'folder {day}')


def _view_row(images: ImageFiles, label: ClipLabel, v: int, numbers: list[int], folder: ImageFolder,
              notes: Counter[str], image_size: tuple[int, int] | None) -> dict[str, Any]:
    on_disk = set(numbers if image_size else folder.numbers)
    order = [t for t in sorted(range(len(numbers)), key=numbers.__getitem__)
             if numbers[t] in on_disk]
    if not order:
        raise LayoutError('missing_images', f'{folder.path} has none of the labelled images')
    width, height = image_size or _image_size(images, folder, [numbers[t] for t in order])
    keypoints = np.rint(label.keypoints[v, order].clip(_INT16.min, _INT16.max)).astype(np.int16)
    present = label.present[v, order]
    visible = present & ((keypoints >= 0) & (keypoints < (width, height))).all(axis=-1)
    num_present = int(present.sum())
    notes['keypoints_missing'] += present.size - num_present
    notes['keypoints_outside_image'] += num_present - int(visible.sum())
    notes['frames_without_image'] += len(numbers) - len(order)
    return {
        'view': label.views[v], 'image_dir': folder.path, 'image_prefix': folder.prefix,
        'num_images': min(len(folder.numbers), _INT16.max),
        'image_width': width, 'image_height': height,
        'frame_numbers': [numbers[t] for t in order], 'keypoints': keypoints,
        'visible': visible_bits(visible),
    }


def _image_size(images: ImageFiles, folder: ImageFolder, numbers: list[int]) -> tuple[int, int]:
    """Width and height from the first labelled image that has a JPEG header."""
    problem = ''
    for number in numbers:
        name = f'{folder.prefix}-{number:07d}.jpg'
        try:
            with (images.open(f'{folder.path}/{name}') as file,
                  Image.open(file, formats=('JPEG',)) as image):
                return image.size
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            problem = problem or f'{name}: {type(error).__name__}'
    raise LayoutError('broken_image', f'no labelled image of {folder.path} is a JPEG ({problem})')


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    columns = {}
    for field_ in SCHEMA:
        if field_.name == 'keypoints':
            offsets = np.cumsum([0, *(len(row['frame_numbers']) for row in rows)])
            frames = [row['keypoints'] for row in rows] or [np.empty((0, 24, 2), np.int16)]
            columns[field_.name] = keypoint_column(np.concatenate(frames), offsets)
        else:
            values = [row.get(field_.name) for row in rows]
            columns[field_.name] = pa.array(values, field_.type)
    return pa.table(columns, SCHEMA)
