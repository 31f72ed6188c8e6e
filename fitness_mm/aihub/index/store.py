"""``index.parquet`` in memory, checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fitness_mm.aihub.disk.sources import SOURCES_KEY, Sources
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .parquet import DAMAGED, IndexFileError, check_parquet, first_line, reading_parquet
from .schema import DICTIONARY_COLUMNS, INDEX_VERSION, SCHEMA, VERSION_KEY, keypoints_of

_FLAT_LISTS = ('frame_numbers', 'visible', 'gt_conditions', 'frame_numbers_3d')
_KEYPOINTS = ('keypoints', 'keypoints_3d')
_SHORT_LISTS = {'clip_box': 4, 'clip_size': 2}
_TEXT_COLUMNS = (*DICTIONARY_COLUMNS, 'image_dir', 'image_prefix', 'clip_file')
_PATH_COLUMNS = ('label_file', 'image_dir', 'clip_file')
_LEADS_OUT = r'^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)'


class MissingIndexError(IndexFileError, FileNotFoundError):
    """A data root without ``index.parquet``."""


@dataclass(frozen=True, eq=False)
class Store:
    """The whole file. S labelled frames of all rows, K keypoints; nothing can be written to.

    Attributes:
        root: The folder it lies in.
        sources: Where its images are.
        numbers: Of every column of numbers one a row; ``clip_box`` and ``clip_size`` some.
        texts: Of every column of strings one code a row, and the vocabulary; a null is ''.
        frame_offsets: Row i has the frames from item i up to the next.
        frame_numbers: Image numbers, (S,).
        keypoints: int16 (S, K, 2) pixels.
        visible: int32 (S,), a bit per keypoint.
        condition_offsets: As ``frame_offsets``, for conditions.
        gt_conditions: int8, of all rows one after the other.
        offsets_3d: As ``frame_offsets``, for 3D frames, which only the first row of a clip has.
        frame_numbers_3d: Image numbers, ascending in each row.
        path: The file.
        checksum: Of the file.
    """

    root: Path
    sources: Sources
    numbers: dict[str, np.ndarray]
    texts: dict[str, tuple[np.ndarray, pa.Array]]
    frame_offsets: np.ndarray
    frame_numbers: np.ndarray
    keypoints: np.ndarray
    visible: np.ndarray
    condition_offsets: np.ndarray
    gt_conditions: np.ndarray
    offsets_3d: np.ndarray
    frame_numbers_3d: np.ndarray
    path: Path
    checksum: int

    @cached_property
    def keypoints_3d(self) -> np.ndarray:
        """int16 (frames, K, 3) mm, read when it is asked for first: few want it, and it is a
        quarter of the file."""
        try:
            unchanged = check_parquet(self.path) == self.checksum
            with reading_parquet(self.path) as file:
                keypoints = _read_keypoints(file, 'keypoints_3d', len(self.frame_numbers_3d), 3)
        except DAMAGED as error:
            raise IndexFileError(f'{self.path} cannot be read any more '
                                 f'({first_line(error)}); start over') from error
        if not unchanged:
            raise IndexFileError(f'{self.path} was made again while it was in use; start over')
        return keypoints

    @cached_property
    def first_rows(self) -> np.ndarray:
        """Of every row the first one of its clip, (rows,)."""
        codes, _ = self.texts['clip']
        _, first, clip = np.unique(codes, return_index=True, return_inverse=True)
        return _frozen(first[clip])

    @cached_property
    def sorted_3d(self) -> np.ndarray:
        """Row and image number of every 3D frame as one ascending number."""
        rows = np.repeat(np.arange(len(self.offsets_3d) - 1), np.diff(self.offsets_3d))
        return _frozen(frame_key(rows, self.frame_numbers_3d))


def frame_key(rows: np.ndarray, frame_numbers: np.ndarray) -> np.ndarray:
    """Row and image number as one number that is ordered as they are."""
    return rows.astype(np.int64) << 16 | frame_numbers


def read_store(path: Path) -> Store:
    """Read and check an ``index.parquet``.

    Raises:
        IndexFileError: If the file is damaged, foreign or of another version.
    """
    again = f'make it again with: python tools/data/prepare.py --root {path.parent}'
    try:
        with reading_parquet(path) as file:
            _check_schema(file.schema_arrow, path, again)
            if not file.metadata.num_rows:
                raise IndexFileError(f'{path} has no clip-view in it; {again}')
        checksum = check_parquet(path)
        with reading_parquet(path, read_dictionary=list(DICTIONARY_COLUMNS)) as file:
            return _load(file, path, checksum)
    except DAMAGED as error:
        raise IndexFileError(f'{path} is damaged or not a Parquet file '
                             f'({first_line(error)}); {again}') from error


def sources_in(schema: pa.Schema, folder: Path) -> Sources:
    """Where the images of an index are; in its folder, if it does not say.

    Raises:
        ValueError: If what it says cannot be used.
    """
    recorded = (schema.metadata or {}).get(SOURCES_KEY)
    folder = folder.resolve()
    return Sources.from_json(recorded, folder) if recorded else Sources(folder, (folder, ))


def _check_schema(schema: pa.Schema, path: Path, again: str) -> None:
    version = (schema.metadata or {}).get(VERSION_KEY)
    if version is None:
        raise IndexFileError(f'{path} is a Parquet file but not an index of fitness_mm; {again}')
    if version != str(INDEX_VERSION).encode():
        raise IndexFileError(f'{path} is an index of version {version.decode(errors="replace")}, '
                             f'expected {INDEX_VERSION}; {again}')
    missing = [field.name for field in SCHEMA
               if field.name not in schema.names or schema.field(field.name).type != field.type]
    if missing:
        raise IndexFileError(f'{path} lacks the columns {", ".join(missing)}, or they are of '
                             f'another type; {again}')


def _load(file: pq.ParquetFile, path: Path, checksum: int) -> Store:
    names = [name for name in SCHEMA.names if name not in _KEYPOINTS]
    table = file.read(columns=names)
    numbers, texts, flat, offsets = {}, {}, {}, {}
    for name in names:
        column = table[name]
        if name in _TEXT_COLUMNS:
            if pa.types.is_string(column.type):
                column = column.fill_null('').dictionary_encode()
            encoded = column.unify_dictionaries().combine_chunks()
            texts[name] = (_frozen(encoded.indices.to_numpy()), encoded.dictionary)
        elif name in _FLAT_LISTS:
            flat[name] = _frozen(_flatten(column).to_numpy(zero_copy_only=False))
            lengths = pc.list_value_length(column).fill_null(0).to_numpy()
            offsets[name] = _frozen(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))
        elif name in _SHORT_LISTS:
            numbers[name] = _frozen(_short_lists(column, _SHORT_LISTS[name]))
        else:
            numbers[name] = _frozen(column.to_numpy())
    for name in _PATH_COLUMNS:
        if pc.any(pc.match_substring_regex(texts[name][1], _LEADS_OUT)).as_py():
            raise ValueError(f'a path in column {name} leads out of the data root')
    num_frames = len(flat['frame_numbers'])
    if (offsets['frame_numbers'] != offsets['visible']).any():
        raise ValueError('columns disagree about the number of frames')
    sources = sources_in(file.schema_arrow, path.parent)
    return Store(path.parent, sources, numbers, texts, offsets['frame_numbers'],
                 flat['frame_numbers'], _read_keypoints(file, 'keypoints', num_frames, 2),
                 flat['visible'], offsets['gt_conditions'], flat['gt_conditions'],
                 offsets['frame_numbers_3d'], flat['frame_numbers_3d'], path, checksum)


def _read_keypoints(file: pq.ParquetFile, column: str, num_frames: int, dims: int) -> np.ndarray:
    """int16 (S, K, dims), one row group at a time: this is nearly all of the file."""
    keypoints = np.empty((num_frames, NUM_KEYPOINTS, dims), np.int16)
    start = 0
    for group in range(file.num_row_groups):
        for chunk in file.read_row_group(group, columns=[column])[column].chunks:
            frames = keypoints_of(chunk.flatten())
            keypoints[start:start + len(frames)] = frames
            start += len(frames)
    if start != num_frames:
        raise ValueError('columns disagree about the number of frames')
    return _frozen(keypoints)


def _flatten(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays([chunk.flatten() for chunk in column.chunks]
                            or [pa.array([], column.type.value_type)])


def _short_lists(column: pa.ChunkedArray, size: int) -> np.ndarray:
    """int32 (len, size); -1 where the list is null."""
    values = np.full((len(column), size), -1, np.int32)
    values[column.is_valid().to_numpy()] = _flatten(column).to_numpy().reshape(-1, size)
    return values


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
