"""Part (b): one training sample, eight augmented frames with what becomes of their keypoints."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial

import numpy as np
from mmaction.datasets.transforms import PoseCompact  # noqa: F401  registers the host's transforms
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

import fitness_mm.action
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.aihub.prepare import build_clips, build_index
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINTS
from fitness_mm.sample.dataset import make_sample

from .common import NUM_FRAMES, Row, Settings, best_ratio, interleaved
from .study_loader import load_sample, write_videos

_CLIP_HEIGHT = 320
_SAMPLES_A_ROUND = 4


def measure(settings: Settings) -> list[Row]:
    """Loads samples from JPEG folders and clip files, in the host's way and in the study's."""
    init_default_scope('mmaction')
    root = settings.folder / 'jpegs'
    make_sample(root, exercises=('barbell row',), training_performers=1, validation_performers=0,
                size=settings.image_size)
    index = build_index(root).index
    videos = write_videos(index, settings.folder / 'videos')
    clips = settings.folder / 'clips'
    shutil.copytree(root, clips)
    build_index(clips)  # of the copies
    build_clips(clips, _CLIP_HEIGHT)
    build_index(clips)  # which takes them in
    rng = np.random.default_rng(0)
    datasets = [fitness_mm.action.FitnessClipDataset(
        str(folder), pipeline=_pipeline(settings), exercises='all', subset='all')
        for folder in (root, clips)]
    host = Compose(_host_pipeline(settings))
    ways = {
        'study': lambda row: load_sample(index, row, videos[row], settings.input_size, rng),
        'host': lambda row: host(_raw_frames(index, row)),
        'jpegs': datasets[0].__getitem__,
        'clips': datasets[1].__getitem__,
    }
    seconds = interleaved({name: partial(_some, way, len(index)) for name, way in ways.items()},
                          settings.rounds)
    return _rows(seconds, settings)


def _some(way: Callable[[int], object], num_rows: int) -> None:
    for i in range(_SAMPLES_A_ROUND):
        way(i % num_rows)


def _rows(seconds: dict[str, np.ndarray], settings: Settings) -> list[Row]:
    width, height = settings.input_size
    of = f'sample ({NUM_FRAMES} frames, {width}x{height})'
    names = {
        'study': f"{of}, the study's loader: a seek per frame, Gaussians in numpy",
        'host': f'{of}, MMAction2: RawFrameDecode, ..., GeneratePoseTarget',
        'jpegs': f'{of}, ours from {settings.image_size[0]}x{settings.image_size[1]} JPEGs',
        'clips': f'{of}, ours from clip files',
    }
    rows = []
    for name, what in names.items():
        compared = '' if name in ('study', 'host') else ', '.join(
            f'1/{best_ratio(seconds[name], seconds[other]):.1f} of the {other}'
            for other in ('study', 'host'))
        goal = '1/15 of the study, 1/5 of the host' if name == 'clips' else ''
        rows.append(Row('b', what, 1000 * seconds[name].min() / _SAMPLES_A_ROUND, 'ms', compared,
                        goal))
    return rows


def _flip() -> dict:
    left = [k for k, name in enumerate(KEYPOINTS) if name.startswith('Left')]
    return dict(type='Flip', flip_ratio=0.5, left_kp=left, right_kp=[FLIP_INDICES[k] for k in left])


def _augment(settings: Settings) -> list[dict]:
    return [
        dict(type='RandomResizedCrop', area_range=(0.7, 1.0), aspect_ratio_range=(0.6, 0.95)),
        dict(type='Resize', scale=settings.input_size, keep_ratio=False),
        _flip(),
    ]


def _pipeline(settings: Settings) -> list[dict]:
    return [
        dict(type='SampleLabelledFrames', num_frames=NUM_FRAMES),
        dict(type='CropToUnionBox'),
        dict(type='LoadLabelledFrames'),
        *_augment(settings),
        dict(type='FormatShape', input_format='NCHW'),
        dict(type='FormatKeypoints'),
        dict(type='PackActionInputs', algorithm_keys=('keypoints', )),
    ]


def _host_pipeline(settings: Settings) -> list[dict]:
    """The host's pose pipeline over folders of images, with the same augmentation."""
    return [
        dict(type='RawFrameDecode'),
        dict(type='PoseCompact', padding=0.4, hw_ratio=None),
        *_augment(settings),
        dict(type='GeneratePoseTarget', sigma=5.0, use_score=False, with_kp=True, with_limb=False),
        dict(type='FormatShape', input_format='NCHW'),
    ]


def _raw_frames(index: FitnessIndex, row: int) -> dict:
    """What the host's raw-frame data set would hand to its pipeline for a clip-view."""
    numbers = index.frame_numbers(row)
    start = np.random.randint(len(numbers) - NUM_FRAMES + 1)
    chosen = slice(start, start + NUM_FRAMES)
    first = index.image_path(row, int(numbers[0]))
    return dict(
        frame_dir=str(first.parent),
        filename_tmpl=f'{first.name[:-len("0000001.jpg")]}{{:07}}.jpg',
        offset=0,
        frame_inds=numbers[chosen],
        total_frames=int(index.value('num_images', row)),
        num_clips=1,
        clip_len=NUM_FRAMES,
        modality='RGB',
        label=0,
        keypoint=index.keypoints(row)[None, chosen],
        keypoint_score=index.visible(row)[None, chosen].astype(np.float32),
        img_shape=(int(index.value('image_height', row)), int(index.value('image_width', row))))
