"""Part (e): memory of a training step, and bytes of a sample that cross the worker's pipe."""

from __future__ import annotations

import numpy as np
import torch
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

import fitness_mm.action  # noqa: F401  registers our transforms
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .children import in_new_process
from .settings import Settings
from .table import Row
from .training_step import NUM_FRAMES

_MODULE = 'fitness_mm.analysis.benchmark.step_memory'


def measure(settings: Settings) -> list[Row]:
    """Peaks of a step of each model, and the size of a sample with keypoints and with maps."""
    peaks = in_new_process(_MODULE, settings.as_json())
    rows = [Row('e', f'peak memory of a step, TSM-R{settings.depth}, batch {settings.batch_size}: '
                f'{model}', peak, 'MB', '' if model == 'rgb' else f'{peak - peaks["rgb"]:+.0f} MB')
            for model, peak in peaks.items()]
    ours, host = (_megabytes(_sample(settings, ends)) for ends in (_OURS, _HOST))
    return [*rows,
            Row('e', 'a sample in the pipe: MMAction2, frames and heatmaps', host, 'MB'),
            Row('e', 'a sample in the pipe: ours, frames and keypoints', ours, 'MB',
                f'1/{host / ours:.0f}')]


_OURS = [
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='FormatKeypoints'),
    dict(type='PackActionInputs', algorithm_keys=('keypoints', )),
]
_HOST = [
    dict(type='GeneratePoseTarget', sigma=5.0, use_score=False, with_kp=True, with_limb=False),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs', collect_keys=('imgs', 'heatmap_imgs')),
]


def _sample(settings: Settings, ends: list[dict]) -> dict:
    """A packed sample of random frames and joints."""
    init_default_scope('mmaction')
    width, height = settings.input_size
    rng = np.random.default_rng(0)
    return Compose(ends)(dict(
        imgs=list(rng.integers(0, 256, (NUM_FRAMES, height, width, 3), dtype=np.uint8)),
        keypoint=rng.uniform(0, min(width, height), (1, NUM_FRAMES, NUM_KEYPOINTS, 2)).astype(
            np.float32),
        keypoint_score=np.ones((1, NUM_FRAMES, NUM_KEYPOINTS), np.float32),
        img_shape=(height, width), num_clips=1, clip_len=NUM_FRAMES, modality='RGB', label=0))


def _megabytes(value: object) -> float:
    """Of all arrays and tensors in a sample."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return value.nbytes / 1e6
    if isinstance(value, dict):
        return sum(map(_megabytes, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(_megabytes, value))
    return sum(map(_megabytes, dict(value.items()).values())) if hasattr(value, 'items') else 0.0
