"""Augmentation of keypoints, a batch at a time and on the device that they are on.

All take and give keypoints (N, V, T, K, 3): N clips in V views (or several clips of a view), x to
the right, y down from the middle of the crop, in units of the longer side of the person's box, and
a score, of which 0 says that a keypoint is not given; what stands behind it, such as a depth, stays
as it is. What they draw comes from torch's global
generator; what they do with it is a function of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from mmaction.registry import TRANSFORMS
from torch import Tensor

from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.measures import SEEN_SCORE
from fitness_mm.keypoints.skeleton import KEYPOINTS, LEFT_KEYPOINTS, RIGHT_KEYPOINTS

_EDGES = (0, 1, 1, 2, 3, 3, 3, 3, 3)  # of a picture, as often as something is beyond them
_MIRRORED = list(range(len(KEYPOINTS)))
for _left, _right in zip(LEFT_KEYPOINTS, RIGHT_KEYPOINTS, strict=True):
    _MIRRORED[_left], _MIRRORED[_right] = _right, _left


def mirrored(keypoints: Tensor, which: Tensor) -> Tensor:
    """Clips seen in a mirror, whose left is the others' right.

    Args:
        keypoints: (N, ..., K, 3).
        which: Clips to mirror, bool (N,).
    """
    turned = keypoints[..., _MIRRORED, :]
    turned[..., 0].neg_()
    return torch.where(which.view(-1, *[1] * (keypoints.ndim - 1)), turned, keypoints)


def transformed(keypoints: Tensor, matrix: Tensor, shift: Tensor) -> Tensor:
    """An affine map of all frames of each view.

    Args:
        keypoints: (N, V, T, K, 3).
        matrix: Applied from the left, (N, V, 2, 2).
        shift: Added afterwards, (N, V, 2).
    """
    turn = keypoints.new_zeros(*matrix.shape[:2], 3, 3)  # and the score as it is
    turn[..., :2, :2], turn[..., 2, 2] = matrix.mT, 1
    move = torch.nn.functional.pad(shift, (0, 1))
    points = keypoints[..., :3].flatten(0, 1).flatten(1, 2)  # (N * V, T * K, 3)
    points = torch.baddbmm(move.flatten(0, 1)[:, None], points, turn.flatten(0, 1))
    return torch.cat([points.view_as(keypoints[..., :3]), keypoints[..., 3:]], -1)


def without_joints(keypoints: Tensor, lost: Tensor) -> Tensor:
    """Some joints not given, at the middle of those seen in their frame, for networks that look at
    positions whatever their score.

    Args:
        keypoints: (..., K, 3).
        lost: bool (..., K).
    """
    points, score, more = keypoints.tensor_split((2, 3), -1)
    there = score >= SEEN_SCORE
    count = there.sum(-2, keepdim=True).clamp(min=1)
    middle = torch.where(there, points, 0).sum(-2, keepdim=True) / count
    lost = lost[..., None]
    return torch.cat([torch.where(lost, middle, points), score.masked_fill(lost, 0), more], -1)


def _uniform(like: Tensor, shape: Sequence[int], low: float = 0, high: float = 1) -> Tensor:
    return like.new_empty(shape).uniform_(low, high)


def _normal(like: Tensor, shape: Sequence[int]) -> Tensor:
    return like.new_empty(shape).normal_()


@TRANSFORMS.register_module()
class FlipKeypoints:
    """Mirrors clips, all views of one alike.

    Args:
        ratio: Share of the clips.
    """

    def __init__(self, ratio: float = 0.5) -> None:
        self.ratio = _share(ratio, 'ratio')

    def __call__(self, keypoints: Tensor) -> Tensor:
        """Draws which clips, and mirrors them."""
        return mirrored(keypoints, _uniform(keypoints, keypoints.shape[:1]) < self.ratio)


@TRANSFORMS.register_module()
class RandomKeypointAffine:
    """One random rotation, stretch, zoom and shift for all frames of a view.

    A tilted camera, and a body seen a little more from the side or from above, in so far as the
    plane can show it; a box that sits worse.

    Args:
        rotation_deg: Largest rotation either way, about the middle of the crop.
        stretch: Largest change of the width, and of the height, as a share.
        zoom: Largest change of both alike, as a share.
        shift: Largest one either way, of x and of y, in units of the longer side of the box.

    Raises:
        ArgumentError: If one of them is negative, or a share not below 1.
    """

    def __init__(self, rotation_deg: float = 10.0, stretch: float = 0.2, zoom: float = 0.0,
                 shift: float = 0.0) -> None:
        self.rotation = math.radians(_positive(rotation_deg, 'rotation_deg'))
        self.stretch, self.zoom = _share(stretch, 'stretch'), _share(zoom, 'zoom')
        self.shift = _positive(shift, 'shift')

    def __call__(self, keypoints: Tensor) -> Tensor:
        """Draws a map for every view, and applies it."""
        shape = keypoints.shape[:2]
        angle = _uniform(keypoints, shape, -self.rotation, self.rotation)
        factors = (_uniform(keypoints, (*shape, 2), 1 - self.stretch, 1 + self.stretch)
                   * _uniform(keypoints, (*shape, 1), 1 - self.zoom, 1 + self.zoom))
        shift = _uniform(keypoints, (*shape, 2), -self.shift, self.shift)
        return transformed(keypoints, stretched_and_turned(angle, factors), shift)


def stretched_and_turned(angle: Tensor, factors: Tensor) -> Tensor:
    """Matrices (..., 2, 2) that stretch along the axes, factors (..., 2), and turn then, by radians
    (...)."""
    cos, sin = angle.cos(), angle.sin()
    turn = torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], -2)
    return turn * factors[..., None, :]


@TRANSFORMS.register_module()
class JitterKeypoints:
    """Moves every joint of every frame a little, and loses some, so that a network trained on
    labels stands the keypoints that a pose estimator predicts.

    Args:
        sigma: Largest standard deviation of the noise of each coordinate, in units of the longer
            side of the box, which hardly depends on whether the person stands or lies. Every view
            of a sample draws its own between 0 and this one, so that exact keypoints stay in the
            training part.
        bias: The same for an error that a joint keeps through all frames of the clip. An
            estimator that is unsure where a joint is in this light or on this body is so in
            every frame, so that most of its error does not average out.
        joint_dropout: Probability that a joint of a frame is lost: not given any more.
        frame_dropout: Probability that a frame is.

    Raises:
        ArgumentError: If ``sigma`` or ``bias`` is negative or a dropout no probability below 1.
    """

    def __init__(self, sigma: float = 0.02, bias: float = 0.0, joint_dropout: float = 0.05,
                 frame_dropout: float = 0.0) -> None:
        self.sigma, self.bias = _positive(sigma, 'sigma'), _positive(bias, 'bias')
        self.joint_dropout = _share(joint_dropout, 'joint_dropout')
        self.frame_dropout = _share(frame_dropout, 'frame_dropout')

    def __call__(self, keypoints: Tensor) -> Tensor:
        """Draws noise and what is lost."""
        n, v, t, k = keypoints.shape[:4]
        noise = keypoints.new_zeros(1)
        for largest, frames in ((self.sigma, t), (self.bias, 1)):
            if largest:
                strength = _uniform(keypoints, (n, v, 1, 1, 1), 0, largest)
                noise = noise + strength * _normal(keypoints, (n, v, frames, k, 2))
        keypoints = torch.cat([keypoints[..., :2] + noise, keypoints[..., 2:]], -1)
        if self.joint_dropout:
            lost = _uniform(keypoints, (n, v, t, k)) < self.joint_dropout
            keypoints = without_joints(keypoints, lost)
        if self.frame_dropout:
            kept = _uniform(keypoints, (n, v, t, 1, 1)) >= self.frame_dropout
            points, score, more = keypoints.tensor_split((2, 3), -1)
            keypoints = torch.cat([points, score * kept, more], -1)
        return keypoints


def cut_off(keypoints: Tensor, edge: Tensor, share: Tensor) -> Tensor:
    """Views in which a part of the body is out of the picture.

    Args:
        keypoints: (N, V, T, K, 3).
        edge: Of the picture: 0 for the left one, 1 the top, 2 the right one, 3 the bottom, (N, V).
        share: How much of the width, or the height, of what is given in all frames is beyond it,
            (N, V).

    Returns:
        The keypoints; those beyond are not given.
    """
    axis, far = (edge % 2)[..., None, None, None], (edge >= 2)[..., None, None]
    along = keypoints[..., :2].gather(-1, axis.expand(*keypoints.shape[:4], 1))[..., 0]
    along = torch.where(far, -along, along)  # (N, V, T, K), from the edge to the other one
    given = keypoints[..., 2] > 0
    low = torch.where(given, along, torch.inf).amin((2, 3))
    high = torch.where(given, along, -torch.inf).amax((2, 3))
    line = (low + share * (high - low))[..., None, None]
    return without_joints(keypoints, along < line)


@TRANSFORMS.register_module()
class CutOffKeypoints:
    """Puts a part of the body out of the picture in some views, as cameras do that stand near:
    mostly legs, sometimes the head or one side.

    Args:
        ratio: Share of the views.
        most: Largest share of the body's height, or half of its width, that is cut off.

    Raises:
        ArgumentError: If they are no shares.
    """

    def __init__(self, ratio: float = 0.2, most: float = 0.5) -> None:
        self.ratio, self.most = _share(ratio, 'ratio'), _share(most, 'most')

    def __call__(self, keypoints: Tensor) -> Tensor:
        """Draws which views, at which edge and how much."""
        shape = keypoints.shape[:2]
        cut = _uniform(keypoints, shape) < self.ratio
        edge = keypoints.new_tensor(_EDGES, dtype=torch.long)[
            (_uniform(keypoints, shape) * len(_EDGES)).long()]
        share = _uniform(keypoints, shape, 0, self.most) * torch.where(edge == 3, 1.0, 0.5)
        return cut_off(keypoints, edge, torch.where(cut, share, -1.0))


def _positive(value: float, name: str) -> float:
    if not value >= 0:
        raise ArgumentError(f'{name} has to be at least 0, but got {value}')
    return value


def _share(value: float, name: str) -> float:
    if not 0 <= value < 1:
        raise ArgumentError(f'{name} has to be at least 0 and below 1, but got {value}')
    return value
