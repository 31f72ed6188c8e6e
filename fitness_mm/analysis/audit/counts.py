"""How much there is of everything: clips, clip-views, frames and people by any column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.catalog import EXERCISES, Exercise, exercise_of_type
from fitness_mm.aihub.index import FitnessIndex

_BLOCK_ROWS = 4096


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
        condition: Korean name.
        holds: Clips in which it holds.
        broken: Clips in which it is broken.
        unknown: Clips whose label does not say, or says something contradictory.
    """

    exercise: Exercise
    condition: str
    holds: int
    broken: int
    unknown: int


def amounts(index: FitnessIndex) -> dict[str, list[Amount]]:
    """How much there is per exercise, day, view, performer and type, each in its own order."""
    exercises = index.exercise
    names = np.array([f'{e.name} ({e.name_ko})' for e in EXERCISES])
    types = index.type
    type_names = {t: f'{t:03d} {exercise_of_type(t).name}' for t in np.unique(types).tolist()}
    return {
        'exercise': _by(index, exercises, lambda e: str(names[e])),
        'day': _by(index, np.char.add(np.char.add(index.split, '/'), index.column('day')), str),
        'view': _by(index, index.view, str),
        'performer': _by(index, index.performer, lambda p: f'Z{p}'),
        'type': _by(index, types, lambda t: type_names[t]),
    }


def _by(index: FitnessIndex, keys: np.ndarray, name) -> list[Amount]:
    groups, group = np.unique(keys, return_inverse=True)
    size = len(groups)
    frames = np.bincount(group, index.num_frames, size).astype(int)
    views = np.bincount(group, minlength=size)
    clips = _distinct(group, index.codes('clip'), size)
    people = _distinct(group, index.performer, size)
    return [Amount(name(key), int(clips[g]), int(views[g]), int(frames[g]), int(people[g]))
            for g, key in enumerate(groups.tolist())]


def _distinct(group: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """Number of different values in each group, (size,)."""
    pairs = np.unique(np.stack([group, values.astype(np.int64)]), axis=1)
    return np.bincount(pairs[0], minlength=size)


def visible_shares(index: FitnessIndex, views: tuple[str, ...]) -> np.ndarray:
    """Share of labelled frames in which a keypoint is visible, (K, V); NaN for a view without any.

    Visible means: in the label and inside the image.
    """
    view = np.searchsorted(views, index.view)
    total = np.zeros(len(views))
    seen = 0
    for start in range(0, len(index), _BLOCK_ROWS):
        rows = np.arange(start, min(start + _BLOCK_ROWS, len(index)))
        position, _, _, visible = index.labels_of(rows)
        frame_view = view[rows][position]
        total += np.bincount(frame_view, minlength=len(views))
        seen += np.stack([visible[frame_view == v].sum(axis=0) for v in range(len(views))], 1)
    return np.where(total > 0, seen / np.maximum(total, 1), np.nan)


def frames_per_clip_view(index: FitnessIndex) -> dict[int, int]:
    """Number of labelled frames to the number of clip-views that have so many."""
    return _histogram(index.num_frames)


def images_per_clip_view(index: FitnessIndex) -> dict[int, int]:
    """Number of images to the number of clip-views that have so many."""
    return _histogram(index.column('num_images'))


def _histogram(values: np.ndarray) -> dict[int, int]:
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
    exercise, usable = index.exercise, index.conditions_usable
    counts = {e: np.zeros((len(EXERCISES[e].conditions), 3), int)
              for e in np.unique(exercise).tolist()}
    for row in first.tolist():
        table = counts[int(exercise[row])]
        values = index.conditions(row) if usable[row] else np.full(len(table), -1)
        table[np.arange(len(table)), values] += 1  # 0 broken, 1 holds, -1 unknown
    return [ConditionCount(EXERCISES[e], name, int(holds), int(broken), int(unknown))
            for e, table in counts.items()
            for name, (broken, holds, unknown) in zip(EXERCISES[e].conditions, table, strict=True)]
