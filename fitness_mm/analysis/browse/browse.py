"""Samples of a config as the network gets them, one image each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mmengine.registry import DATASETS, TRANSFORMS
from mmengine.runner import set_random_seed

from fitness_mm.engine.load import build_model, host_of, read_config
from fitness_mm.engine.parts import class_of
from fitness_mm.errors import SEEDS, FitnessError, check_seed
from fitness_mm.files import check_output
from fitness_mm.fonts import exercise_title, font_families

from .network_input import NetworkInput, action_input, pose_input
from .plot import plot_input

MOST_FRAMES = 8


def browse(config: Path,
           out: Path,
           subset: str = 'train',
           num: int = 8,
           seed: int = 0,
           font: Path | None = None,
           options: dict | None = None) -> list[Path]:
    """Draws randomly chosen samples behind all transforms of a config, pose or action.

    Of a clip at most :data:`MOST_FRAMES` frames are shown, evenly spread. A pose estimator's frame
    is drawn several times, augmented anew.

    Args:
        config: Config file.
        out: Folder for the images.
        subset: ``train`` or ``val``: whose data loader.
        num: Number of samples.
        seed: For choosing them and for the augmentation.
        font: Font file with Korean letters; an installed one if None.
        options: Settings of the config to override, by dotted name.

    Returns:
        The images.

    Raises:
        FitnessError: If the config has no such data, or its samples cannot be drawn.
    """
    if num < 1:
        raise FitnessError(f'{num} samples leave nothing to see; expected a positive number')
    check_seed(seed)
    check_output(out, folder=True)
    cfg = read_config(config, options, loader=f'{subset}_dataloader')
    dataset_cfg = cfg[f'{subset}_dataloader'].dataset
    with host_of(cfg):
        if cfg.get('default_scope') == 'mmaction':
            from fitness_mm.action.data.facts import action_facts
            dataset = DATASETS.build(dataset_cfg)
            recognizer = build_model(cfg)
            facts = action_facts(dataset.pipeline, recognizer.data_preprocessor)
        else:
            _pack_transformed(dataset_cfg.pipeline)
            dataset, facts, recognizer = DATASETS.build(dataset_cfg), None, None
    families = font_families(font)

    chosen = np.random.default_rng(seed).permutation(len(dataset))[:num]
    images = []
    for i in map(int, chosen):
        set_random_seed((seed + i) % SEEDS)
        if facts:
            shown = action_input(dataset[i], facts, recognizer, subset == 'train')
        else:
            shown = pose_input(lambda i=i: dataset[i], MOST_FRAMES if subset == 'train' else 1)
        images.append(plot_input(_few_frames(shown), _title(dataset, i, len(families) > 1),
                                 out / f'{subset}_{i:06d}.png', families))
    return images


def _pack_transformed(pipeline: list[dict]) -> None:
    """Has a pipeline of MMPose give keypoints as they lie in the network's input."""
    from mmpose.datasets.transforms import PackPoseInputs
    for transform in pipeline:
        if issubclass(class_of(transform, TRANSFORMS, 'mmpose') or object, PackPoseInputs):
            transform['pack_transformed'] = True


def _few_frames(shown: NetworkInput) -> NetworkInput:
    if len(shown) <= MOST_FRAMES:
        return shown
    return shown.take(np.linspace(0, len(shown) - 1, MOST_FRAMES).round().astype(int))


def _title(dataset, i: int, korean: bool) -> str:
    """Class and origin of a sample, as far as its data set knows them."""
    info = dataset.get_data_info(i)
    name = info.get('exercise', '')
    if 'label' in info and 'classes' in dataset.metainfo:
        name = dataset.metainfo['classes'][info['label']]
    name = exercise_title(name, korean)
    where = info.get('clip_view') or '_'.join(
        str(info[key]) for key in ('clip', 'view') if key in info)
    performer = f"performer Z{info['performer']}" if 'performer' in info else ''
    return ', '.join(part for part in (name, where, performer) if part)
