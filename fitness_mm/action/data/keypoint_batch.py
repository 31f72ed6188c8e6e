"""Batches of clips that are nothing but keypoints: what networks without frames are fed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from mmengine.structures import InstanceData
from torch import Tensor
from torch.nn import functional


def keypoint_batch(keypoints: np.ndarray, frame_numbers: np.ndarray, boxes: np.ndarray,
                   image_sizes: np.ndarray, **labels) -> dict:
    """N clips as a data set of keypoints gives them and KeypointDataPreprocessor takes them.

    Args:
        keypoints: Of V views of each clip in T frames, float32 (N, V, T, K, 3): x and y in pixels
            of the original image, and a score; 0 for every keypoint of a frame or a view that the
            clip does not have.
        frame_numbers: Image numbers, int (N, V, T); -1 where there is no frame.
        boxes: Around the person in all frames of a view, without margin, as
            :class:`~fitness_mm.keypoints.box.Box` counts, (N, V, 4).
        image_sizes: Width and height, (N, V, 2).
        **labels: What else there is to a clip: tensors with N first, or lists of N.

    Returns:
        ``inputs``, the keypoints, and ``data_samples``, the rest.
    """
    return dict(
        inputs=torch.from_numpy(keypoints),
        data_samples=InstanceData(
            frame_numbers=torch.from_numpy(frame_numbers), boxes=torch.from_numpy(boxes),
            image_sizes=torch.from_numpy(image_sizes), **labels))


def joined(inputs: Sequence[Tensor],
           data_samples: Sequence[InstanceData]) -> tuple[Tensor, InstanceData]:
    """One batch of several, as :func:`mmengine.dataset.pseudo_collate` leaves them; frames that
    only some have are missing in the others."""
    if len(inputs) == 1:
        return inputs[0], data_samples[0]
    most = max(keypoints.shape[2] for keypoints in inputs)
    keypoints, samples = [], []
    for one, sample in zip(inputs, data_samples, strict=True):
        more = most - one.shape[2]
        keypoints.append(functional.pad(one, (0, 0, 0, 0, 0, more)))
        numbers = functional.pad(sample.frame_numbers, (0, more), value=-1)
        samples.append(InstanceData(**{**dict(sample.items()), 'frame_numbers': numbers}))
    return torch.cat(keypoints), InstanceData.cat(samples)
