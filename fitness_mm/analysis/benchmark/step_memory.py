"""Peak memory of training steps, each in a process of its own.

Run by :mod:`~fitness_mm.analysis.benchmark.memory`: ``python -m ... SETTINGS``.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from functools import partial

import torch

from .process_memory import peak_mb
from .settings import Settings
from .training_step import MODELS_OF_STEP, make_step

_STEPS = 2  # the second has the optimizer's state


def peak_of_step(settings: Settings, model: str) -> float:
    """Megabytes at the highest point of two steps: on a GPU the tensors there, else the process."""
    step = make_step(model, 'fp32', settings)
    for _ in range(_STEPS):
        step()
    if settings.device == 'cuda':
        return torch.cuda.max_memory_allocated() / 1e6
    return peak_mb()


if __name__ == '__main__':
    # Forked before anything is computed: what all of them import is loaded once.
    with multiprocessing.get_context('fork').Pool(1, maxtasksperchild=1) as pool:
        peaks = pool.map(partial(peak_of_step, Settings.from_json(sys.argv[1])), MODELS_OF_STEP,
                         chunksize=1)
    print(json.dumps(dict(zip(MODELS_OF_STEP, peaks, strict=True))))
