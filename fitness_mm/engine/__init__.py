"""What pose and action share of a run: hooks in mmengine's root registry, and launching."""

from .cpu_amp import CPUAmpOptimWrapper
from .epoch_seed_hook import EpochSeedHook
from .finite_loss_hook import FiniteLossHook

__all__ = ['CPUAmpOptimWrapper', 'EpochSeedHook', 'FiniteLossHook']
