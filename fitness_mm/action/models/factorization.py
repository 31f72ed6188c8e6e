"""Keypoints in space from what several still cameras see of them, without any calibration.

A camera that is some metres away sees a body almost as an affine camera would. The 2D keypoints of
V views, each from their mean, are then a matrix of rank 3: cameras (2 V, 3) times points (3, T K),
which a singular value decomposition finds up to one linear map, and that map follows from each
camera having square pixels (Tomasi and Kanade, "Shape and motion from image streams under
orthography", IJCV 1992). What is left open is turned upright, for cameras stand upright, and made
of the two mirror images the one in which the face and the toes are in front.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

_MIN_VIEWS = 3
_MIN_POINTS = 24  # seen by all views of a clip
_ROUNDS = 2  # of weighting down what disagrees
_VERTICAL_WEIGHT = 0.01  # for they may look down a little, but do not lean to a side
_NEAR = 3.0  # in medians of the residuals: what lies further off counts little


class Space(NamedTuple):
    """Keypoints of N clips in space.

    Attributes:
        points: (N, T, K, 3), seen as by one more camera, which the person faces on average: x to
            the right, y down, z away. From the mean of the clip, in units of the standard
            deviation of what the views see.
        given: Which of them at least two views see, bool (N, T, K).
        depth: Of the keypoints of each view: how far behind the middle of the person they are, in
            the unit of that view's x and y, (N, V, T, K).
        found: Clips that have all this, bool (N,): of the others three views are not known, or
            their keypoints are of no rigid world.
    """

    points: Tensor
    given: Tensor
    depth: Tensor
    found: Tensor


def factorized(keypoints: Tensor) -> Space:
    """Puts clips into space.

    Args:
        keypoints: Of V still cameras that stand upright, (N, V, T, K, 3): x to the right and y
            down in any unit, one for each view, and a score, 0 where a keypoint is not given.
            Frames of all views were taken at once.
    """
    v, t, k = keypoints.shape[1:4]
    given = keypoints[..., 2].flatten(2) > 0  # (N, V, P), P = T * K points
    there = given.any(2)
    complete = (given | ~there[..., None]).all(1) & there.any(1)[:, None]  # (N, P)
    found = (there.sum(1) >= _MIN_VIEWS) & (complete.sum(1) >= _MIN_POINTS)
    seen = keypoints[..., :2].flatten(2, 3).double() * given[..., None]  # (N, V, P, 2)
    counts = (complete[:, None] & given)[..., None].double()
    number = counts.sum(2, keepdim=True).clamp(min=1)
    middle = (seen * counts).sum(2, keepdim=True) / number
    seen = (seen - middle) * given[..., None]
    scale = ((seen.square() * counts).sum((2, 3), keepdim=True) / number).sqrt().clamp(min=1e-9)
    seen = seen / scale

    cameras = _cameras((seen * counts).transpose(2, 3).flatten(1, 2), complete)
    cameras, metric = _metric(cameras.unflatten(1, (v, 2)), there)
    found = found & metric
    # where nothing is found the rest has to go through all the same
    cameras = torch.where(found[:, None, None, None], cameras, _ANY_CAMERA.to(cameras))
    cameras = _upright(cameras, there)
    points, given = _triangulated(seen, given, cameras)
    points = points.unflatten(1, (t, k))
    given = given.unflatten(1, (t, k)) & found[:, None, None]
    front = _front(points, given)[:, None]  # (N, 1)
    away = torch.stack([torch.ones_like(front), torch.ones_like(front), front], -1)  # (N, 1, 3)
    points, cameras = points * away[:, :, None], cameras * away[:, :, None]
    x, y = cameras.unbind(2)  # (N, V, 3)
    z = torch.linalg.cross(x, y) / (x.norm(dim=-1) * y.norm(dim=-1)).sqrt().clamp(
        min=1e-9)[..., None]
    depth = torch.einsum('nvc,ntkc->nvtk', z, points) * scale
    known = given[:, None] & there[..., None, None]
    return Space(
        torch.where(given[..., None], facing(points, given), 0).to(keypoints.dtype), given,
        torch.where(known, depth, torch.nan).to(keypoints.dtype), found)


def facing(points: Tensor, given: Tensor) -> Tensor:
    """Clips turned around the vertical so that on average the person faces the camera, and left is
    to the right.

    Args:
        points: x to the right, y down and z away from the camera, (N, T, K, 3).
        given: Which of them are, bool (N, T, K); only frames of which all hips and shoulders are
            say where the person faces.
    """
    told = given[..., _SIDES].all(-1, keepdim=True)
    left = torch.where(told, _to_left(points), 0).sum(1)  # (N, 3)
    angle = torch.atan2(left[:, 2], left[:, 0])[:, None, None]
    x, y, z = points.unbind(-1)
    return torch.stack([x * angle.cos() + z * angle.sin(), y,
                        z * angle.cos() - x * angle.sin()], -1)


_ANY_CAMERA = torch.tensor([[1.0, 0, 0], [0, 1, 0]], dtype=torch.float64)


def _cameras(seen: Tensor, complete: Tensor) -> Tensor:
    """Axes of all views, (N, 2 V, 3), of what they see, (N, 2 V, P), up to one linear map."""
    weights = complete[:, None].double()
    for _ in range(_ROUNDS):
        axes = torch.linalg.eigh((seen * weights) @ seen.mT).eigenvectors[..., -3:]
        off = (seen - axes @ (axes.mT @ seen)).square().sum(1)  # (N, P)
        usual = torch.where(complete, off, torch.nan).nanmedian(1, True).values
        weights = (complete * _trust(off, usual))[:, None]
    return axes


def _trust(off: Tensor, usual: Tensor) -> Tensor:
    """Weights of what is off by squares of distances, of which the median is usual."""
    return 1 / (1 + off / (_NEAR**2 * usual.nan_to_num().clamp(min=1e-18)))


def _metric(cameras: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """The cameras (N, V, 2, 3) under the map that makes the two axes of each as long as one another
    and normal, and whether there is one, (N,)."""
    x, y = cameras.unbind(2)
    square = _products(x, x), _products(y, y)  # (N, V, 6)
    is_there = there[..., None]
    rows = torch.cat([(square[0] - square[1]) * is_there, _products(x, y) * is_there,
                      # and of some length at all
                      10 * ((square[0] + square[1]) * is_there).sum(1, keepdim=True)], 1)
    wanted = torch.zeros_like(rows[..., :1])
    wanted[:, -1] = 10 * there.sum(1, keepdim=True)
    normal = rows.mT @ rows
    slack = 1e-9 * normal.diagonal(dim1=1, dim2=2).mean(1).clamp(min=1e-9)
    normal = normal + slack[:, None, None] * torch.eye(6).to(normal)
    form = torch.linalg.solve(normal, rows.mT @ wanted)[..., 0][:, _SYMMETRIC]  # (N, 3, 3)
    values, vectors = torch.linalg.eigh(form)
    positive = values[:, 0] > 1e-4 * values[:, 2]
    root = vectors * values.clamp(min=1e-9).sqrt()[:, None]
    return cameras @ root[:, None], positive


_SYMMETRIC = torch.tensor([[0, 3, 4], [3, 1, 5], [4, 5, 2]])


def _products(u: Tensor, v: Tensor) -> Tensor:
    """Coefficients (..., 6) of u' S v in the six values of a symmetric S."""
    (a, b, c), (d, e, f) = u.unbind(-1), v.unbind(-1)
    return torch.stack([a * d, b * e, c * f, a * e + b * d, a * f + c * d, b * f + c * e], -1)


