"""Class balancing for training."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from mmaction.registry import DATA_SAMPLERS
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Sampler

from fitness_mm.errors import ArgumentError


def balanced_indices(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sample positions in which every class occurs as often as the largest, shuffled.

    Every sample of a smaller class is taken as often as it fits evenly; the rest is drawn without
    replacement.

    Args:
        labels: Class label per sample, shape (N,).
        rng: Source of the draw and the order.

    Returns:
        Positions into ``labels``, shape (classes x size of the largest,).
    """
    members = [np.flatnonzero(labels == c) for c in np.unique(labels)]
    largest = max(map(len, members))
    balanced = [
        np.concatenate([np.tile(m, largest // len(m)),
                        rng.choice(m, largest % len(m), replace=False)]) for m in members
    ]
    return rng.permutation(np.concatenate(balanced))


@DATA_SAMPLERS.register_module()
class ClassBalancedSampler(Sampler):
    """Over-samples every class to the size of the largest, as the original study did.

    The draw changes with the epoch and is the same on all ranks, which then take every
    world-size-th position.

    Args:
        dataset: Needs ``labels``, one class label per sample.
        seed: Of the draw; a random one shared by all ranks if None.

    Raises:
        ArgumentError: If the dataset has no labels.
    """

    def __init__(self, dataset, seed: int | None = None) -> None:
        if not hasattr(dataset, 'labels'):
            raise ArgumentError('ClassBalancedSampler needs a dataset with `labels`, such as '
                                f'FitnessClipDataset, but got {type(dataset).__name__}')
        self.labels = np.asarray(dataset.labels)
        self.rank, self.world_size = get_dist_info()
        self.seed = sync_random_seed() if seed is None else seed
        self.epoch = 0
        counts = np.unique(self.labels, return_counts=True)[1]
        self.num_samples = math.ceil(len(counts) * counts.max() / self.world_size)

    def __iter__(self) -> Iterator[int]:
        """This rank's positions for the current epoch."""
        indices = balanced_indices(self.labels, np.random.default_rng((self.seed, self.epoch)))
        # Wrap around so that every rank gets as many batches, or the last all-reduce never ends.
        indices = np.resize(indices, self.num_samples * self.world_size)
        return iter(indices[self.rank::self.world_size].tolist())

    def __len__(self) -> int:
        """Samples per rank and epoch."""
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Chooses the epoch whose draw the next iteration gives."""
        self.epoch = epoch
