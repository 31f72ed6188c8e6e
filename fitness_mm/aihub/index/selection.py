"""Which clip-views a data set of a run consists of: exercises, views and a part of a split."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fitness_mm.aihub.catalog import (
    EXERCISES,
    OTHER_MOVEMENT,
    STUDY_EXERCISES,
    Exercise,
    exercise_by_name,
)
from fitness_mm.errors import ArgumentError

from .index import FitnessIndex
from .splits import split_rows

SUBSETS = ('train', 'val', 'all')


def select_exercises(exercises: str | Sequence[str]) -> tuple[Exercise, ...]:
    """The exercises that a config names, in the order of their class labels.

    Args:
        exercises: English or Korean names, in a list or with commas between them; ``study`` stands
            for the original study's twelve, ``all`` for the catalogue's 41. With ``other movement``
            among them, that is the class of all that is not named.

    Raises:
        ArgumentError: If it is another word, empty, or names an exercise twice or one that the
            catalogue does not have.
    """
    if isinstance(exercises, str):
        exercises = [name for name in exercises.split(',') if name.strip()]
    sets = {'study': STUDY_EXERCISES, 'all': EXERCISES}
    selected = tuple(exercise for name in exercises
                     for exercise in sets.get(name.strip()) or [exercise_by_name(name)])
    if not selected or len(set(selected)) < len(selected):
        raise ArgumentError(f'exercises has to name at least one exercise, each once, but got '
                            f'{list(exercises)}')
    return selected


def select_rows(index: FitnessIndex, exercises: Sequence[Exercise], views: Sequence[str],
                subset: str, split: str, fold: int, num_folds: int) -> np.ndarray:
    """Row numbers of one subset of a split, filtered by exercise and view, ascending.

    The whole index is split before it is filtered, so that folds mean the same people everywhere.

    Args:
        index: The index of the whole data root.
        exercises: Exercises to keep; all if other movements are among them.
        views: Cameras to keep, of A to E.
        subset: ``train``, the held-out ``val``, or ``all``.
        split: A method of :func:`~fitness_mm.aihub.index.splits.split_rows`.
        fold: Which fold is held out.
        num_folds: Number of folds.

    Raises:
        ArgumentError: If the index cannot be split like that.
    """
    if subset == 'all':
        rows = np.arange(len(index))
    else:
        rows = split_rows(index, split, fold, num_folds)[subset == 'val']
    part = index.select(rows)
    wanted = np.isin(part.view, views)
    if OTHER_MOVEMENT not in exercises:
        wanted &= np.isin(part.exercise, [e.index for e in exercises])
    return np.sort(rows[wanted])
