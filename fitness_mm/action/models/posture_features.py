"""What the posture network sees of a body, whatever its size and place."""

from __future__ import annotations

import torch
from torch import Tensor

from fitness_mm.keypoints.skeleton import LIMBS, NUM_KEYPOINTS

_LIMB_STARTS, _LIMB_STOPS = (list(ends) for ends in zip(*LIMBS, strict=True))
# Brings positions, of deviation 1, and what is about a third of that to a like size.
_GAIN = 3.0
# Below this length, in deviations of the joints, a limb's direction is noise and fades out.
_SHORTEST_LIMB = 0.05

NUM_FEATURES = 5 * NUM_KEYPOINTS + 5 * len(LIMBS)


def posture_features(keypoints: Tensor) -> Tensor:
    """Positions, limb directions and limb lengths, and how the first two differ from the clip's
    mean: faults of posture are small movements, or none, of what should move or rest.

    Args:
        keypoints: (N, T, K, 3): x and y in any unit, and a score; a joint with score 0 is not
            given, and nothing depends on where it is said to be.

    Returns:
        (N, T, NUM_FEATURES). Positions are relative to the mean of all given joints of the
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
    return torch.cat([part.flatten(2) for part in (
        points, given, directions, _GAIN * lengths,
        _GAIN * _from_mean(points, given), _GAIN * _from_mean(directions, both))], dim=2)


def _from_mean(values: Tensor, given: Tensor) -> Tensor:
    """How values (N, T, J, 2), 0 where they are not given, differ from the mean of the frames."""
    mean = values.sum(1, keepdim=True) / given.sum(1, keepdim=True).clamp(min=1)
    return (values - mean) * given
