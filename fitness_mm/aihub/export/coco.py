"""Labelled frames as a COCO keypoint file, for tools that know nothing of this data set.

Written piece by piece: the file of a full data set has gigabytes, the program needs the index and
little more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import orjson

from fitness_mm.aihub.catalog import MOVEMENTS
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.errors import ArgumentError
from fitness_mm.files import replacing
from fitness_mm.keypoints.box import boxes_around, outline
from fitness_mm.keypoints.sigmas import AREA_OF_BOX
from fitness_mm.keypoints.skeleton import KEYPOINTS, LIMBS

FRAME_MODES = ('all', 'first')
CATEGORY_ID = 1

_BLOCK_ROWS = 1024
_ID_BITS = 53  # what JavaScript and MATLAB read exactly

_CATEGORY = {
    'id': CATEGORY_ID, 'name': 'person', 'supercategory': 'person',
    'keypoints': list(KEYPOINTS),
    'skeleton': [[a + 1, b + 1] for a, b in LIMBS],  # COCO counts from 1
}


@dataclass(frozen=True)
class CocoCounts:
    """What was written.

    Attributes:
        images: Labelled frames.
        annotations: Those of them with a visible keypoint.
    """

    images: int
    annotations: int


@dataclass(frozen=True, eq=False)
class _Frames:
    """Some labelled frames, S of them in R rows."""

    rows: np.ndarray  # (R,) of the index
    position: np.ndarray  # (S,) in rows
    numbers: np.ndarray  # (S,) image numbers
    keypoints: np.ndarray  # int64 (S, K, 3): x, y, visibility
    boxes: np.ndarray  # (S, 4): x, y, width, height


def frame_id(clip_view: str, frame_number: int) -> int:
    """The id of a labelled frame, as image and as annotation.

    It comes from the frame's name alone, so it is the same in every export of every split, on
    every machine, and after more days were indexed.

    Args:
        clip_view: As :meth:`~fitness_mm.aihub.index.index.FitnessIndex.clip_view_id` has it.
        frame_number: Image number.
    """
    digest = hashlib.blake2b(f'{clip_view}-{frame_number}'.encode(), digest_size=8).digest()
    return int.from_bytes(digest, 'big') >> (64 - _ID_BITS)


def export_coco(index: FitnessIndex, rows: np.ndarray, path: str | Path, frames: str = 'all',
                excluded: Mapping[str, frozenset[int]] | None = None, description: str = '',
                on_progress: Callable[[int, int], None] | None = None) -> CocoCounts:
    """Writes labelled frames as COCO keypoints; the file appears whole or not at all.

    Images are named relative to the data root. Coordinates are those of the labels, pixel centres
    at integers; a box is the edges of the pixels that the visible keypoints cover, which is
    tighter than a person's outline, and the area is that share of it which MMPose takes too. A
    keypoint that is missing or outside the image is 0, 0, 0. Besides COCO's fields an annotation
    has ``exercise``, ``performer``, ``view``, ``clip``, ``clip_view`` and ``frame_number``. A
    frame without a visible keypoint is an image without annotation.

    Args:
        index: The index.
        rows: Row numbers of the clip-views to export.
        path: The file.
        frames: ``all`` or the ``first`` of every clip-view.
        excluded: Clip-view to image numbers to leave out; see
            :func:`~fitness_mm.aihub.index.exclusions.read_exclusions`.
        description: For the file's ``info``.
        on_progress: Called with the numbers of clip-views written and in all; everything is gone
            through twice, once for images and once for annotations.

    Raises:
        ArgumentError: If nothing is left to export, or two frames have the same id.
        OSError: If the file cannot be written.
    """
    if frames not in FRAME_MODES:
        raise ArgumentError(f'frames has to be one of {FRAME_MODES}, but got {frames!r}')
    ids = _unique_ids(index, rows, frames, excluded or {})
    total, done = 2 * len(rows), 0
    exercises = {e.name: e.name_ko for e in MOVEMENTS}
    info = {'description': description, 'root': 'file names are relative to the data root',
            'exercises': exercises}
    annotations = 0
    if on_progress:
        on_progress(done, total)
    with replacing(path) as temporary, temporary.open('wb') as file:
        file.write(b'{"info":' + orjson.dumps(info) + b',"licenses":[],"categories":'
                   + orjson.dumps([_CATEGORY]))
        for section, records in (('images', _images), ('annotations', _annotations)):
            file.write(b',\n"%s":[\n' % section.encode())
            first, start = True, 0
            for block in _blocks(index, rows, frames, excluded or {}):
                stop = start + len(block.numbers)
                written = _write(file, records(index, block, ids[start:stop]), first)
                first = first and not written
                annotations += written if section == 'annotations' else 0
                start = stop
                done += len(block.rows)
                if on_progress:
                    on_progress(done, total)
            file.write(b'\n]')
        file.write(b'}\n')
    return CocoCounts(len(ids), annotations)


def _write(file: BinaryIO, records: Iterator[dict], first: bool) -> int:
    lines = [orjson.dumps(record) for record in records]
    if lines:
        file.write((b'' if first else b',\n') + b',\n'.join(lines))
    return len(lines)


def _unique_ids(index: FitnessIndex, rows: np.ndarray, frames: str,
                excluded: Mapping[str, frozenset[int]]) -> np.ndarray:
    """Ids of all frames to write, int64 (S,)."""
    found = [np.zeros(0, np.int64)]
    for block in _blocks(index, rows, frames, excluded):
        names = [index.clip_view_id(int(row)) for row in block.rows]
        found.append(np.array([
            frame_id(names[p], n)
            for p, n in zip(block.position.tolist(), block.numbers.tolist(), strict=True)],
            np.int64))
    ids = np.concatenate(found)
    if not len(ids):
        raise ArgumentError('no labelled frame is left to export; choose another subset, fold or '
                            'exercise, or leave less out')
    values, counts = np.unique(ids, return_counts=True)
    if len(values) < len(ids):
        raise ArgumentError(f'{len(ids) - len(values)} frames have the id of another one, the '
                            f'first is {values[counts > 1][0]}; export them to separate files')
    return ids


def _blocks(index: FitnessIndex, rows: np.ndarray, frames: str,
            excluded: Mapping[str, frozenset[int]]) -> Iterator[_Frames]:
    for start in range(0, len(rows), _BLOCK_ROWS):
        part = rows[start:start + _BLOCK_ROWS]
        position, numbers, keypoints, visible = index.labels_of(part)
        keep = np.ones(len(numbers), bool)
        if excluded:
            for i, row in enumerate(part.tolist()):
                left_out = excluded.get(index.clip_view_id(row))
                if left_out:
                    keep &= ~((position == i) & np.isin(numbers, list(left_out)))
        kept = np.flatnonzero(keep)
        if frames == 'first':
            kept = kept[np.unique(position[kept], return_index=True)[1]]
        seen = visible[kept]
        points = np.where(seen[..., None], keypoints[kept], 0)
        flags = np.where(seen, 2, 0)[..., None]
        yield _Frames(part, position[kept], numbers[kept],
                      np.concatenate([points, flags], axis=-1).astype(np.int64),
                      _boxes(keypoints[kept], seen))


def _boxes(keypoints: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """x, y, width and height (S, 4) of the pixels that visible keypoints cover."""
    low, high = np.split(outline(boxes_around(keypoints, visible)), 2, axis=1)
    return np.concatenate([low, high - low], axis=1)


def _images(index: FitnessIndex, block: _Frames, ids: np.ndarray) -> Iterator[dict]:
    part = index.select(block.rows)
    widths, heights = (part.column(f'image_{side}').tolist() for side in ('width', 'height'))
    places = [_place(part, i, int(part.frame_numbers(i)[0])) for i in range(len(part))]
    for image, p, number in zip(ids.tolist(), block.position.tolist(), block.numbers.tolist(),
                                strict=True):
        start, ending = places[p]
        yield {'id': image, 'file_name': f'{start}{number:07d}{ending}',
               'width': widths[p], 'height': heights[p]}


def _place(index: FitnessIndex, i: int, number: int) -> tuple[str, str]:
    """What comes before and after the number in the paths of a clip-view's images: relative to the
    folder of the index, if they are in there."""
    path, root = index.image_path(i, number), index.sources.out
    name = path.relative_to(root) if path.is_relative_to(root) else path
    return name.as_posix()[:-len(f'{number:07d}.jpg')], path.suffix


def _annotations(index: FitnessIndex, block: _Frames, ids: np.ndarray) -> Iterator[dict]:
    part = index.select(block.rows)
    clips, views = part.clip.tolist(), part.view.tolist()
    exercises, performers = part.exercise.tolist(), part.performer.tolist()
    joints = (block.keypoints[..., 2] > 0).sum(axis=1).tolist()
    for image, p, number, count, keypoints, box in zip(
            ids.tolist(), block.position.tolist(), block.numbers.tolist(), joints,
            block.keypoints.reshape(len(ids), -1).tolist(), block.boxes.tolist(), strict=True):
        if count:
            yield {
                'id': image, 'image_id': image, 'category_id': CATEGORY_ID, 'iscrowd': 0,
                'num_keypoints': count, 'keypoints': keypoints, 'bbox': box,
                'area': round(AREA_OF_BOX * box[2] * box[3], 2),
                'exercise': MOVEMENTS[exercises[p]].name, 'performer': performers[p],
                'view': views[p], 'clip': clips[p], 'clip_view': f'{clips[p]}_{views[p]}',
                'frame_number': number,
            }
