"""Clips seen by a camera that stands a little elsewhere, from 3D keypoints."""

from __future__ import annotations

import math

import torch
from mmaction.registry import TRANSFORMS
from torch import Tensor

from fitness_mm.errors import ArgumentError

_NEAR = 0.1
"""Of the longer side of the box: what lies further from where its 3D keypoint would be seen has
one of the two wrong."""
_ROUNDS = 2  # of fitting, the second without those


def fitted_depth(keypoints: Tensor, points_3d: Tensor) -> Tensor:
    """How far behind the middle of the person keypoints are, in the unit of x and y.

    An affine camera is fitted to every view; its third axis is normal to the two that are seen.
    Whether positive is nearer or further depends on the handedness of the 3D coordinates.

    Args:
        keypoints: x, y and score, (N, V, T, K, 3), x and y in units of the box's longer side.
        points_3d: In any coordinates and unit, NaN where not known, (N, V, T, K, 3).

    Returns:
        (N, V, T, K); NaN where it is not known, or where the two do not agree.
    """
    known = (keypoints[..., 2:] > 0) & points_3d.isfinite().all(-1, keepdim=True)
    both = torch.cat([torch.where(known, points_3d, 0), keypoints[..., :2]], -1)
    near = known  # (N, V, T, K, 1)
    for _ in range(_ROUNDS):
        # of each frame by itself: a body that is elsewhere in one would decide everything
        middles = (both * near).sum(3, keepdim=True) / near.sum(3, keepdim=True).clamp(min=1)
        within = ((both - middles) * near).flatten(2, 3)  # (N, V, T * K, 5)
        products = (within.mT @ within).double()
        spread = products[..., :3, :3]
        size = spread.diagonal(dim1=-2, dim2=-1).mean(-1)[..., None, None]
        spread = spread + torch.eye(3, device=spread.device) * (1e-6 * size + 1e-12)
        axes = torch.linalg.solve(spread, products[..., :3, 3:]).float()  # (N, V, 3, 2)
        # where the same camera has the middle of the picture in most frames
        start = middles[..., 3:] - middles[..., :3] @ axes[:, :, None]  # (N, V, T, 1, 2)
        start = torch.where(near.any(3, keepdim=True), start, torch.nan).nanmedian(2, True).values
        off = both[..., 3:] - both[..., :3] @ axes[:, :, None] - start
        near = known & (off.norm(dim=-1, keepdim=True) < _NEAR)
    x, y = axes.unbind(-1)  # (N, V, 3)
    normal = torch.linalg.cross(x, y) / (x.norm(dim=-1) * y.norm(dim=-1)).sqrt().clamp(
        min=1e-12)[..., None]
    depth = both[..., :3] @ normal[:, :, None, :, None]  # (N, V, T, K, 1)
    middle = (depth * near).sum((2, 3), keepdim=True) / near.sum((2, 3), keepdim=True).clamp(min=1)
    return torch.where(near, depth - middle, torch.nan)[..., 0]


def turned(keypoints: Tensor, yaw: Tensor, pitch: Tensor) -> Tensor:
    """Views from a camera that has gone around the person, in the picture's axes.

    Args:
        keypoints: (N, V, T, K, 4), x and y from the middle of the person, a score, and a depth as
            :func:`fitted_depth` gives it.
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
    """Turns clips by random angles, all views of one by the same, where 3D keypoints are known.

    Args:
        ratio: Share of the clips.
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
        """Draws which clips and by how much, and turns them.

        Raises:
            ArgumentError: If there is no depth.
        """
        if keypoints.shape[-1] < 4:
            raise ArgumentError('RandomCameraTurn needs to know the depth of keypoints; set '
                                'with_depth=True of model.data_preprocessor')
        shape = len(keypoints), 1
        yaw, pitch = keypoints.new_empty(2, *shape).uniform_(-1, 1)
        chosen = keypoints.new_empty(shape).uniform_() < self.ratio
        moved = turned(keypoints, yaw * self.yaw, pitch * self.pitch)
        return torch.where(chosen[..., None, None, None], moved, keypoints)
