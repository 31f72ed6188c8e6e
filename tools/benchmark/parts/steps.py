"""Parts (d) and (e): time and memory of a training step of a TSM as the Runner does it, rendering
included, against RGB alone; and the bytes of a sample that cross the worker's pipe."""

from __future__ import annotations

import copy
import logging
import multiprocessing
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.dataset import Compose
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.registry import init_default_scope
from torch import nn

import fitness_mm.action  # noqa: F401  registers the fused recogniser
from fitness_mm.engine.cpu_amp import CPUAmpOptimWrapper
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .common import NUM_FRAMES, Row, Settings, in_new_process, interleaved, median_ratio, peak_mb

_MODELS = ('rgb', 'stem', 'early', 'sum')  # RGB alone, and with heatmaps in each fusion mode
_PRECISIONS = ('fp32', 'bf16', 'fp32 channels_last', 'bf16 channels_last')
_GOALS = {'stem': 'at most +2 %', 'early': 'at most +25 %'}


def measure_time(settings: Settings) -> list[Row]:
    """Steps of all models in turn, one precision after the other.

    The first of a model's rows is compared with RGB in the same precision.
    """
    # what the configs set: kernels are chosen by trying
    torch.backends.cudnn.benchmark = settings.device == 'cuda'
    rows: list[Row] = []
    plain: dict[str, float] = {}
    for precision in _PRECISIONS:
        rows += _time(precision, False, settings, plain)
    if settings.compiled:
        rows += _time(_PRECISIONS[0], True, settings, plain)
    return rows


def _time(precision: str, compiled: bool, settings: Settings,
          plain: dict[str, float]) -> list[Row]:
    # A compiled step of the modes that hook into the stem would be compiled in pieces.
    models = ('rgb', 'early') if compiled else _MODELS
    steps = {model: _make_step(model, precision, settings, compiled) for model in models}
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


def measure_memory(settings: Settings) -> list[Row]:
    """Peaks of a step of each model, and the size of a sample with keypoints and with maps."""
    peaks = dict(zip(_MODELS, in_new_process(_peaks, settings), strict=True))
    rows = [Row('e', f'peak memory of a step, TSM-R{settings.depth}, batch {settings.batch_size}: '
                f'{model}', peak, 'MB', '' if model == 'rgb' else f'{peak - peaks["rgb"]:+.0f} MB')
            for model, peak in peaks.items()]
    ours, host = (_megabytes(_sample(settings, ends)) for ends in (_OURS, _HOST))
    return [*rows,
            Row('e', 'a sample in the pipe: MMAction2, frames and heatmaps', host, 'MB'),
            Row('e', 'a sample in the pipe: ours, frames and keypoints', ours, 'MB',
                f'1/{host / ours:.0f}')]


def _peaks(settings: Settings) -> list[float]:
    # Forked before anything is computed: what all of them import is loaded once.
    with multiprocessing.get_context('fork').Pool(1, maxtasksperchild=1) as pool:
        return pool.map(partial(_peak, settings), _MODELS, chunksize=1)


def _peak(settings: Settings, model: str) -> float:
    """Megabytes at the highest point of two steps: on a GPU the tensors there, else the process."""
    step = _make_step(model, 'fp32', settings)
    for _ in range(2):  # the second has the optimizer's state
        step()
    if settings.device == 'cuda':
        return torch.cuda.max_memory_allocated() / 1e6
    return peak_mb()


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
    if isinstance(value, (list, tuple)):
        return sum(map(_megabytes, value))
    return sum(_megabytes(part) for _, part in value.items()) if hasattr(value, 'items') else 0.0


def _make_step(model: str, precision: str, settings: Settings,
              compiled: bool = False) -> Callable[[], object]:
    """A training step, to be called again and again.

    Args:
        model: One of ``_MODELS``.
        precision: One of ``_PRECISIONS``; bf16 is autocast.
        settings: Device, input, depth and batch size.
        compiled: Whether ``torch.compile`` compiles the backbone.
    """
    init_default_scope('mmaction')
    torch.manual_seed(0)
    network = MODELS.build(_config(model, settings)).to(settings.device)
    logging.disable(logging.INFO)  # or mmengine lists every weight
    network.init_weights()
    logging.disable(logging.NOTSET)
    network.train()
    if 'channels_last' in precision:
        network.to(memory_format=torch.channels_last)
    if compiled:
        network.backbone.compile()
    wrapper = _optim_wrapper(network, precision, settings.device)
    batch = _batch(settings)

    def step() -> object:
        # the preprocessor may change what it gets
        return network.train_step({'inputs': batch['inputs'],
                                   'data_samples': copy.deepcopy(batch['data_samples'])}, wrapper)

    return step


def _config(model: str, settings: Settings) -> dict:
    fused = {} if model == 'rgb' else dict(fusion=model)
    return dict(
        type='Recognizer2D' if model == 'rgb' else 'HeatmapFusionRecognizer',
        backbone=dict(type='ResNetTSM', depth=settings.depth, num_segments=NUM_FRAMES,
                      shift_div=8, norm_eval=False, pretrained=None, pretrained2d=False),
        cls_head=dict(type='TSMHead', num_classes=12, num_segments=NUM_FRAMES, is_shift=True,
                      in_channels=512 if settings.depth < 50 else 2048),
        data_preprocessor=dict(
            type='ActionDataPreprocessor' if model == 'rgb' else 'HeatmapFusionDataPreprocessor',
            mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], format_shape='NCHW'),
        **fused)


def _optim_wrapper(network: nn.Module, precision: str, device: str) -> OptimWrapper:
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-5)
    if 'bf16' not in precision:
        return OptimWrapper(optimizer=optimizer)
    if device == 'cpu':
        return CPUAmpOptimWrapper(optimizer=optimizer)
    return AmpOptimWrapper(optimizer=optimizer, dtype='bfloat16')


def _batch(settings: Settings) -> dict[str, list]:
    width, height = settings.input_size
    generator = torch.Generator().manual_seed(0)
    inputs, samples = [], []
    for i in range(settings.batch_size):
        inputs.append(torch.randint(0, 256, (NUM_FRAMES, 3, height, width), dtype=torch.uint8,
                                    generator=generator))
        sample = ActionDataSample().set_gt_label(i % 12)
        keypoints = torch.rand(NUM_FRAMES, NUM_KEYPOINTS, 3, generator=generator)
        sample.keypoints = keypoints * torch.tensor([width, height, 1.0])
        samples.append(sample)
    return dict(inputs=inputs, data_samples=samples)
