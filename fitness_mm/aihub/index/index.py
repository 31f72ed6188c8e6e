"""The index: every labelled clip-view of a data set, in flat arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.disk.sources import Sources
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .parquet import DAMAGED, IndexFileError, reading_parquet
from .schema import UNKNOWN_MM, visible_of
from .store import MissingIndexError, Store, frame_key, read_store, sources_in

INDEX_FILE = 'index.parquet'


def _column(name: str, meaning: str) -> property:
    return property(lambda self: self.column(name), doc=meaning)


class FitnessIndex:
    """Labelled clip-views, one a row. S is the number of labelled frames of all rows.

    A selection shares the arrays of the index it was made from, and so do forked worker
    processes. A process that is started anew reads the file again, which at full size takes a
    second or two and 0.4 GB.
    """

    def __init__(self, store: Store, rows: np.ndarray) -> None:
        self._store = store
        self._rows = rows

    @classmethod
    def read(cls, root: str | Path) -> FitnessIndex:
        """Open the index of a data root.

        Raises:
            MissingIndexError: If it was not made yet; the message ends with the command.
            IndexFileError: If the file is damaged, foreign or of another version.
        """
        path = Path(root) / INDEX_FILE
        if not path.is_file():
            raise MissingIndexError(f'there is no index at {path}; make it with: '
                                    f'python tools/data/prepare.py --root {root}')
        store = read_store(path)
        return cls(store, np.arange(len(store.numbers['type'])))

    @property
    def root(self) -> Path:
        """The folder that the index lies in."""
        return self._store.root

    @property
    def sources(self) -> Sources:
        """Where the images are."""
        return self._store.sources

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
        if name in store.texts:
            codes, vocabulary = store.texts[name]
            return np.array(vocabulary.take(pa.array(codes[self._rows])).to_pylist(), dtype=str)
        known = ', '.join((*store.numbers, *store.texts))
        raise KeyError(f'the index has no column {name!r} with one value a row; it has: {known}')

    def codes(self, name: str) -> np.ndarray:
        """Integers (len,), equal where a string column is equal: for grouping."""
        return self._store.texts[name][0][self._rows]

    split = _column('split', '``training`` or ``validation``, (len,).')
    type = _column('type', 'Type numbers, (len,).')
    exercise = _column('exercise', 'Positions in the catalogue, (len,).')
    performer = _column('performer', 'Performer numbers, (len,).')
    view = _column('view', 'Camera letters, (len,).')
    clip = _column('clip', 'Clip names, (len,), the same for the views of one clip.')
    gt_conditions_usable = _column('gt_conditions_usable',
                                   "Whether a row's conditions may be learnt, bool (len,).")

    @property
    def num_frames(self) -> np.ndarray:
        """Number of labelled frames, (len,)."""
        return np.diff(self._store.frame_offsets)[self._rows]

    def frame_numbers(self, i: int) -> np.ndarray:
        """Image numbers of the labelled frames, ascending, (T,)."""
        return self._store.frame_numbers[self._frames(i)].astype(np.int64)

    def keypoints(self, i: int) -> np.ndarray:
        """float32 (T, K, 2) in pixels of the original image, pixel centres at integers."""
        return self._store.keypoints[self._frames(i)].astype(np.float32)

    def visible(self, i: int) -> np.ndarray:
        """bool (T, K): in the label and inside the image."""
        return visible_of(self._store.visible[self._frames(i)])

    def labels_of(self, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        """All labelled frames of some rows in one go, S of them in the order of ``rows``.

        Args:
            rows: Row numbers (R,).

        Returns:
            Position of each frame's row in ``rows``, int64 (S,), and what :meth:`labels_at` gives
            of these frames.
        """
        position, frames = _items(self._store.frame_offsets, self._rows[rows])
        return position, *self.labels_at(frames)

    def frames_of(self, rows: np.ndarray) -> np.ndarray:
        """Where the labelled frames of some rows are, for :meth:`labels_at`, int64 (S,)."""
        return _items(self._store.frame_offsets, self._rows[rows])[1]

    def labels_at(self, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Labels of single frames of any rows.

        Args:
            frames: Where they are, as :meth:`frames_of` says, of any shape (...).

        Returns:
            Image numbers, int64 (...); keypoints, float32 (..., K, 2), and visibility, bool
            (..., K), as :meth:`keypoints` and :meth:`visible` have them.
        """
        store = self._store
        return (store.frame_numbers[frames].astype(np.int64),
                store.keypoints[frames].astype(np.float32), visible_of(store.visible[frames]))

    def conditions_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The conditions of some rows in one go, one after the other.

        Args:
            rows: Row numbers (R,).

        Returns:
            Position of each one's row in ``rows``, its number among the exercise's, and its truth
            as :meth:`gt_conditions` has it, each as long as there are conditions.
        """
        offsets, rows = self._store.condition_offsets, self._rows[rows]
        position, items = _items(offsets, rows)
        return position, items - offsets[rows][position], self._store.gt_conditions[items]

    @property
    def has_3d(self) -> np.ndarray:
        """Whether a row's clip has 3D keypoints, bool (len,)."""
        return np.diff(self._store.offsets_3d)[self._store.first_rows[self._rows]] > 0

    def keypoints_3d(self, i: int) -> np.ndarray:
        """float32 (T, K, 3) in cm, of the frames of :meth:`frame_numbers`; NaN where not known."""
        return self.keypoints_3d_at(self.frames_of(np.array([i])))

    def keypoints_3d_at(self, frames: np.ndarray) -> np.ndarray:
        """3D keypoints of single frames of any rows; the views of a clip have the same.

        Args:
            frames: Where they are, as :meth:`frames_of` says, of any shape (...).

        Returns:
            float32 (..., K, 3) in cm of the shooting station's coordinates; NaN where not known.
        """
        store = self._store
        rows = np.searchsorted(store.frame_offsets, frames, 'right') - 1
        wanted = frame_key(store.first_rows[rows], store.frame_numbers[frames])
        found = np.searchsorted(store.sorted_3d, wanted)
        known = found < len(store.sorted_3d)
        known[known] = store.sorted_3d[found[known]] == wanted[known]
        keypoints = np.full((*wanted.shape, NUM_KEYPOINTS, 3), np.nan, np.float32)
        if known.any():
            mm = store.keypoints_3d[found[known]]
            keypoints[known] = np.where(mm == UNKNOWN_MM, np.nan, mm / np.float32(10))
        return keypoints

    def gt_conditions(self, i: int) -> np.ndarray:
        """int8 (C,) in catalogue order: 1 holds, 0 broken, -1 not given."""
        row = self._rows[i]
        start, stop = self._store.condition_offsets[row:row + 2]
        return self._store.gt_conditions[start:stop].copy()

    def image_path(self, i: int, frame_number: int) -> Path:
        """Path of an image; it may be in an archive, see
        :mod:`fitness_mm.aihub.disk.image_files`."""
        from fitness_mm.aihub.disk.image_files import image_files  # OpenCV, to look at labels?
        return image_files(self.sources).path(self.image_name(i, frame_number))

    def image_name(self, i: int, frame_number: int) -> str:
        """Name of an image, as in the study's tree: ``training/img/Day01_200921_F/3/A/...``."""
        folder, prefix = self._text('image_dir', i), self._text('image_prefix', i)
        return f'{folder}/{prefix}-{frame_number:07d}.jpg'

    def clip_path(self, i: int) -> Path | None:
        """Path of the clip file, or None if none was made."""
        relative = self._text('clip_file', i)
        return self.root / relative if relative else None

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
        exercises = np.count_nonzero(np.unique(self.exercise) < len(EXERCISES))
        return (f'{clips} clips, {len(self)} clip-views, {int(self.num_frames.sum())} labelled '
                f'frames, {exercises} of {len(EXERCISES)} exercises, {performers} performers')

    def __deepcopy__(self, memo: dict) -> FitnessIndex:
        return FitnessIndex(self._store, self._rows)

    def __reduce__(self):
        return _read_again, (self.root, len(self._store.numbers['type']), self._rows)

    def _frames(self, i: int) -> slice:
        row = self._rows[i]
        return slice(*self._store.frame_offsets[row:row + 2])

    def _text(self, name: str, i: int) -> str:
        codes, vocabulary = self._store.texts[name]
        return vocabulary[codes[self._rows[i]]].as_py()


def _items(offsets: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each item of some rows, the position of its row among them and of itself among all."""
    counts = offsets[rows + 1] - offsets[rows]
    position = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return position, offsets[rows][position] + within


def recorded_sources(folder: str | Path) -> Sources | None:
    """What the index in a folder, of whatever version, was made from; None if there is none that
    says."""
    try:
        with reading_parquet(Path(folder) / INDEX_FILE) as file:
            return sources_in(file.schema_arrow, Path(folder))
    except DAMAGED:
        return None


def _read_again(root: Path, num_rows: int, rows: np.ndarray) -> FitnessIndex:
    index = FitnessIndex.read(root)
    if len(index) != num_rows:
        raise IndexFileError(f'{root / INDEX_FILE} was made again while it was in use; start over')
    return index.select(rows)
