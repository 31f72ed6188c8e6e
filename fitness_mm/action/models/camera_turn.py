"""Clips seen by a camera that stands elsewhere, from keypoints with a depth."""

from __future__ import annotations

import math

import torch
from mmaction.registry import TRANSFORMS
from torch import Tensor

from fitness_mm.errors import ArgumentError


def turned(keypoints: Tensor, yaw: Tensor, pitch: Tensor) -> Tensor:
    """Views from a camera that has gone around the person, in the picture's axes.

    Args:
        keypoints: (N, V, T, K, 4), x and y from the middle of the person, a score, and how far
            behind that middle they are; NaN where it is not known.
        yaw: Around the picture's vertical, radians (N, V).
        pitch: Then around its horizontal, radians (N, V).

    Returns:
        The keypoints; those whose depth is not known are not given. A view in which that is more
        than half of those given stays as it is.
    """
    x, y, score, depth = keypoints.unbind(-1)
    known, given = depth.isfinite(), score > 0
    enough = ((known & given).sum((2, 3)) * 2 > given.sum((2, 3)))[..., None, None]  # (N, V, 1, 1)
    yaw, pitch = (angle[..., None, None] * enough for angle in (yaw, pitch))
    z = torch.where(known, depth, 0)
    z, x = z * yaw.cos() - x * yaw.sin(), x * yaw.cos() + z * yaw.sin()
    y, z = y * pitch.cos() - z * pitch.sin(), z * pitch.cos() + y * pitch.sin()
    return torch.stack([x, y, score * (known | ~enough), torch.where(known, z, depth)], -1)


@TRANSFORMS.register_module()
class RandomCameraTurn:
    """Turns every view by random angles, where the depth of its keypoints is known.

    Args:
        ratio: Share of the views.
        yaw_deg: Largest angle around the picture's vertical, either way; 180 for all around.
        pitch_deg: Largest one around its horizontal, either way, or the least and the largest:
            positive looks down.
        distance: From how near and how far, at random, the camera then sees the person, in lengths
            of the longer side of the person's box; if None, nearer limbs are not larger than they
            were.

    Raises:
        ArgumentError: If an angle or a distance is out of range, or ``ratio`` no share.
    """

    def __init__(self, ratio: float = 0.5, yaw_deg: float = 20.0,
                 pitch_deg: float | tuple[float, float] = 5.0,
                 distance: tuple[float, float] | None = None) -> None:
        if not 0 <= ratio <= 1:
            raise ArgumentError(f'ratio has to be from 0 to 1, but got {ratio}')
        low, high = (-pitch_deg, pitch_deg) if isinstance(pitch_deg, int | float) else pitch_deg
        if not (0 <= yaw_deg <= 180 and -90 < low <= high < 90):
            raise ArgumentError('yaw_deg has to be from 0 to 180 and pitch_deg below 90, but got '
                                f'{yaw_deg} and {pitch_deg}')
        if distance is not None and not 1 <= distance[0] <= distance[1]:
            raise ArgumentError('distance has to be two numbers of at least 1, the nearest first, '
                                f'but got {distance}')
        self.ratio, self.yaw = ratio, math.radians(yaw_deg)
        self.pitch = math.radians(low), math.radians(high)
        self.distance = distance

    def __call__(self, keypoints: Tensor) -> Tensor:
        """Draws which views and by how much, and turns them.

        Raises:
            ArgumentError: If there is no depth.
        """
        if keypoints.shape[-1] < 4:
            raise ArgumentError('RandomCameraTurn needs to know the depth of keypoints; set '
                                'in_space=True of model.data_preprocessor')
        shape = keypoints.shape[:2]
        yaw = keypoints.new_empty(shape).uniform_(-self.yaw, self.yaw)
        pitch = keypoints.new_empty(shape).uniform_(*self.pitch)
        chosen = keypoints.new_empty(shape).uniform_() < self.ratio
        moved = turned(keypoints, yaw, pitch)
        if self.distance is not None:
            far = keypoints.new_empty(shape).uniform_(*self.distance)[..., None, None]
            nearer = far / (far + torch.nan_to_num(moved[..., 3])).clamp(min=0.2)
            moved = torch.cat([moved[..., :2] * nearer[..., None], moved[..., 2:]], -1)
        return torch.where(chosen[..., None, None, None], moved, keypoints)
