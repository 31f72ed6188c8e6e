"""A training whose loss is no number any more ends at once instead of after days."""

from __future__ import annotations

import math

import torch
from mmengine.hooks import Hook
from mmengine.hooks.hook import DATA_BATCH
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from fitness_mm.errors import FitnessError


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Looks at the loss now and then, and before every checkpoint that an epoch ends with.

    mmengine goes on with weights that are NaN, and its newest checkpoints replace the good ones.

    Args:
        interval: Iterations between two looks; each makes a GPU finish what it is doing.

    Raises:
        FitnessError: In training, if the loss is NaN or infinite.
    """

    def __init__(self, interval: int = 20) -> None:
        self.interval = interval

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: DATA_BATCH = None,
                         outputs: dict | None = None) -> None:
        """Raises if this iteration's loss is no number."""
        if not (self.every_n_train_iters(runner, self.interval)
                or self.end_of_epoch(runner.train_dataloader, batch_idx)):
            return
        loss = torch.as_tensor((outputs or {}).get('loss', 0.0)).item()
        if not math.isfinite(loss):
            raise FitnessError(
                f'the loss is {loss} at iteration {batch_idx + 1} of epoch {runner.epoch + 1}; '
                f'checkpoints in {runner.work_dir} are from before it: train again with a lower '
                'optim_wrapper.optimizer.lr or without --amp, from the start or with --resume')
