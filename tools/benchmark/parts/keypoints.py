"""Part (f): networks that see only keypoints, trained from whole batches and, as the hosts do it,
from one sample after the other. Rates are by the time of the processor, of which there is one."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from mmaction.registry import DATASETS, MODELS
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.optim import OptimWrapper
from mmengine.registry import init_default_scope

from fitness_mm.engine.cpu_amp import CPUAmpOptimWrapper
from fitness_mm.keypoints.skeleton import LEFT_KEYPOINTS, RIGHT_KEYPOINTS

from .common import Row, Settings, best_ratio, interleaved
from .wide_index import write_index

_CONFIG = Path(__file__).parents[3] / 'configs/posture/posture_keypoints_fitness.py'
_ROWS = 5000
# What MMAction2 has for such networks, with as much of our augmentation as it has.
_HOST = [
    dict(type='SampleLabelledFrames', num_frames=8, mode='uniform'),
    dict(type='CropToUnionBox'),
    dict(type='Flip', flip_ratio=0.5, left_kp=LEFT_KEYPOINTS, right_kp=RIGHT_KEYPOINTS),
    dict(type='PreNormalize2D'),
    dict(type='FormatGCNInput', num_person=1),
    dict(type='PackActionInputs', algorithm_keys=('gt_conditions', )),
]

# The index of this part has no 3D keypoints.
_AUGMENTS = [
    dict(type='RandomKeypointAffine', rotation_deg=10, stretch=0.2),
    dict(type='JitterKeypoints', sigma=0.02, bias=0.04, joint_dropout=0.01),
    dict(type='FlipKeypoints'),
]
_SMALL = {'model.backbone': dict(width=256, channels=256), 'model.cls_head.head.in_channels': 256}


def measure(settings: Settings) -> list[Row]:
    """Rates of one core, at which samples are made and posture networks are trained."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _measure(settings)
    finally:
        torch.set_num_threads(threads)


def _measure(settings: Settings) -> list[Row]:
    init_default_scope('mmaction')
    torch.manual_seed(0)
    root = settings.folder / 'keypoints'
    write_index(root, min(_ROWS, settings.num_rows))
    cfg = Config.fromfile(_CONFIG)
    every = {**cfg.model.data_preprocessor, 'in_space': False, 'augments': _AUGMENTS}
    batched = {**every, 'num_frames': 8}
    common = dict(data_root=str(root), subset='all')
    clips = DATASETS.build(dict(type='FitnessClipDataset', pipeline=_HOST, **common))
    arrays = DATASETS.build(dict(type='FitnessKeypointDataset', **common))
    size, number = settings.keypoint_batch_size, len(clips)

    def one_by_one() -> dict:
        return pseudo_collate([clips[i] for i in np.random.randint(number, size=size).tolist()])

    def at_once() -> dict:
        return pseudo_collate(arrays.__getitems__(np.random.randint(number, size=size).tolist()))

    host = dict(type='ActionDataPreprocessor')
    samples = interleaved({
        'host': _prepared(one_by_one, host), 'ours': _prepared(at_once, batched),
    }, settings.rounds, time.process_time)
    full = copy.deepcopy({**cfg.model, 'num_views': 1})
    cfg.merge_from_dict(_SMALL)
    small = {**cfg.model, 'num_views': 1}
    steps = interleaved({
        'host': _step(small, one_by_one, host), 'ours': _step(small, at_once, batched),
        'every': _step(small, at_once, every), 'bf16': _step(small, at_once, every, amp=True),
        'full': _step(full, at_once, every, amp=True),
    }, settings.rounds, time.process_time)

    def row(work: str, seconds: np.ndarray, reference: np.ndarray, goal: str = '') -> Row:
        return Row('f', f'{work}, batch {size}', size / seconds.min(), 'clip-views/s',
                   '' if seconds is reference else
                   f'{best_ratio(seconds, reference):.1f} x one by one', goal)

    return [
        row("batches of 8 frames, one by one through the hosts' transforms", samples['host'],
            samples['host']),
        row('batches of 8 frames, gathered and augmented at once', samples['ours'],
            samples['host']),
        row('training 256 channels, 8 frames one by one', steps['host'], steps['host']),
        row('training 256 channels, 8 frames at once', steps['ours'], steps['host']),
        row('training 256 channels, all 16 frames at once', steps['every'], steps['host']),
        row('training 256 channels, all 16 frames at once, bf16', steps['bf16'], steps['host']),
        row('training the posture network, all 16 frames at once, bf16', steps['full'],
            steps['host']),
    ]


def _prepared(batch: Callable[[], dict], preprocessor: dict) -> Callable[[], dict]:
    prepare = MODELS.build(preprocessor)
    return lambda: prepare(batch(), training=True)


def _step(model: Mapping, batch: Callable[[], dict], preprocessor: dict,
          amp: bool = False) -> Callable[[], dict]:
    """A training step as the Runner does it, its batch included."""
    network = MODELS.build({**copy.deepcopy(model), 'data_preprocessor': preprocessor})
    wrapper = (CPUAmpOptimWrapper if amp else OptimWrapper)(
        optimizer=torch.optim.AdamW(network.parameters(), lr=1e-3, fused=True))
    return lambda: network.train().train_step(batch(), wrapper)
