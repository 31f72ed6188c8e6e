"""Which rows train and which validate."""

from __future__ import annotations

import numpy as np

from fitness_mm.errors import ArgumentError

from .index import FitnessIndex

METHODS = ('performer', 'official', 'modulo')


def split_rows(index: FitnessIndex, method: str = 'performer', fold: int = 0,
               num_folds: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers for training and for validation, each ascending.

    Args:
        index: The index.
        method: ``performer``: nobody is in both parts. ``official``: the data set's own folders.
            ``modulo``: every ``num_folds``-th clip validates, as in the original study; people
            are then in both parts, so use it only to reproduce its numbers.
        fold: Which fold validates; not used by ``official``.
        num_folds: Number of folds; not used by ``official``.

    Raises:
        ArgumentError: If the index cannot be split like that.
    """
    if method not in METHODS:
        raise ArgumentError(f'split method {method!r} is unknown; expected one of '
                            f'{", ".join(METHODS)}')
    if method == 'official':
        held_out = index.split == 'validation'
        if held_out.all() or not held_out.any():
            raise ArgumentError("the 'official' split needs clips in both training/ and "
                                f'validation/; the index has {held_out.sum()} of {len(index)} '
                                "clip-views in validation/; use 'performer'")
    else:
        if not 0 <= fold < num_folds:
            raise ArgumentError(f'fold is {fold}, expected 0 to {num_folds - 1}')
        folds = (performer_folds(index.performer, index.exercise, num_folds)
                 if method == 'performer' else clip_folds(index.clip, num_folds))
        held_out = folds == fold
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def performer_folds(performer: np.ndarray, exercise: np.ndarray, num_folds: int) -> np.ndarray:
    """A fold for every row such that no performer is in two folds.

    Greedy: from the performer with most rows to the one with fewest, each goes to the fold where
    its exercises are scarcest. The fold of a performer does not depend on the order of the rows.

    Args:
        performer: Performer number of each row, (N,).
        exercise: Exercise number of each row, (N,).
        num_folds: Number of folds.

    Returns:
        Fold numbers, int64 (N,).

    Raises:
        ArgumentError: If there are fewer performers than folds.
    """
    people, person = np.unique(performer, return_inverse=True)
    _, column = np.unique(exercise, return_inverse=True)
    _check_folds(len(people), num_folds, 'performers')
    counts = np.zeros((len(people), column.max() + 1))
    np.add.at(counts, (person, column), 1)
    share = counts / counts.sum(axis=0)  # of each exercise's rows

    fold_of = np.empty(len(people), np.int64)
    load = np.zeros((num_folds, share.shape[1]))
    rows = np.zeros(num_folds)
    for p in np.lexsort((people, -counts.sum(axis=1))):
        # what the sum of squared loads grows by; ties go to the fold with fewest rows, so that
        # no fold stays empty
        growth = ((load + share[p]) ** 2 - load ** 2).sum(axis=1).round(12)
        best = np.lexsort((np.arange(num_folds), rows, growth))[0]
        fold_of[p] = best
        load[best] += share[p]
        rows[best] += counts[p].sum()
    return fold_of[person]


def clip_folds(clip: np.ndarray, num_folds: int) -> np.ndarray:
    """Position of each row's clip among the sorted clips, modulo the number of folds, (N,).

    Raises:
        ArgumentError: If there are fewer clips than folds.
    """
    clips, position = np.unique(clip, return_inverse=True)
    _check_folds(len(clips), num_folds, 'clips')
    return position % num_folds


def _check_folds(count: int, num_folds: int, what: str) -> None:
    if num_folds < 2:
        raise ArgumentError(f'the number of folds is {num_folds}, expected at least 2')
    if count < num_folds:
        raise ArgumentError(f'{num_folds} folds need at least as many {what}, the index has '
                            f'{count}; use fewer folds')
