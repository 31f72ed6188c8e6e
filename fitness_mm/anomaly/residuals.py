"""What networks said about frames they had not seen, next to what the labels say."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from fitness_mm.errors import FitnessError
from fitness_mm.files import replacing

# name -> shape after N, kind of numpy type
_COLUMNS = {
    'labels': (('K', 2), 'f'), 'predictions': (('K', 2), 'f'),
    'visible': (('K', ), 'b'), 'scores': (('K', ), 'f'),
    'torso': ((), 'f'), 'box': ((4, ), 'f'),
    'input_scale': ((2, ), 'f'), 'input_size': ((2, ), 'f'),
    'clip_view': ((), 'U'), 'frame_number': ((), 'i'), 'view': ((), 'U'),
    'performer': ((), 'i'), 'exercise': ((), 'U'), 'day': ((), 'U'),
}
_TYPES = {'f': np.float32, 'b': np.bool_, 'i': np.int64, 'U': np.str_}


class RecordError(FitnessError, ValueError):
    """A record of residuals, or a set of them, that cannot be used; one sentence for the user."""


@dataclass(frozen=True, eq=False)
class Residuals:
    """Labels and held-out predictions of N frames with K keypoints, in pixels of the original
    image unless stated otherwise.

    Attributes:
        labels: float32 (N, K, 2).
        predictions: float32 (N, K, 2).
        visible: bool (N, K): in the label and inside the image.
        scores: float32 (N, K): the network's own confidence.
        torso: float32 (N,): from mid-shoulder to mid-hip; NaN where no label shows all four.
        box: float32 (N, 4): x1, y1, x2, y2 around the label.
        input_scale: float32 (N, 2): pixels of the network's input per pixel of the image, x and y.
        input_size: float32 (N, 2): width and height of the network's input in its pixels.
        clip_view: str (N,): as :meth:`~fitness_mm.aihub.index.index.FitnessIndex.clip_view_id` has
        it. frame_number: int64 (N,): image numbers.
        view: str (N,): camera letters.
        performer: int64 (N,).
        exercise: str (N,): English names.
        day: str (N,): shooting days.
    """

    labels: np.ndarray
    predictions: np.ndarray
    visible: np.ndarray
    scores: np.ndarray
    torso: np.ndarray
    box: np.ndarray
    input_scale: np.ndarray
    input_size: np.ndarray
    clip_view: np.ndarray
    frame_number: np.ndarray
    view: np.ndarray
    performer: np.ndarray
    exercise: np.ndarray
    day: np.ndarray

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping]) -> Residuals:
        """Stacks one mapping a frame, with the attributes' names as keys.

        Raises:
            RecordError: If there is no frame, or a prediction is not finite.
        """
        if not rows:
            raise RecordError('there are no held-out frames to compare with their labels')
        return cls.from_columns({name: np.array([row[name] for row in rows]) for name in _COLUMNS})

    @classmethod
    def from_columns(cls, columns: Mapping[str, np.ndarray]) -> Residuals:
        """Checks and converts arrays by name.

        Raises:
            RecordError: If one is missing, of another shape or type, or not finite.
        """
        missing = [name for name in _COLUMNS if name not in columns]
        if missing:
            raise RecordError(f'lacks {", ".join(missing)}')
        sizes = {'K': np.shape(columns['labels'])[1] if np.ndim(columns['labels']) == 3 else -1}
        checked = {}
        for name, (shape, kind) in _COLUMNS.items():
            array = np.asarray(columns[name])
            expected = (len(columns['clip_view']), *(sizes.get(s, s) for s in shape))
            if array.shape != expected or not _fits(array, kind):
                raise RecordError(f'{name} is {array.dtype} {array.shape}, expected '
                                  f'{np.dtype(_TYPES[kind]).name} {expected}')
            if kind == 'f' and name != 'torso' and not np.isfinite(array).all():
                raise RecordError(f'{name} has numbers that are not finite; was the network '
                                  'trained to NaN?')
            checked[name] = array.astype(_TYPES[kind], copy=False)
        return cls(**checked)

    def __len__(self) -> int:
        return len(self.clip_view)

    def columns(self) -> dict[str, np.ndarray]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def select(self, rows: np.ndarray) -> Residuals:
        """The frames of a mask or of row numbers, in that order."""
        return Residuals(**{name: column[rows] for name, column in self.columns().items()})

    def in_order(self) -> Residuals:
        """Sorted by clip-view and frame, each frame once.

        Samplers that deal frames out to several processes repeat some, so that every process has
        equally many; the network says the same about each copy.
        """
        order = np.lexsort((self.frame_number, self.clip_view))
        clip_view, frame_number = self.clip_view[order], self.frame_number[order]
        new = np.ones(len(order), bool)
        new[1:] = (clip_view[1:] != clip_view[:-1]) | (frame_number[1:] != frame_number[:-1])
        return self.select(order[new])


def concatenate(parts: Sequence[Residuals]) -> Residuals:
    """One after the other."""
    columns = [part.columns() for part in parts]
    return Residuals(**{name: np.concatenate([c[name] for c in columns]) for name in _COLUMNS})


def write_record(residuals: Residuals, path: str | Path) -> Path:
    """Writes residuals as an ``.npz`` file; it appears whole or not at all."""
    path = Path(path)
    with replacing(path) as temporary, temporary.open('wb') as file:
        np.savez_compressed(file, **residuals.columns())
    return path


def read_record(path: str | Path) -> Residuals:
    """Reads what :func:`write_record` wrote. No pickle is ever loaded.

    Raises:
        RecordError: If the file is missing, damaged or something else.
    """
    try:
        loaded = np.load(path, allow_pickle=False)
        if not isinstance(loaded, np.lib.npyio.NpzFile):
            raise RecordError('is a single array')
        with loaded as file:
            return Residuals.from_columns({name: file[name] for name in file.files})
    except FileNotFoundError:
        raise RecordError(f'there is no record of residuals at {path}; AnomalyFilterHook leaves '
                          'them in <work dir>/anomalies/') from None
    except (RecordError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise RecordError(f'{path} is damaged or not a record of residuals ({error}); make it '
                          'again with tools/test.py and AnomalyFilterHook') from error


def merge_records(paths: Sequence[str | Path]) -> Residuals:
    """Joins the records of several folds, sorted by clip-view and frame.

    Raises:
        RecordError: If a file cannot be read, or two of them hold the same frame.
    """
    if not paths:
        raise RecordError('there are no records of residuals to merge')
    parts = [read_record(path) for path in paths]
    merged = concatenate(parts)
    source = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = np.lexsort((merged.frame_number, merged.clip_view))
    merged, source = merged.select(order), source[order]
    same = (merged.clip_view[1:] == merged.clip_view[:-1]) & (
        merged.frame_number[1:] == merged.frame_number[:-1])
    if same.any():
        at = int(np.flatnonzero(same)[0])
        raise RecordError(
            f'{paths[source[at]]} and {paths[source[at + 1]]} both hold frame '
            f'{merged.frame_number[at]} of {merged.clip_view[at]}; records of one split of the '
            'data into folds do not overlap')
    return merged


def _fits(array: np.ndarray, kind: str) -> bool:
    """Whether an array can become a column without losing anything that matters."""
    return array.dtype.kind in {'f': 'fiu', 'b': 'b', 'i': 'iu', 'U': 'U'}[kind]
