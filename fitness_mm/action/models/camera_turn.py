"""Clips seen by a camera that stands a little elsewhere, from keypoints with a depth."""

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
        yaw_deg: Largest angle around the picture's vertical, either way.
        pitch_deg: Largest one around its horizontal.

    Raises:
        ArgumentError: If an angle is negative or 90 degrees or more, or ``ratio`` no share.
    """

    def __init__(self, ratio: float = 0.5, yaw_deg: float = 20.0, pitch_deg: float = 5.0) -> None:
        if not 0 <= ratio <= 1:
            raise ArgumentError(f'ratio has to be from 0 to 1, but got {ratio}')
        if not (0 <= yaw_deg < 90 and 0 <= pitch_deg < 90):
            raise ArgumentError('yaw_deg and pitch_deg have to be at least 0 and below 90, but got '
                                f'{yaw_deg} and {pitch_deg}')
        self.ratio = ratio
        self.yaw, self.pitch = math.radians(yaw_deg), math.radians(pitch_deg)

    def __call__(self, keypoints: Tensor) -> Tensor:
        """Draws which views and by how much, and turns them.

        Raises:
            ArgumentError: If there is no depth.
        """
        if keypoints.shape[-1] < 4:
            raise ArgumentError('RandomCameraTurn needs to know the depth of keypoints; set '
                                'in_space=True of model.data_preprocessor')
        shape = keypoints.shape[:2]
        yaw, pitch = keypoints.new_empty(2, *shape).uniform_(-1, 1)
        chosen = keypoints.new_empty(shape).uniform_() < self.ratio
        moved = turned(keypoints, yaw * self.yaw, pitch * self.pitch)
        return torch.where(chosen[..., None, None, None], moved, keypoints)
