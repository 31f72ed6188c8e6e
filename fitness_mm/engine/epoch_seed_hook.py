"""Random numbers that depend on the epoch and not on what ran before it."""

from __future__ import annotations

import functools

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner, set_random_seed

from fitness_mm.errors import ArgumentError

# Spreads epochs and ranks over the seeds; mmengine itself adds only small numbers to a seed.
_EPOCH_STRIDE = 100_003
_RANK_STRIDE = 1_009


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Seeds the main process and the data loader's workers anew for every epoch.

    A checkpoint does not hold the state of the random number generators, and mmengine gives the
    workers of every epoch the same seed. With this hook a resumed run draws the dropout and the
    augmentations that the uninterrupted run would have drawn, and no epoch repeats another's.

    Raises:
        ValueError: Before training, if workers are persistent: they would carry their generators
            from epoch to epoch.
    """

    priority = 'VERY_HIGH'

    def before_train(self, runner: Runner) -> None:
        """Refuses a set-up in which the promise cannot be kept."""
        if runner.train_dataloader.persistent_workers:
            raise ArgumentError('EpochSeedHook reseeds workers when they start, so it needs '
                                'train_dataloader.persistent_workers=False; change that or remove '
                                'the hook from custom_hooks')

    def before_train_epoch(self, runner: Runner) -> None:
        """Seeds from the run's seed, the epoch and the rank."""
        seed = (runner.seed + _EPOCH_STRIDE * (runner.epoch + 1)) % 2**31
        set_random_seed(seed + _RANK_STRIDE * runner.rank)
        init_fn = runner.train_dataloader.worker_init_fn
        if isinstance(init_fn, functools.partial) and 'seed' in init_fn.keywords:
            runner.train_dataloader.worker_init_fn = functools.partial(
                init_fn.func, *init_fn.args, **{**init_fn.keywords, 'seed': seed})
