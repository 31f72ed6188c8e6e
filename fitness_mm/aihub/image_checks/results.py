"""``image_checks.parquet``: how far the images of each clip-view were looked at, and the broken
ones; the index leaves these out.

A row is a folder of images: 172,000 rows stand for 6.4 million images. The list for people is
``broken_images.csv``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fitness_mm.aihub.disk.image_files import ImageFiles
from fitness_mm.aihub.index.parquet import read_results, write_parquet
from fitness_mm.aihub.index.schema import FRAME_COLUMNS
from fitness_mm.aihub.labels import LabelError
from fitness_mm.files import write_text
from fitness_mm.printable import printable

RESULTS_FILE = 'image_checks.parquet'
LIST_FILE = 'broken_images.csv'

_SCHEMA = pa.schema([
    ('folder', pa.string()),  # relative to the data root
    ('prefix', pa.string()),
    ('num_images', pa.int32()),
    ('last_change', pa.int64()),
    ('whole', pa.bool_()),
    ('broken', pa.list_(pa.struct([
        ('number', pa.int32()), ('path', pa.string()), ('what', pa.string())]))),
], metadata={b'fitness_mm.image_checks': b'1'})


class BrokenImage(NamedTuple):
    """An image that cannot be used.

    Attributes:
        number: Image number.
        path: The file, relative to the data root if it lies there.
        what: What is wrong with it.
    """

    number: int
    path: str
    what: str


class FolderCheck(NamedTuple):
    """What a look at the images of a clip-view found.

    Attributes:
        folder: Folder, relative to the data root.
        prefix: Images are ``f'{prefix}-{number:07d}.jpg'``.
        num_images: How many there were.
        last_change: When one of them was changed last, in ns.
        whole: Whether all of each was decoded.
        broken: Those that cannot be used.
    """

    folder: str
    prefix: str
    num_images: int
    last_change: int
    whole: bool
    broken: list[BrokenImage]


def folder_state(files: ImageFiles, folder: str, prefix: str) -> tuple[int, tuple[int, ...]]:
    """When an image in a folder was changed last, in ns, and the numbers of its images.

    Raises:
        OSError: If it is not there or cannot be listed.
    """
    return files.last_change(folder), files.images(folder).get(prefix, ())


def is_unchanged(files: ImageFiles, check: FolderCheck) -> bool:
    """Whether the images of a folder are those that were looked at."""
    try:
        last_change, numbers = folder_state(files, check.folder, check.prefix)
    except OSError:
        return False
    return (last_change, len(numbers)) == (check.last_change, check.num_images)


def write_checks(root: Path, checks: Iterable[FolderCheck]) -> None:
    """Writes the results, and the list of broken images for people, each whole or not at all.

    Raises:
        OSError: If they cannot be written.
    """
    checks = list(checks)
    columns = list(zip(*checks, strict=True)) or [()] * len(_SCHEMA)
    columns[-1] = [[image._asdict() for image in broken] for broken in columns[-1]]
    write_parquet(root / RESULTS_FILE, pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)],
        _SCHEMA))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator='\n')
    rows.writerow(('image', 'problem'))
    rows.writerows((printable(image.path), printable(image.what))
                   for check in checks for image in check.broken)
    write_text(root / LIST_FILE, '\ufeff' + text.getvalue())  # or Excel takes it for CP949


def read_checks(root: Path, only_broken: bool = False) -> list[FolderCheck]:
    """Results of earlier runs, none if there are none.

    Args:
        root: Where the index is.
        only_broken: Leave out the folders in which nothing is broken: nearly all.

    Raises:
        IndexFileError: If the file is damaged or something else.
    """
    table = _read(root)
    if only_broken:
        table = table.filter(pc.greater(pc.list_value_length(table['broken']), 0))
    *columns, broken = (table[name].to_pylist() for name in _SCHEMA.names)
    return [FolderCheck(*values, [BrokenImage(**image) for image in images])
            for *values, images in zip(*columns, broken, strict=True)]


def amounts_checked(root: Path) -> dict[str, int]:
    """How many images were looked at, how many of them ``whole``, and how many are ``broken``.

    Raises:
        IndexFileError: If the file is damaged or something else.
    """
    table = _read(root)
    return {'images': pc.sum(table['num_images'], min_count=0).as_py(),
            'whole': pc.sum(table.filter(table['whole'])['num_images'], min_count=0).as_py(),
            'broken': pc.sum(pc.list_value_length(table['broken']), min_count=0).as_py()}


def _read(root: Path) -> pa.Table:
    table = read_results(root / RESULTS_FILE, _SCHEMA, 'list of checked images',
                         'delete it and run prepare.py --check-images again')
    return _SCHEMA.empty_table() if table is None else table


def without_broken(rows: pa.Table, checks: dict[str, FolderCheck],
                   files: ImageFiles) -> tuple[pa.Table, int, list[LabelError]]:
    """Takes labelled frames whose image is broken out of rows of the index.

    Args:
        rows: As their labels have them.
        checks: Folder -> what was found, of those with a broken image.
        files: The images; those of a folder that has changed since then may be whole now.

    Returns:
        The rows; how many frames were taken out of those that stay; and what is wrong with rows
        that have no other frame, which do not stay.
    """
    kept = {}
    for i, folder in enumerate(rows['image_dir'].to_pylist()):
        if folder in checks and is_unchanged(files, checks[folder]):
            numbers = rows['frame_numbers'][i].as_py()
            broken = [image.number for image in checks[folder].broken]
            kept[i] = np.flatnonzero(~np.isin(numbers, broken)).tolist()
    num_frames = 0
    problems = []
    stays = np.ones(len(rows), bool)
    lists = {name: rows[name].to_pylist() for name in FRAME_COLUMNS} if kept else {}
    for i, positions in kept.items():
        num_before = len(lists['frame_numbers'][i])
        if positions:
            num_frames += num_before - len(positions)
            for values in lists.values():
                values[i] = [values[i][t] for t in positions]
            continue
        stays[i] = False
        check = checks[rows['image_dir'][i].as_py()]
        problems.append(LabelError(
            'broken_image', rows['label_file'][i].as_py(),
            f'all {num_before} labelled images of {check.folder}: image '
            f'{check.broken[0].number} {check.broken[0].what}', rows['view'][i].as_py()))
    for name, values in lists.items():
        position = rows.schema.get_field_index(name)
        field = rows.schema.field(position)
        rows = rows.set_column(position, field, pa.array(values, field.type))
    return rows.filter(pa.array(stays)), num_frames, problems
