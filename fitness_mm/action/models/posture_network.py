"""A small network that judges a clip from keypoints, in the picture or in space."""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional

from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .posture_features import (
    NUM_PLANE_FEATURES,
    NUM_SPACE_FEATURES,
    plane_features,
    space_features,
    standardized,
)


class ClipDropout(nn.Dropout):
    """Dropout of a channel in all frames of a clip at once, of (N, T, C): pooling over the frames
    does not average it out, and a random number for every frame takes as long as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        """Drops in training."""
        return x * super().forward(torch.ones_like(x[:, :1])) if self.training else x


@MODELS.register_module()
class PostureNetwork(BaseModule):
    """Lifts what is seen into space, and pools the frames of a clip, each through an MLP.

    What faults look like depends on where the camera stands; what the body does in space, turned to
    face one way, does not. A keypoint's depth is an input where it is known, and estimated from the
    other keypoints of its frame where it is not, so that one network judges a single view and what
    several views say together.

    The frames of a clip are a set: their mean says how the exercise is done, their highest and
    lowest values whether something ever happens, their deviation how much moves. In this data set
    neighbouring labelled frames are far apart in the movement, so their order says little.

    Args:
        width: Of the layers that see frames.
        channels: Of the feature of a clip.
        dropout_ratio: Inside of the network.
        init_cfg: As for mmengine's ``BaseModule``.
    """

    def __init__(self,
                 width: int = 384,
                 channels: int = 1024,
                 dropout_ratio: float = 0.2,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        features = NUM_PLANE_FEATURES + NUM_SPACE_FEATURES
        self.plane_norm = nn.BatchNorm1d(NUM_PLANE_FEATURES, affine=False)
        self.space_norm = nn.BatchNorm1d(NUM_SPACE_FEATURES, affine=False)
        self.lift = nn.Sequential(
            *_layer(NUM_PLANE_FEATURES, width), *_layer(width, width),
            nn.Linear(width, NUM_KEYPOINTS))
        self.frame = nn.Sequential(
            *_layer(features, width), ClipDropout(dropout_ratio), *_layer(width, width))
        # what is plain to see in the pooled features need not go through the frames' layers
        self.plain = nn.Sequential(
            nn.LayerNorm(4 * features), nn.Dropout(0.2), nn.Linear(4 * features, channels))
        self.clip = nn.Sequential(nn.Dropout(dropout_ratio), nn.Linear(4 * width, channels))

    def forward(self, keypoints: Tensor, depth: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Features of clips, and the depth that was estimated.

        Args:
            keypoints: x, y and score, 0 where a joint is not given, (N, T, K, 3). Frames without a
                joint do not count.
            depth: How far behind the middle of the person a keypoint is, in the unit of x and y,
                (N, T, K); NaN where it is not known, as everywhere if None.

        Returns:
            Features (N, C), and depth as estimated (N, T, K), in the unit and from the middle of
            :func:`relative_depth`.
        """
        points, score = keypoints.split((2, 1), -1)
        given = (score > 0).to(points)  # (N, T, K, 1)
        counted = _some(given.amax(2)[..., 0] > 0)
        points, spread = standardized(points, given)
        plane = _normed(self.plane_norm, plane_features(points, given))
        # as a part of coordinates it is no matter of half precision
        lifted = _from_frames_mean(self.lift(plane).float(), given[..., 0])
        told = lifted
        if depth is not None:
            told = relative_depth(depth, given[..., 0], spread[..., 0])
            told = torch.where(told.isfinite(), told, lifted)
        space = space_features(torch.cat([points, told[..., None]], -1), given)
        features = torch.cat([plane, _normed(self.space_norm, space)], -1)
        frames = self.frame(features)  # (N, T, W)
        clips = self.clip(_pooled(frames, counted)) + self.plain(_pooled(features, counted))
        return functional.gelu(clips), lifted


def relative_depth(depth: Tensor, given: Tensor, spread: Tensor) -> Tensor:
    """Depth (N, T, K) from the mean of the joints of its frame that are given, in deviations of the
    joints in the picture."""
    return _from_frames_mean(depth / spread, given)


def _from_frames_mean(depth: Tensor, given: Tensor) -> Tensor:
    known = given * depth.isfinite()
    mean = (torch.where(known > 0, depth, 0).sum(-1, keepdim=True)
            / known.sum(-1, keepdim=True).clamp(min=1))
    return depth - mean


def _layer(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return nn.Linear(inputs, outputs), nn.LayerNorm(outputs), nn.GELU()


def _normed(norm: nn.BatchNorm1d, features: Tensor) -> Tensor:
    return norm(features.flatten(0, 1)).view_as(features)


def _some(given: Tensor) -> Tensor:
    """The same, or all along the second axis where there is none: then nothing of it counts, but it
    is no NaN either."""
    return given | ~given.any(1, keepdim=True)


def _pooled(x: Tensor, given: Tensor) -> Tensor:
    """Mean, highest and lowest value and deviation over the given of the frames (N, T, C),
    (N, 4 C)."""
    left_out = ~given[..., None]
    with torch.autocast(x.device.type, enabled=False):  # small differences of large numbers
        x = x.float()
        share = (given / given.sum(1, keepdim=True))[:, None].to(x)  # (N, 1, T)
        mean = share @ x  # torch's own over an inner axis takes longer than the layers
        deviation = (share @ (x - mean).square() + 1e-6).sqrt()
    return torch.cat([mean[:, 0], x.masked_fill(left_out, -torch.inf).amax(1),
                      x.masked_fill(left_out, torch.inf).amin(1), deviation[:, 0]], 1)
