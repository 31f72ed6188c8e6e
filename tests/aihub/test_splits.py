"""Folds: nobody in two, independent of order, balanced."""

import numpy as np
import pytest

from fitness_mm.aihub.index.splits import clip_folds, performer_folds, split_rows


class FakeIndex:
    """The columns that splitting looks at."""

    def __init__(self, split, performer, exercise, clip):
        self.split, self.performer = np.array(split), np.array(performer)
        self.exercise, self.clip = np.array(exercise), np.array(clip)

    def __len__(self):
        return len(self.split)


def crowd(seed=0, people=112, exercises=41):
    """Performers who did different exercises, five rows a clip, in random order."""
    rng = np.random.default_rng(seed)
    person, exercise = [], []
    for p in range(people):
        for e in rng.choice(exercises, rng.integers(3, exercises), replace=False):
            person += [p + 1] * 5
            exercise += [e] * 5
    order = rng.permutation(len(person))
    return np.array(person)[order], np.array(exercise)[order]


def test_small_case_by_hand():
    # exercise 0: persons 7 (4 rows), 8 (2), 9 (2); exercise 1: persons 9 (2), 10 (2)
    performer = np.array([7, 7, 7, 7, 8, 8, 9, 9, 9, 9, 10, 10])
    exercise = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    # 7 and 9 have four rows each: 7 to fold 0, 9 to the empty fold 1. Then 8 (exercise 0):
    # shares are 4/8 in fold 0 and 2/8 in fold 1, so fold 1; 10 (exercise 1): fold 0.
    folds = performer_folds(performer, exercise, 2)
    assert folds.tolist() == [0] * 4 + [1] * 2 + [1] * 4 + [0] * 2


@pytest.mark.parametrize('seed', range(5))
def test_performer_folds_properties(seed):
    performer, exercise = crowd(seed)
    folds = performer_folds(performer, exercise, 5)
    assert all(len(set(folds[performer == p])) == 1 for p in np.unique(performer))
    sizes = np.bincount(folds, minlength=5)
    assert sizes.max() / sizes.min() < 1.1
    for e in np.unique(exercise):
        share = np.bincount(folds[exercise == e], minlength=5) / (exercise == e).sum()
        assert share.min() > 0.12 and share.max() < 0.3


def test_performer_folds_do_not_depend_on_row_order_or_repetition_of_views():
    performer, exercise = crowd()
    order = np.random.default_rng(9).permutation(len(performer))
    folds = performer_folds(performer, exercise, 5)
    np.testing.assert_array_equal(performer_folds(performer[order], exercise[order], 5),
                                  folds[order])


def test_as_many_folds_as_performers_gives_one_each():
    performer = np.array([4, 4, 4, 5, 6])
    assert sorted(performer_folds(performer, np.zeros(5, int), 3)[[0, 3, 4]]) == [0, 1, 2]


@pytest.mark.parametrize('num_folds, message', [
    (4, '4 folds need at least as many performers, the index has 3'), (1, 'at least 2')])
def test_impossible_folds(num_folds, message):
    with pytest.raises(ValueError, match=message):
        performer_folds(np.array([4, 5, 6]), np.zeros(3, int), num_folds)


def test_clip_folds_keep_views_together():
    clip = np.array(['c', 'a', 'b', 'a', 'c', 'd'])
    assert clip_folds(clip, 3).tolist() == [2, 0, 1, 0, 2, 0]
    with pytest.raises(ValueError, match='at least as many clips, the index has 4'):
        clip_folds(clip, 5)


def small_index():
    return FakeIndex(['training'] * 6 + ['validation'] * 2, [1, 1, 2, 2, 3, 3, 1, 4],
                     [0] * 8, ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'e'])


@pytest.mark.parametrize('method, fold, held_out', [
    ('official', 0, [6, 7]), ('modulo', 0, [0, 1, 6]), ('modulo', 1, [2, 3, 7]),
    ('modulo', 2, [4, 5]),
])
def test_split_rows(method, fold, held_out):
    train, val = split_rows(small_index(), method, fold, 3)
    assert val.tolist() == held_out
    assert train.tolist() == sorted(set(range(8)) - set(held_out))


def test_performer_split_is_the_default_and_covers_every_row_once():
    index = small_index()
    held_out = []
    for fold in range(3):
        train, val = split_rows(index, fold=fold, num_folds=3)
        assert not set(index.performer[train]) & set(index.performer[val])
        assert sorted([*train, *val]) == list(range(8))
        held_out += list(val)
    assert sorted(held_out) == list(range(8))


@pytest.mark.parametrize('arguments, message', [
    (dict(method='random'), "'random' is unknown; expected one of performer, official, modulo"),
    (dict(fold=5), 'fold is 5, expected 0 to 4'), (dict(fold=-1), 'fold is -1'),
    (dict(num_folds=5), 'has 4; use fewer folds'),
])
def test_split_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        split_rows(small_index(), **arguments)


def test_official_split_needs_both_folders():
    index = small_index()
    index.split[:] = 'training'
    with pytest.raises(ValueError, match='0 of 8 clip-views in validation/'):
        split_rows(index, 'official')
