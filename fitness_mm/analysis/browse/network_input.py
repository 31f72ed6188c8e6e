"""What a network is given, as pictures: frames, keypoints and heatmaps out of a packed sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from torch import Tensor, nn

from fitness_mm.engine.pipeline_facts import CLIPS, SKELETONS, VOLUMES, PipelineFacts


@dataclass(frozen=True, eq=False)
class NetworkInput:
    """One sample, frame by frame; what the network does not see is None.

    Attributes:
        frames: uint8 (T, H, W, 3).
        keypoints: Shape (T, K, 3), x and y in pixels of the frames and a score; without frames
            and maps in whatever unit the network gets.
        maps: Maximum over the heatmaps, (T, H', W'); they show the same as the frames, in
            pixels of their own.
    """

    frames: np.ndarray | None = None
    keypoints: np.ndarray | None = None
    maps: np.ndarray | None = None

    def __len__(self) -> int:
        return len(next(x for x in (self.frames, self.maps, self.keypoints) if x is not None))

    def take(self, times: Sequence[int]) -> NetworkInput:
        """Only these frames."""
        return NetworkInput(*(None if x is None else x[list(times)]
                              for x in (self.frames, self.keypoints, self.maps)))


def action_input(sample: dict, facts: PipelineFacts, recognizer: nn.Module,
                 training: bool = False) -> NetworkInput:
    """The input of a recogniser: 2D, 3D, of heatmap volumes or of skeleton graphs.

    Args:
        sample: A packed sample.
        facts: Of the pipeline that packed it.
        recognizer: It renders the heatmaps that are not in the sample, and makes its input of one
            that is keypoints alone.
        training: Whether it augments those.
    """
    from fitness_mm.action import KeypointDataPreprocessor
    if isinstance(recognizer.data_preprocessor, KeypointDataPreprocessor):
        data = recognizer.data_preprocessor(pseudo_collate([sample]), training)
        sample = dict(inputs=data['inputs'][0], data_samples=data['data_samples'][0])
    inputs, data_sample = sample['inputs'], sample['data_samples']
    keypoints = data_sample.keypoints.numpy() if facts.keypoints else None
    if facts.kind == SKELETONS:
        m, _, t, k, d = inputs.shape  # clips, people, frames, keypoints, coordinates
        values = inputs[:, 0].reshape(m * t, k, d).numpy()
        scores = values[..., 2:] if d == 3 else np.ones_like(values[..., :1])
        return NetworkInput(keypoints=np.concatenate([values[..., :2], scores], -1))
    if facts.kind == VOLUMES:
        return NetworkInput(maps=inputs.amax(1).flatten(0, 1).numpy())
    if facts.kind == CLIPS:
        return NetworkInput(_images(inputs.transpose(1, 2).flatten(0, 1)), keypoints)
    return NetworkInput(_images(inputs), keypoints, _rendered_maps(sample, recognizer))


def pose_input(draw: Callable[[], dict], draws: int) -> NetworkInput:
    """The input of a pose estimator, drawn several times to show the augmentation.

    Args:
        draw: Gives the sample, packed with ``transformed_keypoints``.
        draws: How often; they take the place of frames.
    """
    samples = [draw() for _ in range(draws)]
    people = [sample['data_samples'].gt_instances for sample in samples]
    keypoints = np.stack([np.concatenate(
        [p.transformed_keypoints[0], np.asarray(p.keypoints_visible)[0][:, None]], -1)
        for p in people])
    maps = None
    if all('heatmaps' in getattr(sample['data_samples'], 'gt_fields', ()) for sample in samples):
        maps = np.stack([sample['data_samples'].gt_fields.heatmaps.amax(0).numpy()
                         for sample in samples])
    return NetworkInput(_images(torch.stack([sample['inputs'] for sample in samples])),
                        keypoints, maps)


def _images(frames: Tensor) -> np.ndarray:
    """(T, 3, H, W) to (T, H, W, 3)."""
    return frames.permute(0, 2, 3, 1).numpy()


def _rendered_maps(sample: dict, recognizer: nn.Module) -> np.ndarray | None:
    from fitness_mm.action import HeatmapFusionDataPreprocessor
    preprocessor = recognizer.data_preprocessor
    if not isinstance(preprocessor, HeatmapFusionDataPreprocessor):
        return None
    inputs = preprocessor(pseudo_collate([sample]))['inputs']
    return inputs['heatmaps'][0].amax(1).numpy()  # (T, H / stride, W / stride)
