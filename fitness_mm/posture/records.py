"""What a posture network says about clip-views, as a file between testing and analysis."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from fitness_mm.errors import FitnessError
from fitness_mm.files import replacing


class PostureRecordError(FitnessError):
    """Records of posture judgement that cannot be used; the message says what to do."""


@dataclass(frozen=True, eq=False)
class PostureRecords:
    """One row per clip-view, or per clip once its views are fused; N rows, C exercises and the P
    conditions of all of them, one exercise after the other.

    Attributes:
        exercise_logits: float32 (N, C), uncalibrated.
        condition_logits: float32 (N, P), uncalibrated logits that the condition is kept.
        label: True exercise, int (N,).
        truth: int8 (N, P): 1 kept, 0 broken, -1 not to be judged in this row, as all conditions of
            other exercises.
        clip: Clip name, the same for the views of one clip, (N,); '' if unknown.
        view: Camera letter, (N,); '' if unknown.
        performer: Performer number, int (N,); -1 if unknown.
        classes: English names of the exercises.
        conditions: Korean names of every exercise's conditions.
    """

    exercise_logits: np.ndarray
    condition_logits: np.ndarray
    label: np.ndarray
    truth: np.ndarray
    clip: np.ndarray
    view: np.ndarray
    performer: np.ndarray
    classes: tuple[str, ...]
    conditions: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        n, p = len(self.label), sum(map(len, self.conditions))
        expected = {'exercise_logits': (n, len(self.classes)), 'condition_logits': (n, p),
                    'truth': (n, p), 'label': (n, ), 'clip': (n, ), 'view': (n, ),
                    'performer': (n, )}
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise PostureRecordError(f'{name} has the shape {getattr(self, name).shape}, '
                                         f'expected {shape}')
        if len(self.conditions) != len(self.classes):
            raise PostureRecordError(f'there are conditions of {len(self.conditions)} exercises '
                                     f'and names of {len(self.classes)}')
        if not n:
            raise PostureRecordError('there are no rows')
        if not ((self.label >= 0) & (self.label < len(self.classes))).all():
            raise PostureRecordError(f'a label is none of the {len(self.classes)} exercises')
        if not np.isin(self.truth, (-1, 0, 1)).all():
            raise PostureRecordError('truth holds other values than -1, 0 and 1')
        if (self.truth[self.exercise_of_condition != self.label[:, None]] >= 0).any():
            raise PostureRecordError("a row has the truth of another exercise's condition")
        for name in ('exercise_logits', 'condition_logits'):
            if not np.isfinite(getattr(self, name)).all():
                raise PostureRecordError(f'{name} holds values that are not finite numbers; the '
                                         'training has diverged')

    def __len__(self) -> int:
        return len(self.label)

    @property
    def predicted(self) -> np.ndarray:
        """Exercise with the highest logit, (N,)."""
        return self.exercise_logits.argmax(1)

    @property
    def exercise_of_condition(self) -> np.ndarray:
        """Class of every condition, (P,)."""
        return np.repeat(np.arange(len(self.conditions)), [len(c) for c in self.conditions])

    def select(self, rows: np.ndarray) -> PostureRecords:
        """The rows of a mask, bool (N,), or of row numbers, in that order."""
        return replace(self, **{name: getattr(self, name)[rows] for name in _ROW_COLUMNS})

    def fused_views(self) -> PostureRecords | None:
        """One row a clip: the mean of its views' logits. None where clips have no names."""
        if (self.clip == '').any():
            return None
        _, first, clip_of = np.unique(self.clip, return_index=True, return_inverse=True)
        counts = np.bincount(clip_of)[:, None]

        def mean(logits: np.ndarray) -> np.ndarray:
            sums = np.zeros((len(first), logits.shape[1]))
            np.add.at(sums, clip_of, logits)
            return (sums / counts).astype(np.float32)

        return replace(self.select(first), exercise_logits=mean(self.exercise_logits),
                       condition_logits=mean(self.condition_logits),
                       view=np.full(len(first), ''))

    def write(self, path: str | Path) -> Path:
        """Writes the records, whole or not at all."""
        columns = {name: getattr(self, name) for name in _ROW_COLUMNS}
        with replacing(path) as unfinished:
            np.savez_compressed(
                unfinished, **columns, classes=np.array(self.classes),
                conditions=np.array([name for names in self.conditions for name in names]),
                condition_counts=np.array([len(names) for names in self.conditions]))
        return Path(path)

    @classmethod
    def read(cls, path: str | Path) -> PostureRecords:
        """Reads what :meth:`write` wrote. No pickle is ever loaded.

        Raises:
            FileNotFoundError: If there is no such file.
            PostureRecordError: If it is damaged or something else.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                columns = {name: file[name] for name in _ROW_COLUMNS}
                names, counts = file['conditions'].tolist(), file['condition_counts'].tolist()
                classes = tuple(file['classes'].tolist())
            if sum(counts) != len(names) or min(counts, default=0) < 0:
                raise PostureRecordError('names and numbers of conditions differ')
            ends = np.cumsum(counts).tolist()
            conditions = tuple(tuple(names[end - count:end])
                               for end, count in zip(ends, counts, strict=True))
            return cls(**columns, classes=classes, conditions=conditions)
        except FileNotFoundError:
            raise
        # np.load of a lone array is no context manager, hence the TypeError; AttributeError,
        # IndexError: arrays of another kind
        except (PostureRecordError, KeyError, TypeError, ValueError, AttributeError, IndexError,
                OSError, EOFError, zipfile.BadZipFile) as error:
            raise PostureRecordError(
                f'{path} is damaged or no file of posture records ({error}); test the model again '
                'with FitnessPostureMetric') from error


_ROW_COLUMNS = tuple(field.name for field in fields(PostureRecords)
                     if field.name not in ('classes', 'conditions'))


def pooled(parts: Sequence[PostureRecords]) -> PostureRecords:
    """The rows of all parts, such as the held-out parts of several folds.

    Raises:
        PostureRecordError: If they are of other exercises, or a clip-view is there twice.
    """
    if len({(part.classes, part.conditions) for part in parts}) != 1:
        raise PostureRecordError('their exercises or conditions differ')
    joined = replace(parts[0], **{
        name: np.concatenate([getattr(part, name) for part in parts]) for name in _ROW_COLUMNS})
    known = joined.clip != ''
    clip_views = np.char.add(np.char.add(joined.clip, '_'), joined.view)[known]
    if len(parts) > 1 and len(np.unique(clip_views)) < len(clip_views):
        raise PostureRecordError('a clip-view is in two of them')
    return joined
