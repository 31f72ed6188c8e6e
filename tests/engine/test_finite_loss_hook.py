import math
from types import SimpleNamespace

import pytest
import torch

from fitness_mm.engine.finite_loss_hook import FiniteLossHook
from fitness_mm.errors import FitnessError


def look(iteration, loss, interval=20, epoch_length=50):
    runner = SimpleNamespace(iter=iteration, epoch=3, work_dir='work_dirs/run',
                             train_dataloader=range(epoch_length))
    FiniteLossHook(interval).after_train_iter(
        runner, iteration % epoch_length,
        outputs=dict(loss=torch.tensor(loss, requires_grad=True)))


@pytest.mark.parametrize('loss', [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize('iteration', [19, 49, 99])
def test_a_loss_that_is_no_number_ends_the_training(iteration, loss):
    with pytest.raises(FitnessError, match=f'iteration {iteration % 50 + 1} of epoch 4'):
        look(iteration, loss)


@pytest.mark.filterwarnings('error')  # a warning of every training was one of its own
def test_it_looks_only_now_and_then_and_at_numbers_in_peace():
    look(18, math.nan)
    look(20, math.nan)
    look(19, 1e30)
    look(49, 0.0)
    FiniteLossHook().after_train_iter(SimpleNamespace(iter=19, train_dataloader=[0] * 50), 19)
