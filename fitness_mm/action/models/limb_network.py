"""A small skeleton network: every frame by its limbs, a clip by what its frames have in common."""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from fitness_mm.keypoints.skeleton import LIMBS, NUM_KEYPOINTS

_LIMB_STARTS, _LIMB_STOPS = (list(ends) for ends in zip(*LIMBS, strict=True))
# Brings positions, of deviation 1, and limb lengths, of about 0.3, to a like size.
_LENGTH_GAIN = 3.0
# Below this length, in deviations of the joints, a limb's direction is noise and fades out.
_SHORTEST_LIMB = 0.05


def limb_features(keypoints: Tensor) -> Tensor:
    """Positions, limb directions and limb lengths, whatever the size and place of the body.

    Args:
        keypoints: (N, T, K, 3): x and y in any unit, and a score; a joint with score 0 is not
            given, and nothing depends on where it is said to be.

    Returns:
        (N, T, 3 K + 3 L) for L limbs. Positions are relative to the mean of all given joints of the
        clip, in units of their standard deviation; what is not given is 0.
    """
    given = (keypoints[..., 2:] > 0).to(keypoints)  # (N, T, K, 1)
    count = given.sum((1, 2), keepdim=True).clamp(min=1)
    centre = (keypoints[..., :2] * given).sum((1, 2), keepdim=True) / count
    points = (keypoints[..., :2] - centre) * given  # (N, T, K, 2)
    spread = (points.square().sum((1, 2, 3), keepdim=True) / count).sqrt()
    points = points / spread.clamp(min=1e-6)
    both = given[:, :, _LIMB_STARTS] * given[:, :, _LIMB_STOPS]  # (N, T, L, 1)
    limbs = (points[:, :, _LIMB_STARTS] - points[:, :, _LIMB_STOPS]) * both
    lengths = limbs.norm(dim=-1, keepdim=True)
    directions = limbs / (lengths + _SHORTEST_LIMB)
    return torch.cat([points.flatten(2), given.flatten(2), directions.flatten(2),
                      _LENGTH_GAIN * lengths.flatten(2)], dim=2)


class ClipDropout(nn.Dropout):
    """Dropout of a channel in all frames of a clip at once, of (N, T, C): pooling over the frames
    does not average it out, and a random number for every frame takes as long as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        """Drops in training."""
        return x * super().forward(torch.ones_like(x[:, :1])) if self.training else x


@MODELS.register_module()
class LimbNetwork(BaseModule):
    """Limb directions and joint positions of each frame through an MLP, pooled over the frames.

    The frames are a set: their mean says how the exercise is done, their maximum whether something
    ever happens, their deviation how much moves. In this data set neighbouring labelled frames
    are far apart in the movement, so their order says little. A few minutes of one CPU core
    train it.

    Takes and gives what MMAction2's ``RecognizerGCN`` and ``GCNHead`` want.

    Args:
        width: Of all layers, and channels of the feature.
        dropout_ratio: Inside of the network.
        init_cfg: As for mmengine's ``BaseModule``.
    """

    def __init__(self,
                 width: int = 256,
                 dropout_ratio: float = 0.2,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.frame = nn.Sequential(
            nn.Linear(3 * NUM_KEYPOINTS + 3 * len(LIMBS), width), nn.LayerNorm(width), nn.GELU(),
            ClipDropout(dropout_ratio), nn.Linear(width, width), nn.LayerNorm(width), nn.GELU())
        self.clip = nn.Sequential(
            nn.Dropout(dropout_ratio), nn.Linear(3 * width, width), nn.GELU())

    def forward(self, x: Tensor) -> Tensor:
        """The clips' features.

        Args:
            x: (N, M, T, K, 3): M persons, T frames, K keypoints with x, y and score. Frames
                without a keypoint do not count, unless there is no other.

        Returns:
            (N, M, width, 1, 1): one step and one joint are left.
        """
        n, m = x.shape[:2]
        x = x.flatten(0, 1)  # (N * M, T, K, 3)
        given = (x[..., 2] > 0).any(-1)
        given = given | ~given.any(-1, keepdim=True)
        share = (given / given.sum(-1, keepdim=True))[:, None]  # (N * M, 1, T)
        frames = self.frame(limb_features(x))  # (N * M, T, width)
        mean = (share @ frames)[:, 0]
        # torch's own variance over an inner axis takes longer than the layers
        spread = ((share @ frames.square())[:, 0] - mean.square()).clamp(min=0).add(1e-6).sqrt()
        highest = (frames + torch.where(given, 0, -torch.inf)[..., None]).amax(1)
        feature = self.clip(torch.cat([mean, highest, spread], dim=1))
        return feature.view(n, m, -1, 1, 1)
