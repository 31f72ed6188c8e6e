from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.dataset import worker_init_fn

from fitness_mm.engine.epoch_seed_hook import EpochSeedHook


def runner(epoch, seed=0, rank=0, persistent_workers=False):
    init = partial(worker_init_fn, num_workers=2, rank=rank, seed=seed)
    loader = SimpleNamespace(worker_init_fn=init, persistent_workers=persistent_workers)
    return SimpleNamespace(epoch=epoch, seed=seed, rank=rank, train_dataloader=loader)


def draws(run):
    """Numbers that the main process and worker 1 draw in the run's epoch."""
    EpochSeedHook().before_train_epoch(run)
    main = (torch.rand(1).item(), np.random.rand())
    run.train_dataloader.worker_init_fn(1)
    return main, (torch.rand(1).item(), np.random.rand())


def test_an_epoch_draws_the_same_whatever_ran_before_it():
    continued = runner(0)
    draws(continued)
    torch.rand(100)
    continued.epoch = 1
    assert draws(continued) == draws(runner(1))


def test_epochs_seeds_and_ranks_differ():
    runs = [runner(0), runner(1), runner(0, seed=1), runner(0, rank=1)]
    for drawn in zip(*map(draws, runs), strict=True):  # main processes, then workers
        numbers = [number for pair in drawn for number in pair]
        assert len(set(numbers)) == len(numbers)


def test_persistent_workers_are_refused():
    with pytest.raises(ValueError, match='persistent_workers=False'):
        EpochSeedHook().before_train(runner(0, persistent_workers=True))
