from types import SimpleNamespace

import numpy as np
import pytest

from fitness_mm.action import ClassBalancedSampler
from fitness_mm.action.data import sampler as sampler_module
from fitness_mm.action.data.sampler import balanced_indices

LABELS = np.array([0] * 7 + [1] * 3 + [4] * 2)


def test_every_class_is_as_frequent_as_the_largest():
    indices = balanced_indices(LABELS, np.random.default_rng(0))
    assert np.bincount(LABELS[indices]).tolist() == [7, 7, 0, 0, 7]
    times = np.bincount(indices)
    assert times[:7].tolist() == [1] * 7
    assert sorted(times[7:10]) == [2, 2, 3]  # 7 = 2 x 3 + 1
    assert sorted(times[10:]) == [3, 4]  # 7 = 3 x 2 + 1


def test_balanced_labels_are_a_permutation():
    indices = balanced_indices(np.array([0, 1, 0, 1]), np.random.default_rng(3))
    assert sorted(indices) == [0, 1, 2, 3]


def test_draw_follows_seed_and_epoch():
    def draw(seed, epoch):
        sampler = ClassBalancedSampler(SimpleNamespace(labels=LABELS), seed=seed)
        sampler.set_epoch(epoch)
        return list(sampler)

    assert draw(1, 2) == draw(1, 2)
    assert draw(1, 2) != draw(1, 3)
    assert draw(1, 2) != draw(2, 2)


def test_ranks_share_one_draw(monkeypatch):
    whole = list(ClassBalancedSampler(SimpleNamespace(labels=LABELS), seed=5))
    parts = []
    for rank in range(2):
        monkeypatch.setattr(sampler_module, 'get_dist_info', lambda rank=rank: (rank, 2))
        sampler = ClassBalancedSampler(SimpleNamespace(labels=LABELS), seed=5)
        parts.append(list(sampler))
        assert len(parts[-1]) == len(sampler) == 11  # 21 samples, rounded up
    interleaved = [i for pair in zip(*parts, strict=True) for i in pair]
    assert interleaved[:21] == whole and interleaved[21] == whole[0]


def test_a_dataset_without_labels_is_refused():
    with pytest.raises(ValueError, match=r'needs a dataset with `labels`.*got list'):
        ClassBalancedSampler([1, 2, 3])
