"""A small network that judges a clip from the keypoints of one view or of several."""

from __future__ import annotations

from typing import NamedTuple

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional

from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .posture_features import NUM_FEATURES, posture_features


class ClipDropout(nn.Dropout):
    """Dropout of a channel in all frames of a clip at once, of (N, T, C): pooling over the frames
    does not average it out, and a random number for every frame takes as long as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        """Drops in training."""
        return x * super().forward(torch.ones_like(x[:, :1])) if self.training else x


class Views(NamedTuple):
    """What the network knows of each view of N clips before they are joined.

    Attributes:
        frames: Features of every frame, (N, V, T, W).
        clips: Features of every view, (N, V, C).
        given: Which frames there are, bool (N, V, T); a view of which there is none does not count.
    """

    frames: Tensor
    clips: Tensor
    given: Tensor


@MODELS.register_module()
class PostureNetwork(BaseModule):
    """Frames through an MLP, pooled over the frames of each view and over the views.

    The frames of a view are a set: their mean says how the exercise is done, their highest and
    lowest values whether something ever happens, their deviation how much moves. In this data set
    neighbouring labelled frames are far apart in the movement, so their order says little. Several
    views are a set too: they meet in every frame, where together they say where the body is in
    space, and once more as whole clips. Minutes of one CPU core train it.

    Takes and gives what MMAction2's ``GCNHead`` wants, with the views in the place of persons.

    Args:
        width: Of the layers that see frames.
        channels: Of the feature of a clip.
        dropout_ratio: Inside of the network.
        init_cfg: As for mmengine's ``BaseModule``.
    """

    def __init__(self,
                 width: int = 384,
                 channels: int = 1024,
                 dropout_ratio: float = 0.05,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.norm = nn.BatchNorm1d(NUM_FEATURES, affine=False)
        self.frame = nn.Sequential(
            nn.Linear(NUM_FEATURES, width), nn.LayerNorm(width), nn.GELU(),
            ClipDropout(dropout_ratio), nn.Linear(width, width), nn.LayerNorm(width), nn.GELU())
        # what is plain to see in the pooled features need not go through the frames' layers
        self.plain = nn.Sequential(
            nn.LayerNorm(4 * NUM_FEATURES), nn.Dropout(0.2), nn.Linear(4 * NUM_FEATURES, channels))
        self.clip = nn.Sequential(nn.Dropout(dropout_ratio), nn.Linear(4 * width, channels))
        self.joined_frame = nn.Sequential(
            ClipDropout(dropout_ratio), nn.Linear(2 * width, width), nn.LayerNorm(width), nn.GELU())
        self.joined_clip = nn.Sequential(nn.Dropout(dropout_ratio), nn.Linear(4 * width, channels))
        self.joined_views = nn.Sequential(
            nn.Dropout(dropout_ratio), nn.Linear(3 * channels, channels))
        self.depth = nn.Linear(width, NUM_KEYPOINTS)

    def views(self, x: Tensor) -> Views:
        """What each view says by itself.

        Args:
            x: (N, V, T, K, 3): V views, T frames, K keypoints with x, y and score. Frames without
                a keypoint do not count.
        """
        n, v = x.shape[:2]
        x = x.flatten(0, 1)  # (N * V, T, K, 3)
        given = (x[..., 2] > 0).any(-1)
        counted = _some(given)
        features = posture_features(x)
        features = self.norm(features.flatten(0, 1)).view_as(features)
        frames = self.frame(features)  # (N * V, T, W)
        clips = functional.gelu(self.clip(_pooled(frames, counted))
                                + self.plain(_pooled(features, counted)))
        return Views(*(part.unflatten(0, (n, v)) for part in (frames, clips, given)))

    def joined(self, views: Views) -> Tensor:
        """Features (N, C) of clips from all the views that they have, in the place of ``clips`` of
        a single one."""
        clips = torch.cat(_over_views(views.clips, _some(views.given.any(2))), -1)  # (N, 3 C)
        mean, highest, _ = _over_views(views.frames, _some(views.given))  # (N, T, W)
        frames = self.joined_frame(torch.cat([mean, highest], -1))
        pooled = _pooled(frames, _some(views.given.any(1)))
        return functional.gelu(self.joined_views(clips) + self.joined_clip(pooled))

    def forward(self, x: Tensor) -> Tensor:
        """The clips' features.

        Args:
            x: As for :meth:`views`.

        Returns:
            (N, 1, C, 1, 1): one person, one step and one joint are left.
        """
        views = self.views(x)
        return as_graph(self.joined(views) if x.shape[1] > 1 else views.clips[:, 0])


def as_graph(features: Tensor) -> Tensor:
    """Features (N, C) as ``GCNHead`` takes them."""
    return features[:, None, :, None, None]


def _some(given: Tensor) -> Tensor:
    """The same, or all along the second axis where there is none: then nothing of it counts, but it
    is no NaN either."""
    return given | ~given.any(1, keepdim=True)


def _pooled(x: Tensor, given: Tensor) -> Tensor:
    """Mean, highest and lowest value and deviation over the given of the frames (N, T, C),
    (N, 4 C)."""
    share = (given / given.sum(1, keepdim=True))[:, None].to(x)  # (N, 1, T)
    mean = (share @ x)[:, 0]
    # torch's own variance over an inner axis takes longer than the layers
    deviation = ((share @ x.square())[:, 0] - mean.square()).clamp(min=0).add(1e-6).sqrt()
    left_out = ~given[..., None]
    return torch.cat([mean, x.masked_fill(left_out, -torch.inf).amax(1),
                      x.masked_fill(left_out, torch.inf).amin(1), deviation], 1)


def _over_views(x: Tensor, there: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, highest and lowest of the views (N, V, ..., C) that are there, bool (N, V, ...)."""
    there = there[..., None]
    mean = x.masked_fill(~there, 0).sum(1) / there.sum(1)
    return (mean, x.masked_fill(~there, -torch.inf).amax(1),
            x.masked_fill(~there, torch.inf).amin(1))
