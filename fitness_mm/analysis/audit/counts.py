"""How much there is of everything: clips, clip-views, frames and people by any column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.catalog import MOVEMENTS, Exercise, exercise_of_type
from fitness_mm.aihub.conditions import Condition, conditions_of
from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.aihub.index import FitnessIndex

from .blocks import view_positions

_BLOCK_ROWS = 4096


def exercise_names(exercise: Exercise) -> str:
    """In both languages."""
    return f'{exercise.name} ({exercise.name_ko})'


def condition_names(condition: Condition) -> str:
    """In both languages."""
    return f'{condition.name_en} ({condition.name_ko})'


@dataclass(frozen=True)
class Amount:
    """How much a group holds.

    Attributes:
        name: The group.
        clips: Clips.
        clip_views: Clip-views.
        frames: Labelled frames.
        performers: People.
    """

    name: str
    clips: int
    clip_views: int
    frames: int
    performers: int


@dataclass(frozen=True)
class ConditionCount:
    """In how many clips of an exercise a condition holds and in how many it is broken.

    Attributes:
        exercise: The exercise.
        condition: The condition.
        holds: Clips in which it holds.
        broken: Clips in which it is broken.
        unknown: Clips whose label does not say, or says something contradictory.
    """

    exercise: Exercise
    condition: Condition
    holds: int
    broken: int
    unknown: int


def amounts(index: FitnessIndex) -> dict[str, list[Amount]]:
    """How much there is per exercise, day, view, performer and type, each in its own order."""
    def exercise(row: FitnessIndex) -> str:
        return exercise_names(MOVEMENTS[int(row.exercise[0])])

    def type_name(row: FitnessIndex) -> str:
        return f'{row.type[0]:03d} {exercise_of_type(int(row.type[0])).name}'

    days = index.codes('day').astype(np.int64)
    splits = index.codes('split').astype(np.int64)
    groups = {
        'exercise': _by(index, index.exercise, exercise),
        'day': _by(index, splits * (days.max(initial=0) + 1) + days,
                   lambda row: f"{row.split[0]}/{row.column('day')[0]}"),
        'view': _by(index, index.codes('view'), lambda row: str(row.view[0])),
        'performer': _by(index, index.performer, lambda row: f'Z{row.performer[0]}'),
        'type': _by(index, index.type, type_name),
    }
    for what in ('day', 'view'):  # codes are in no order
        groups[what].sort(key=lambda group: group.name)
    return groups


def _by(index: FitnessIndex, keys: np.ndarray,
        name: Callable[[FitnessIndex], str]) -> list[Amount]:
    """Amounts of rows with equal keys; ``name`` is given one of the rows."""
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    size = len(first)
    frames = np.bincount(group, index.num_frames, size).astype(int).tolist()
    views = np.bincount(group, minlength=size).tolist()
    clips = _distinct(group, index.codes('clip'), size)
    people = _distinct(group, index.performer, size)
    return [Amount(name(index.select(first[g:g + 1])), clips[g], views[g], frames[g], people[g])
            for g in range(size)]


def _distinct(group: np.ndarray, values: np.ndarray, size: int) -> list[int]:
    """Number of different values, none negative, in each group."""
    width = int(values.max(initial=0)) + 1
    pairs = np.unique(group.astype(np.int64) * width + values)
    return np.bincount(pairs // width, minlength=size).tolist()


def visible_shares(index: FitnessIndex) -> np.ndarray:
    """Share of labelled frames in which a keypoint is visible, (K, V); NaN for a view without any.

    Visible means: in the label and inside the image.
    """
    view = view_positions(index)
    total = np.zeros(len(VIEWS))
    seen = 0
    for start in range(0, len(index), _BLOCK_ROWS):
        rows = np.arange(start, min(start + _BLOCK_ROWS, len(index)))
        position, _, _, visible = index.labels_of(rows)
        frame_view = view[rows][position]
        total += np.bincount(frame_view, minlength=len(VIEWS))
        seen += np.stack([visible[frame_view == v].sum(axis=0) for v in range(len(VIEWS))], 1)
    return np.where(total > 0, seen / np.maximum(total, 1), np.nan)


def histogram(values: np.ndarray) -> dict[int, int]:
    """Each value to how often it is there, in order."""
    numbers, counts = np.unique(values, return_counts=True)
    return dict(zip(numbers.tolist(), counts.tolist(), strict=True))


def incomplete_rows(index: FitnessIndex) -> np.ndarray:
    """Rows with fewer images than another view of the same clip, which was shot at the same time.

    By the listings of the day the index was made; nothing on the disk is looked at.
    """
    _, clip = np.unique(index.codes('clip'), return_inverse=True)
    images = index.column('num_images')
    most = np.zeros(clip.max(initial=-1) + 1, images.dtype)
    np.maximum.at(most, clip, images)
    return np.flatnonzero(images < most[clip])


def condition_counts(index: FitnessIndex) -> list[ConditionCount]:
    """Every condition of every exercise in the index, counted over clips.

    Clips whose conditions are quarantined count as unknown.
    """
    _, first = np.unique(index.codes('clip'), return_index=True)
    exercise, usable = index.exercise, index.gt_conditions_usable
    counts = {e: np.zeros((len(MOVEMENTS[e].conditions), 3), int)
              for e in np.unique(exercise).tolist()}
    for row in first.tolist():
        table = counts[int(exercise[row])]
        values = index.gt_conditions(row) if usable[row] else np.full(len(table), -1)
        table[np.arange(len(table)), values] += 1  # 0 broken, 1 holds, -1 unknown
    return [ConditionCount(MOVEMENTS[e], condition, int(holds), int(broken), int(unknown))
            for e, table in counts.items()
            for condition, (broken, holds, unknown) in zip(conditions_of([MOVEMENTS[e]]), table,
                                                           strict=True)]
