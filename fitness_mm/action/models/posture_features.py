"""What the posture network sees of a body, in the picture or in space, whatever its size and
place."""

from __future__ import annotations

import torch
from torch import Tensor

from fitness_mm.keypoints.skeleton import LIMBS, NUM_KEYPOINTS

from .factorization import facing

_LIMB_STARTS, _LIMB_STOPS = (list(ends) for ends in zip(*LIMBS, strict=True))
_ADJOINING = [(i, j) for i in range(len(LIMBS)) for j in range(i) if set(LIMBS[i]) & set(LIMBS[j])]
_FIRST_LIMBS, _SECOND_LIMBS = (list(pair) for pair in zip(*_ADJOINING, strict=True))
# Brings positions, of deviation 1, and what is about a third of that to a like size.
_GAIN = 3.0
# Below this length, in deviations of the joints, a limb's direction is noise and fades out.
_SHORTEST_LIMB = 0.05

NUM_PLANE_FEATURES = 5 * NUM_KEYPOINTS + 5 * len(LIMBS)
NUM_SPACE_FEATURES = 6 * NUM_KEYPOINTS + 7 * len(LIMBS) + len(_ADJOINING)


def plane_features(points: Tensor, given: Tensor) -> Tensor:
    """Features of what is seen, and which joints are.

    Args:
        points: x and y as :func:`standardized` gives them, (N, T, K, 2).
        given: 1 where a joint is given and 0 elsewhere, (N, T, K, 1).

    Returns:
        (N, T, NUM_PLANE_FEATURES); what is not given is 0.
    """
    return torch.cat([*_of_body(points, given), given.flatten(2)], 2)


def space_features(points: Tensor, given: Tensor) -> Tensor:
    """Features of a body in space, turned to face the camera, with the angles between its limbs.

    Args:
        points: x, y and z, (N, T, K, 3).
        given: As for :func:`plane_features`.

    Returns:
        (N, T, NUM_SPACE_FEATURES); what is not given is 0.
    """
    points, _ = standardized(facing(points, given[..., 0] > 0), given)
    parts = _of_body(points, given)
    directions = parts[1].unflatten(2, (len(LIMBS), 3))
    # cosines of the angles, as far as the limbs have a direction
    angles = (directions[:, :, _FIRST_LIMBS] * directions[:, :, _SECOND_LIMBS]).sum(-1)
    return torch.cat([*parts, angles], 2)


def standardized(points: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
    """Points (N, T, K, D) from the mean of all given ones of the clip, in units of their standard
    deviation, and that deviation in the unit they had, (N, 1, 1, 1). What is not given becomes 0,
    and nothing depends on where it is said to be."""
    count = given.sum((1, 2), keepdim=True).clamp(min=1)
    points = torch.where(given > 0, points, 0)
    points = (points - points.sum((1, 2), keepdim=True) / count) * given
    spread = (points.square().sum((1, 2, 3), keepdim=True) / count).sqrt().clamp(min=1e-6)
    return points / spread, spread


def _of_body(points: Tensor, given: Tensor) -> list[Tensor]:
    """Positions, limb directions and limb lengths, and how the first two differ from the clip's
    mean: faults of posture are small movements, or none, of what should move or rest."""
    both = given[:, :, _LIMB_STARTS] * given[:, :, _LIMB_STOPS]  # (N, T, L, 1)
    limbs = (points[:, :, _LIMB_STARTS] - points[:, :, _LIMB_STOPS]) * both
    lengths = limbs.norm(dim=-1, keepdim=True)
    directions = limbs / (lengths + _SHORTEST_LIMB)
    return [part.flatten(2) for part in (
        points, directions, _GAIN * lengths,
        _GAIN * _from_mean(points, given), _GAIN * _from_mean(directions, both))]


def _from_mean(values: Tensor, given: Tensor) -> Tensor:
    """How values (N, T, J, D), 0 where they are not given, differ from the mean of the frames."""
    mean = values.sum(1, keepdim=True) / given.sum(1, keepdim=True).clamp(min=1)
    return (values - mean) * given
