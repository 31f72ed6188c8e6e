"""Mixed precision on a CPU, where mmengine's own optimizer wrapper asks for a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn


@OPTIM_WRAPPERS.register_module()
class CPUAmpOptimWrapper(OptimWrapper):
    """Trains in bfloat16 autocast on the CPU.

    bfloat16 has the exponents of float32, so that gradients need no scaling. Worth it on CPUs with
    bfloat16 instructions (AVX512-BF16, AMX); others emulate them.

    Args:
        **kwargs: Those of :class:`mmengine.optim.OptimWrapper`.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Autocast around a step's forward pass."""
        with super().optim_context(model), torch.autocast('cpu', torch.bfloat16):
            yield