def _upright(cameras: Tensor, there: Tensor) -> Tensor:
    """The cameras (N, V, 2, 3) in a world whose second axis is down: normal to what the cameras
    have for horizontal, and not far from what they have for vertical, if all look one way."""
    x, y = (functional.normalize(axis, dim=-1) * there[..., None] for axis in cameras.unbind(2))
    down = torch.linalg.eigh(_VERTICAL_WEIGHT * (y.mT @ y) - x.mT @ x).eigenvectors[..., -1]
    down = torch.where((y.sum(1) * down).sum(1, keepdim=True) < 0, -down, down)  # (N, 3)
    # x: the axis that is least of all down, made horizontal
    least = functional.one_hot(down.abs().argmin(1), 3).to(down)
    x = functional.normalize(torch.linalg.cross(down, least), dim=-1)
    return cameras @ torch.stack([x, down, torch.linalg.cross(x, down)], -1)[:, None]


def _triangulated(seen: Tensor, given: Tensor, cameras: Tensor) -> tuple[Tensor, Tensor]:
    """Points (N, P, 3) of which the views see (N, V, P, 2), and which of them two views give."""
    weights = given.double()
    products = (cameras.mT @ cameras).flatten(2)  # (N, V, 9)
    toward = seen @ cameras  # (N, V, P, 3)
    slack = 1e-6 * torch.eye(3).to(cameras)
    for i in range(_ROUNDS):
        left = (weights.mT @ products).unflatten(2, (3, 3)) + slack
        points = torch.linalg.solve(left, (weights[..., None] * toward).sum(1)[..., None])[..., 0]
        if i < _ROUNDS - 1:
            off = (seen - points[:, None] @ cameras.mT).square().sum(-1)
            usual = torch.where(given, off, torch.nan).flatten(1).nanmedian(1).values
            weights = given * _trust(off, usual[:, None, None])
    return points, given.sum(1) >= 2


def _middle(points: Tensor, *names: str) -> Tensor:
    return points[..., [KEYPOINT_INDEX[name] for name in names], :].mean(-2)


_SIDES = [KEYPOINT_INDEX[f'{side} {name}'] for side in ('Left', 'Right')
          for name in ('Hip', 'Shoulder')]


def _to_left(points: Tensor) -> Tensor:
    """From right to left, (..., 3)."""
    return (_middle(points, 'Left Hip', 'Left Shoulder')
            - _middle(points, 'Right Hip', 'Right Shoulder'))


def _front(points: Tensor, given: Tensor) -> Tensor:
    """1 or -1: whether faces and toes (N, T, K, 3) are in front of the body, or it is mirrored."""
    up = _middle(points, 'Neck') - _middle(points, 'Waist')
    front = torch.linalg.cross(_to_left(points), up)
    face = _middle(points, 'Nose') - _middle(points, 'Left Ear', 'Right Ear')
    toes = (_middle(points, 'Left Foot', 'Right Foot')
            - _middle(points, 'Left Ankle', 'Right Ankle'))
    votes = ((front * (face + toes)).sum(-1)).sign() * given.any(-1)  # (N, T)
    return torch.where(votes.sum(1) < 0, -1.0, 1.0).to(points)
