"""The index: every labelled clip-view of a data set, in flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .schema import (
    DICTIONARY_COLUMNS,
    INDEX_VERSION,
    SCHEMA,
    VERSION_KEY,
    keypoints_of,
    visible_of,
)
from .shared_array import SharedArray

INDEX_FILE = 'index.parquet'

_FLAT_LISTS = ('frame_numbers', 'visible', 'conditions')
_SHORT_LISTS = {'clip_box': 4, 'clip_size': 2}
_TEXT_COLUMNS = ('image_dir', 'image_prefix', 'clip_file')
_PATH_COLUMNS = ('label_file', 'image_dir', 'clip_file')
_LEADS_OUT = r'^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)'


class IndexFileError(FitnessError):
    """An ``index.parquet`` that cannot be used; the message says what to do."""


class MissingIndexError(IndexFileError, FileNotFoundError):
    """A data root without ``index.parquet``."""


@dataclass(frozen=True, eq=False)
class _Store:
    """The whole file in memory, shared by every selection of it and never changed."""

    root: Path
    numbers: dict[str, np.ndarray]  # one value a row
    codes: dict[str, tuple[np.ndarray, pa.Array]]  # one code a row, and the vocabulary
    texts: dict[str, pa.Array]  # one string a row
    frame_offsets: np.ndarray
    frame_numbers: np.ndarray  # (S,) of all rows, row i from frame_offsets[i]
    keypoints: SharedArray  # int16 (S, K, 2)
    visible: np.ndarray  # int32 (S,), a bit per keypoint
    condition_offsets: np.ndarray
    conditions: np.ndarray


class FitnessIndex:
    """Labelled clip-views, one a row. S is the number of labelled frames of all rows.

    A selection shares the arrays of the index it was made from. Forked worker processes share
    them too; for a process that is started anew, an index is read again from its file but for the
    keypoints, which are nearly all of it and lie in memory that the processes share.
    """

    def __init__(self, store: _Store, rows: np.ndarray) -> None:
        self._store = store
        self._rows = rows

    @classmethod
    def read(cls, root: str | Path) -> FitnessIndex:
        """Open the index of a data root.

        Raises:
            MissingIndexError: If it was not made yet; the message ends with the command.
            IndexFileError: If the file is damaged, foreign or of another version.
        """
        return cls._read(root, None)

    @classmethod
    def _read(cls, root: str | Path, keypoints: SharedArray | None) -> FitnessIndex:
        path = Path(root) / INDEX_FILE
        if not path.is_file():
            raise MissingIndexError(f'there is no index at {path}; make it with: '
                                    f'python tools/data/prepare.py --root {root}')
        store = _read_store(path, keypoints)
        return cls(store, np.arange(len(store.numbers['type'])))

    @property
    def root(self) -> Path:
        """The data root."""
        return self._store.root

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f'FitnessIndex({str(self.root)!r}, {len(self)} clip-views)'

    def select(self, rows: np.ndarray) -> FitnessIndex:
        """The rows of a mask, bool (len,), or of row numbers, in that order; no label is copied."""
        rows = np.asarray(rows)
        return FitnessIndex(self._store, self._rows[rows if rows.size else rows.astype(int)])

    def column(self, name: str) -> np.ndarray:
        """One column: numbers, bool or strings, (len,). A null is -1 or ''.

        ``clip_box`` is (len, 4) and ``clip_size`` (len, 2).

        Raises:
            KeyError: If there is no such column with one value a row.
        """
        store = self._store
        if name in store.numbers:
            return store.numbers[name][self._rows]
        if name in store.codes:
            codes, vocabulary = store.codes[name]
            return np.array(vocabulary.to_pylist(), dtype=str)[codes[self._rows]]
        if name in store.texts:
            return np.array(store.texts[name].take(pa.array(self._rows)).fill_null('').to_pylist(),
                            dtype=str)
        known = ', '.join((*store.numbers, *store.codes, *store.texts))
        raise KeyError(f'the index has no column {name!r} with one value a row; it has: {known}')

    def codes(self, name: str) -> np.ndarray:
        """Integers (len,), equal where a string column is equal: for grouping."""
        return self._store.codes[name][0][self._rows]

    @property
    def split(self) -> np.ndarray:
        """``training`` or ``validation``, (len,)."""
        return self.column('split')

    @property
    def type(self) -> np.ndarray:
        """Type numbers, (len,)."""
        return self.column('type')

    @property
    def exercise(self) -> np.ndarray:
        """Positions in :data:`~fitness_mm.aihub.catalog.EXERCISES`, (len,)."""
        return self.column('exercise')

    @property
    def performer(self) -> np.ndarray:
        """Performer numbers, (len,)."""
        return self.column('performer')

    @property
    def view(self) -> np.ndarray:
        """Camera letters, (len,)."""
        return self.column('view')

    @property
    def clip(self) -> np.ndarray:
        """Clip names, (len,), the same for the views of one clip."""
        return self.column('clip')

    @property
    def conditions_usable(self) -> np.ndarray:
        """Whether a row's conditions may be learnt, bool (len,)."""
        return self.column('conditions_usable')

    @property
    def num_frames(self) -> np.ndarray:
        """Number of labelled frames, (len,)."""
        return np.diff(self._store.frame_offsets)[self._rows]

    def frame_numbers(self, i: int) -> np.ndarray:
        """Image numbers of the labelled frames, ascending, (T,)."""
        return self._store.frame_numbers[self._frames(i)].astype(np.int64)

    def keypoints(self, i: int) -> np.ndarray:
        """float32 (T, K, 2) in pixels of the original image, pixel centres at integers."""
        return self._store.keypoints.array[self._frames(i)].astype(np.float32)

    def visible(self, i: int) -> np.ndarray:
        """bool (T, K): in the label and inside the image."""
        return visible_of(self._store.visible[self._frames(i)])

    def labels_of(self, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        """All labelled frames of some rows in one go, S of them in the order of ``rows``.

        Args:
            rows: Row numbers (R,).

        Returns:
            Position of each frame's row in ``rows``, int64 (S,); image number, int64 (S,);
            keypoints, float32 (S, K, 2), and visibility, bool (S, K), as :meth:`keypoints` and
            :meth:`visible` have them.
        """
        starts = self._store.frame_offsets[self._rows[rows]]
        counts = self._store.frame_offsets[self._rows[rows] + 1] - starts
        position = np.repeat(np.arange(len(counts)), counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        frames = starts[position] + within
        return (position, self._store.frame_numbers[frames].astype(np.int64),
                self._store.keypoints.array[frames].astype(np.float32),
                visible_of(self._store.visible[frames]))

    def conditions(self, i: int) -> np.ndarray:
        """int8 (C,) in catalogue order: 1 holds, 0 broken, -1 not given."""
        row = self._rows[i]
        start, stop = self._store.condition_offsets[row:row + 2]
        return self._store.conditions[start:stop].copy()

    def image_path(self, i: int, frame_number: int) -> Path:
        """Path of an image; it may be in a tar, see :mod:`fitness_mm.aihub.disk.image_files`."""
        return self.root / self.image_name(i, frame_number)

    def image_name(self, i: int, frame_number: int) -> str:
        """Path of an image relative to the root, with ``/``."""
        folder, prefix = self._text('image_dir', i), self._text('image_prefix', i)
        return f'{folder}/{prefix}-{frame_number:07d}.jpg'

    def clip_path(self, i: int) -> Path | None:
        """Path of the clip file, or None if none was made."""
        relative = self._text('clip_file', i)
        return None if relative is None else self.root / relative

    def clip_view_id(self, i: int) -> str:
        """A name unique to the row: its clip, ``_`` and its view."""
        return f"{self._text('clip', i)}_{self._text('view', i)}"

    def value(self, name: str, i: int) -> np.generic | np.ndarray:
        """One value of a column with numbers; an array for ``clip_box`` and ``clip_size``."""
        return self._store.numbers[name][self._rows[i]]

    def describe(self) -> str:
        """One line: how much is in it."""
        clips = len(np.unique(self.codes('clip')))
        performers = len(np.unique(self.performer))
        exercises = len(np.unique(self.exercise))
        return (f'{clips} clips, {len(self)} clip-views, {int(self.num_frames.sum())} labelled '
                f'frames, {exercises} of {len(EXERCISES)} exercises, {performers} performers')

    def __deepcopy__(self, memo: dict) -> FitnessIndex:
        return FitnessIndex(self._store, self._rows)

    def __reduce__(self):
        keypoints = self._store.keypoints if SharedArray.can_be_sent() else None
        return _read_again, (self.root, len(self._store.numbers['type']), self._rows, keypoints)

    def _frames(self, i: int) -> slice:
        row = self._rows[i]
        return slice(*self._store.frame_offsets[row:row + 2])

    def _text(self, name: str, i: int) -> str | None:
        row = self._rows[i]
        if name in self._store.codes:
            codes, vocabulary = self._store.codes[name]
            return vocabulary[codes[row]].as_py()
        return self._store.texts[name][row].as_py()


def _read_again(root: Path, num_rows: int, rows: np.ndarray,
                keypoints: SharedArray | None) -> FitnessIndex:
    index = FitnessIndex._read(root, keypoints)
    if len(index) != num_rows:
        raise IndexFileError(f'{root / INDEX_FILE} was made again while it was in use; start over')
    return index.select(rows)


def _read_store(path: Path, keypoints: SharedArray | None) -> _Store:
    again = f'make it again with: python tools/data/prepare.py --root {path.parent}'
    try:
        _check_schema(pq.read_schema(path), path, again)
        with pq.ParquetFile(path, read_dictionary=list(DICTIONARY_COLUMNS)) as file:
            return _load(file, path.parent, keypoints)
    except (pa.ArrowException, OSError) as error:
        raise IndexFileError(f'{path} is damaged or not a Parquet file '
                             f'({str(error).splitlines()[0]}); {again}') from error
    except ValueError as error:
        raise IndexFileError(f'{path} is damaged ({error}); {again}') from error


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


def _load(file: pq.ParquetFile, root: Path, keypoints: SharedArray | None) -> _Store:
    names = [name for name in SCHEMA.names if name != 'keypoints']
    table = file.read(columns=names)
    numbers, codes, texts, flat, offsets = {}, {}, {}, {}, {}
    for name in names:
        column = table[name]
        if name in DICTIONARY_COLUMNS:
            # a file without rows has plain strings here
            encoded = column.dictionary_encode() if pa.types.is_string(column.type) else column
            encoded = encoded.unify_dictionaries().combine_chunks()
            codes[name] = (_frozen(encoded.indices.to_numpy()), encoded.dictionary)
        elif name in _TEXT_COLUMNS:
            texts[name] = column.combine_chunks()
        elif name in _FLAT_LISTS:
            flat[name] = _frozen(_flatten(column).to_numpy(zero_copy_only=False))
            lengths = pc.list_value_length(column).to_numpy()
            offsets[name] = _frozen(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))
        elif name in _SHORT_LISTS:
            numbers[name] = _frozen(_short_lists(column, _SHORT_LISTS[name]))
        else:
            numbers[name] = _frozen(column.to_numpy())
    for name in _PATH_COLUMNS:
        paths = codes[name][1] if name in codes else texts[name]
        if pc.any(pc.match_substring_regex(paths, _LEADS_OUT)).as_py():
            raise ValueError(f'a path in column {name} leads out of the data root')
    num_frames = len(flat['frame_numbers'])
    if (offsets['frame_numbers'] != offsets['visible']).any():
        raise ValueError('columns disagree about the number of frames')
    if keypoints is None:
        keypoints = _read_keypoints(file, num_frames)
    elif len(keypoints.array) != num_frames:
        raise ValueError('it has another number of frames than the process that shares it read')
    return _Store(root, numbers, codes, texts, offsets['frame_numbers'], flat['frame_numbers'],
                  keypoints, flat['visible'], offsets['conditions'], flat['conditions'])


def _read_keypoints(file: pq.ParquetFile, num_frames: int) -> SharedArray:
    """int16 (S, K, 2), one row group at a time: this is nearly all of the file."""
    shared = SharedArray((num_frames, NUM_KEYPOINTS, 2), np.int16)
    keypoints = shared.array
    start = 0
    for group in range(file.num_row_groups):
        for chunk in file.read_row_group(group, columns=['keypoints'])['keypoints'].chunks:
            frames = keypoints_of(chunk.flatten())
            keypoints[start:start + len(frames)] = frames
            start += len(frames)
    if start != num_frames:
        raise ValueError('columns disagree about the number of frames')
    _frozen(keypoints)
    return shared


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
