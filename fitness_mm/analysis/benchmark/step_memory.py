"""Peak memory of a training step, in a process that does nothing else.

Run by :mod:`~fitness_mm.analysis.benchmark.memory`: ``python -m ... SETTINGS MODEL``.
"""

from __future__ import annotations

import json
import sys

import torch

from .process_memory import peak_mb
from .settings import Settings
from .training_step import make_step

_STEPS = 2  # the second has the optimizer's state


def peak_of_step(model: str, settings: Settings) -> float:
    """Megabytes at the highest point of two steps: on a GPU the tensors there, else the process."""
    step = make_step(model, 'fp32', settings)
    for _ in range(_STEPS):
        step()
    if settings.device == 'cuda':
        return torch.cuda.max_memory_allocated() / 1e6
    return peak_mb()


if __name__ == '__main__':
    print(json.dumps({'peak': peak_of_step(sys.argv[2], Settings.from_json(sys.argv[1]))}))
