"""Mixed precision on a CPU, where mmengine's own optimizer wrapper asks for a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn

from fitness_mm.errors import FitnessError


@OPTIM_WRAPPERS.register_module()
class CPUAmpOptimWrapper(OptimWrapper):
    """Trains in bfloat16 autocast on the CPU.

    bfloat16 has the exponents of float32, so that gradients need no scaling. Worth it on CPUs with
    bfloat16 instructions (AVX512-BF16, AMX); others emulate them.

    Args:
        **kwargs: Those of :class:`mmengine.optim.OptimWrapper`.

    Raises:
        FitnessError: In the first step, if the model has 3D convolutions. The gradients of their
            weights are wrong by many orders of magnitude for some shapes (measured with torch
            2.13: 256 channels, two time steps), and finite often enough to go unnoticed.
    """

    _checked = False

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Autocast around a step's forward pass."""
        if not self._checked:
            if any(isinstance(module, nn.Conv3d) for module in model.modules()):
                raise FitnessError('bfloat16 on a CPU gives wrong gradients in 3D convolutions, '
                                   'which this model has; train it without --amp')
            self._checked = True
        with super().optim_context(model), torch.autocast('cpu', torch.bfloat16):
            yield
