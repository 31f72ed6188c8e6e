"""Which joints and moments speak for a fault: what the network says without them.

Occlusion (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014)
of a sample: a joint is not given, or a moment repeats its neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from fitness_mm.action import HeatmapFusionRecognizer
from fitness_mm.apis.networks.recogniser import PostureRecogniser, Window
from fitness_mm.apis.result import Evidence
from fitness_mm.keypoints.skeleton import KEYPOINTS, NUM_KEYPOINTS

_MOST_JOINTS, _MOST_MOMENTS = 4, 3
_LEAST_SHARE = 0.15
"""Of the largest change: what changes the logit less is not named."""


def find_evidence(recogniser: PostureRecogniser, window: Window, position: int,
                  time: float | None = None) -> Evidence:
    """Occludes every joint that the network sees and every moment of a window once.

    Args:
        recogniser: The network.
        window: The window in which a fault is strongest.
        position: Of the condition among the network's.
        time: When the fault is strongest in seconds; if None, the moment that speaks most for it.
    """
    sample = recogniser.samples([window])[0]
    # whoever else packs keypoints does not render them
    sees_joints = recogniser.sees_keypoints_only or isinstance(recogniser.network.model,
                                                               HeatmapFusionRecognizer)
    num_joints = NUM_KEYPOINTS if sees_joints else 0
    frame_of = np.asarray(sample['data_samples'].metainfo.get(
        'frame_numbers', np.arange(len(window.times))))
    variants = [sample, *(without_joint(sample, k) for k in range(num_joints)),
                *(without_moment(sample, frame_of == moment) for moment in np.unique(frame_of))]
    logits = np.array([float(p.condition_logits[position]) for p in recogniser.predict(variants)])
    rises = logits[1:] - logits[0]
    joints = _strongest(KEYPOINTS[:num_joints], rises[:num_joints], _MOST_JOINTS)
    moments = _strongest([float(window.times[m]) for m in np.unique(frame_of)],
                         rises[num_joints:], _MOST_MOMENTS)
    if time is None:
        time = moments[0][0] if moments else float(np.median(window.times))
    return Evidence(time, joints, moments)


def without_joint(sample: dict, joint: int) -> dict:
    """A sample in which a keypoint was not seen: one of keypoints alone, whose data sample says
    where the person is, or of frames, whose data sample has the keypoints."""
    inputs, data_sample = sample['inputs'], sample['data_samples'].clone()
    if 'boxes' in data_sample:
        inputs = inputs.clone()
        x1, y1, x2, y2 = data_sample.boxes[0, 0].tolist()
        inputs[..., joint, :] = inputs.new_tensor([(x1 + x2 - 1) / 2, (y1 + y2 - 1) / 2, 0])
    else:
        data_sample.keypoints = data_sample.keypoints.clone()
        data_sample.keypoints[:, joint, 2] = 0
    return dict(inputs=inputs, data_samples=data_sample)


def without_moment(sample: dict, chosen: np.ndarray) -> dict:
    """A sample in which some frames, bool (T,), repeat the nearest other ones."""
    inputs, data_sample = sample['inputs'], sample['data_samples'].clone()
    others = np.flatnonzero(~chosen)
    if not len(others):
        return sample
    source = np.arange(len(chosen))
    source[chosen] = [others[np.abs(others - t).argmin()] for t in np.flatnonzero(chosen)]
    source = torch.from_numpy(source)
    if 'keypoints' in data_sample:  # (T, K, 3)
        data_sample.keypoints = data_sample.keypoints[source]
    inputs = inputs[source] if inputs.ndim == 4 else _in_time(inputs, source)  # (T, 3, H, W)
    return dict(inputs=inputs, data_samples=data_sample)


def _in_time(inputs: Tensor, source: Tensor) -> Tensor:
    """(clips, C, T, H, W) or (1, 1, T, K, D), whose clips follow each other in time."""
    clips, t = inputs.shape[0], inputs.shape[2]
    joined = inputs.transpose(1, 2).flatten(0, 1)[source]
    return joined.unflatten(0, (clips, t)).transpose(1, 2)


def _strongest(names: Sequence, rises: np.ndarray, most: int) -> tuple[tuple, ...]:
    """Names with the largest rises, and these."""
    order = np.argsort(-rises)[:most]
    least = max(0.0, _LEAST_SHARE * float(rises.max(initial=0.0)))
    return tuple((names[i], float(rises[i])) for i in order if rises[i] > least)
