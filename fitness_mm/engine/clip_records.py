"""What a network says about clip-views, one row each, as a file between training and analysis."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from fitness_mm.errors import FitnessError
from fitness_mm.files import replacing


class ClipRecordError(FitnessError):
    """A file of records that cannot be used; the message says what to do."""


@dataclass(frozen=True, eq=False)
class ClipRecords:
    """One row per clip-view: class scores or a feature, and where they belong.

    Attributes:
        values: float32 (N, D): scores of D classes, or features.
        label: True class, int (N,).
        clip: Clip name, the same for the views of one clip, (N,); '' if unknown.
        view: Camera letter, (N,); '' if unknown.
        performer: Performer number, int (N,); -1 if unknown.
        classes: Class names.
        key: Names what the values were computed from; equal keys, equal values.
    """

    values: np.ndarray
    label: np.ndarray
    clip: np.ndarray
    view: np.ndarray
    performer: np.ndarray
    classes: tuple[str, ...]
    key: str = ''

    def __post_init__(self) -> None:
        lengths = {len(getattr(self, name)) for name in _ROW_COLUMNS}
        if len(lengths) != 1 or self.values.ndim != 2:
            raise ClipRecordError(f'records need columns of one length and values of shape (N, D), '
                                  f'but got lengths {sorted(lengths)} and {self.values.shape}')

    def __len__(self) -> int:
        return len(self.label)

    @property
    def predicted(self) -> np.ndarray:
        """Class with the highest score, (N,)."""
        return self.values.argmax(1)

    def select(self, rows: np.ndarray) -> ClipRecords:
        """The rows of a mask, bool (N,), or of row numbers, in that order."""
        return replace(self, **{name: getattr(self, name)[rows] for name in _ROW_COLUMNS})

    def write(self, path: str | Path) -> Path:
        """Writes the records, whole or not at all."""
        columns = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        with replacing(path) as unfinished:
            np.savez_compressed(unfinished, **columns)
        return Path(path)

    @classmethod
    def read(cls, path: str | Path) -> ClipRecords:
        """Reads what :meth:`write` wrote. No pickle is ever loaded.

        Raises:
            FileNotFoundError: If there is no such file.
            ClipRecordError: If it is damaged or something else.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                columns = {field.name: file[field.name] for field in fields(cls)}
            return cls(**{**columns, 'classes': tuple(columns['classes'].tolist()),
                          'key': str(columns['key'])})
        except FileNotFoundError:
            raise
        # np.load of a lone array is no context manager, hence the TypeError
        except (ClipRecordError, KeyError, TypeError, ValueError, OSError, EOFError,
                zipfile.BadZipFile) as error:
            raise ClipRecordError(f'{path} is damaged or not a file of clip records ({error}); '
                                  'delete it and make it again') from error


_ROW_COLUMNS = ('values', 'label', 'clip', 'view', 'performer')


def concatenate(parts: Sequence[ClipRecords]) -> ClipRecords:
    """The rows of all parts, which share their classes; the key is the first one's.

    Raises:
        ClipRecordError: If the classes differ, or a clip-view is there twice.
    """
    if len({part.classes for part in parts}) != 1:
        raise ClipRecordError('their classes differ')
    joined = replace(parts[0], **{
        name: np.concatenate([getattr(part, name) for part in parts]) for name in _ROW_COLUMNS})
    known = joined.clip != ''
    clip_views = np.char.add(np.char.add(joined.clip, '_'), joined.view)[known]
    if len(parts) > 1 and len(np.unique(clip_views)) < len(clip_views):
        raise ClipRecordError('a clip-view is in two of them')
    return joined
