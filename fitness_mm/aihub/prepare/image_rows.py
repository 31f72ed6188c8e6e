"""Rows of labels and the images that are there -> rows of the index."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image

from fitness_mm.aihub.disk.image_files import ImageFiles, image_files
from fitness_mm.aihub.disk.layout import LayoutError, parse_image_key, parse_image_name
from fitness_mm.aihub.disk.resolve import ImageFolder, ImageResolver
from fitness_mm.aihub.disk.sources import Sources
from fitness_mm.aihub.index.schema import (
    SCHEMA,
    keypoint_column,
    keypoints_of,
    visible_bits,
    visible_of,
)

from .report import Report

IMAGE_SCHEMA = pa.schema([
    *(SCHEMA.field(name) for name in (
        'image_dir', 'image_prefix', 'num_images', 'image_width', 'image_height')),
    ('there', pa.list_(pa.bool_())),  # of the labelled images
])
"""A row per row of the labels; nulls where it has no image."""

_NO_IMAGES = dict.fromkeys(IMAGE_SCHEMA.names)


def find_images(sources: Sources, split: str, clips: list[list[tuple[str, list[int]]]],
                ) -> tuple[int, list[tuple[dict[str, Any], tuple[str, ...]] | LayoutError]]:
    """Look for the images of some clips of one day.

    Args:
        sources: Where everything is.
        split: ``training`` or ``validation``.
        clips: Of each view of each clip the ``img_key`` and the numbers of its labelled images.

    Returns:
        The number of clip-views; of each its row of :data:`IMAGE_SCHEMA` and the path rewrites
        that led there, or why there is none. No content of a file raises.
    """
    images = image_files(sources)
    resolver = ImageResolver(images, split)
    found = []
    for views in clips:
        taken: dict[str, str] = {}
        for img_key, numbers in views:
            key = parse_image_key(img_key)
            try:
                folder = resolver.resolve(key)
                if folder.path in taken:
                    raise LayoutError('missing_images', f'only {folder.path} is there, which is '
                                      f'view {taken[folder.path]} already')
                found.append((_image_row(images, folder, numbers), folder.rewrites))
                taken[folder.path] = key.view
            except LayoutError as error:
                found.append(error)
    return len(found), found


def image_table(rows: list[dict[str, Any] | None]) -> pa.Table:
    """A table of :data:`IMAGE_SCHEMA` from the rows of :func:`find_images`."""
    return pa.Table.from_pylist([row or _NO_IMAGES for row in rows], IMAGE_SCHEMA)


def images_unseen(labels: pa.Table, image_size: tuple[int, int]) -> pa.Table:
    """A table of :data:`IMAGE_SCHEMA` for images that nobody has looked for.

    Args:
        labels: Table of labels.
        image_size: Width and height that all are taken to have.
    """
    width, height = image_size
    rows = []
    for split, img_key, numbers in zip(*(labels[name].to_pylist() for name in (
            'split', 'img_key', 'frame_numbers')), strict=True):
        folder, _, name = img_key.rpartition('/')
        rows.append({
            'image_dir': f'{split}/img/{folder}', 'image_prefix': parse_image_name(name)[0],
            'num_images': 0, 'image_width': width, 'image_height': height,
            'there': [True] * len(numbers)})
    return image_table(rows)


def index_rows(labels: pa.Table, images: pa.Table) -> tuple[pa.Table, Report]:
    """The rows of the index, without clip files and 3D keypoints, and what was kept and noticed.

    Args:
        labels: Table of labels.
        images: What is there of the images, row by row.
    """
    row = np.repeat(np.arange(len(labels)),
                    pc.list_value_length(labels['frame_numbers']).to_numpy())
    numbers = _flat(labels, 'frame_numbers').to_numpy()
    usable = images['image_dir'].is_valid()
    there = usable.to_numpy()[row]
    there[there] = _flat(images, 'there').to_numpy(zero_copy_only=False)
    order = np.lexsort((numbers, row))
    order = order[there[order]]  # the frames to keep, ascending in each row
    keypoints = keypoints_of(_flat(labels, 'keypoints'))[order]
    present = visible_of(_flat(labels, 'visible').to_numpy()[order])
    num_labelled = int(np.count_nonzero(usable.to_numpy()[row]))

    labels, images = labels.filter(usable), images.filter(usable)
    size = np.stack([images[name].to_numpy() for name in ('image_width', 'image_height')], -1)
    counts = np.unique(row[order], return_counts=True)[1]
    inside = ((keypoints >= 0) & (keypoints < np.repeat(size, counts, axis=0)[:, None])).all(-1)
    visible = present & inside
    report = Report()
    report.notes.update({
        'keypoints_missing': int(np.count_nonzero(~present)),
        'keypoints_outside_image': int(np.count_nonzero(present & ~inside)),
        'frames_without_image': num_labelled - len(order)})
    offsets = np.concatenate([[0], np.cumsum(counts)])
    columns = {
        **{name: table[name] for table in (labels, images) for name in table.column_names},
        'frame_numbers': _lists(numbers[order], offsets),
        'keypoints': keypoint_column(keypoints, offsets),
        'visible': _lists(visible_bits(visible), offsets)}
    return pa.table([columns[field.name] if field.name in columns else
                     pa.nulls(len(labels), field.type) for field in SCHEMA], SCHEMA), report


def _flat(table: pa.Table, name: str) -> pa.Array:
    return pc.list_flatten(table[name]).combine_chunks()


def _lists(values: np.ndarray, offsets: np.ndarray) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(values))


def _image_row(images: ImageFiles, folder: ImageFolder, numbers: list[int]) -> dict[str, Any]:
    on_disk = {*folder.numbers}
    there = [number in on_disk for number in numbers]
    labelled = sorted(on_disk.intersection(numbers))
    if not labelled:
        raise LayoutError('missing_images', f'{folder.path} has none of the labelled images')
    width, height = _image_size(images, folder, labelled)
    return {'image_dir': folder.path, 'image_prefix': folder.prefix,
            'num_images': min(len(folder.numbers), np.iinfo(np.int16).max),
            'image_width': width, 'image_height': height, 'there': there}


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
