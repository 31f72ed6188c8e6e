"""Part (d): the fused training step against RGB alone, rendering included."""

from __future__ import annotations

import numpy as np
import torch

from .settings import Settings
from .table import Row
from .timing import interleaved, median_ratio
from .training_step import MODELS_OF_STEP, PRECISIONS, make_step

_GOALS = {'stem': 'at most +2 %', 'early': 'at most +25 %'}


def measure(settings: Settings) -> list[Row]:
    """Steps of all models in turn, one precision after the other.

    The first of a model's rows is compared with RGB in the same precision.
    """
    # what the configs set: kernels are chosen by trying
    torch.backends.cudnn.benchmark = settings.device == 'cuda'
    rows: list[Row] = []
    plain: dict[str, float] = {}
    for precision in PRECISIONS:
        rows += _rows(precision, False, settings, plain)
    if settings.compiled:
        rows += _rows(PRECISIONS[0], True, settings, plain)
    return rows


def _rows(precision: str, compiled: bool, settings: Settings,
          plain: dict[str, float]) -> list[Row]:
    # A compiled step of the modes that hook into the stem would be compiled in pieces.
    models = ('rgb', 'early') if compiled else MODELS_OF_STEP
    steps = {model: make_step(model, precision, settings, compiled) for model in models}
    seconds = interleaved(steps, settings.rounds)
    rows = []
    for model, values in seconds.items():
        median = float(np.median(values))
        faster = f'{plain.setdefault(model, median) / median:.2f} x its fp32 step'
        fused = '' if model == 'rgb' else (
            f'{100 * (median_ratio(values, seconds["rgb"]) - 1):+.1f} % of RGB; ')
        rows.append(Row('d', f'step, TSM-R{settings.depth}, batch {settings.batch_size}, '
                        f'{precision}{", compiled" * compiled}: {model}', 1000 * median, 'ms',
                        fused + faster, _GOALS.get(model, '')))
    return rows
