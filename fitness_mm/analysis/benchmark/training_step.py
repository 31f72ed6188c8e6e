"""One training step of a TSM as the Runner does it: data preprocessor, network, AdamW."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.registry import init_default_scope
from torch import nn

import fitness_mm.action  # noqa: F401  registers the fused recogniser
from fitness_mm.engine.cpu_amp import CPUAmpOptimWrapper
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .settings import Settings

NUM_FRAMES = 8
MODELS_OF_STEP = ('rgb', 'stem', 'early', 'sum')
"""RGB alone, and with heatmaps in each fusion mode."""

PRECISIONS = ('fp32', 'bf16', 'fp32 channels_last', 'bf16 channels_last')


def make_step(model: str, precision: str, settings: Settings,
              compiled: bool = False) -> Callable[[], object]:
    """A training step, to be called again and again.

    Args:
        model: One of :data:`MODELS_OF_STEP`.
        precision: One of :data:`PRECISIONS`; bf16 is autocast.
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
