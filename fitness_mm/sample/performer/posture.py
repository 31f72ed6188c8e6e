"""Postures as directions of bones, and the 24 keypoints of a body that takes them.

A *posture* is an array (..., B, 3) of vectors to the performer's left, up and to the front, in the
order of :data:`BONES`. Directions of bones can be averaged over people of any size and blended from
one posture to the next, and say nothing of the body that takes them; and they are what label files
give, so that postures can be measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, NUM_KEYPOINTS

from .body import Body
from .geometry import SIDES, perpendicular, unit

LINES = ('hips', 'shoulders', 'ears')
"""From the right one to the left one."""

CENTRE = ('trunk', 'waist', 'back', 'neck', 'skull', 'face')
"""``trunk`` goes from the middle of the hips to that of the shoulders, ``skull`` from Neck to the
middle of the ears, ``face`` from there to the nose. :data:`PLACES` of them have a length, too."""

PLACES = ('waist', 'back', 'neck')
"""Where Waist and Back are from the middle of the hips, and Neck from that of the shoulders, in
lengths of the trunk and along its axes: to the left, along it and to its front."""

LIMBS = ('upper arm', 'forearm', 'hand', 'thigh', 'shin', 'foot')
"""Each on the left and on the right: Shoulder to Elbow to Wrist to Palm, Hip to Knee to Ankle to
Foot."""

BONES = (*LINES, *CENTRE, *(f'{side} {limb}' for side in ('left', 'right') for limb in LIMBS))
BONE_INDEX = {name: i for i, name in enumerate(BONES)}

_MIRRORED = [BONE_INDEX[name] for name in (
    *LINES, *CENTRE, *(f'{side} {limb}' for side in ('right', 'left') for limb in LIMBS))]
_SIGNS = np.ones((len(BONES), 3))
_SIGNS[:, 0] = -1
# A line that goes to the left still does in the mirror.
_SIGNS[:len(LINES)] *= -1

_EYES_ABOVE_NOSE_DEG = 16.0
_MOST_BENT = np.cos(np.radians(156.0))  # of elbows and knees


def plain_name(bone: str) -> str:
    """A bone's name without its side."""
    return bone.removeprefix('left ').removeprefix('right ')


def mirrored(posture: np.ndarray) -> np.ndarray:
    """A posture (..., B, 3) with left and right exchanged."""
    return posture[..., _MIRRORED, :] * _SIGNS


def posture_from(vectors: Mapping[str, Sequence[float]], base: np.ndarray) -> np.ndarray:
    """A posture (B, 3) that has some other vectors than a base has.

    Args:
        vectors: By a bone's name. A limb without a side is that of the left; the right one is its
            mirror image.
        base: (B, 3).

    Raises:
        KeyError: If there is no such bone.
    """
    posture = base.copy()
    for name, vector in vectors.items():
        if name in LIMBS:
            posture[BONE_INDEX[f'left {name}']] = vector
            posture[BONE_INDEX[f'right {name}']] = np.multiply(vector, (-1, 1, 1))
        else:
            posture[BONE_INDEX[name]] = vector
    return posture


@dataclass(frozen=True)
class Joints:
    """A body in T frames, in cm.

    Attributes:
        keypoints: (T, K, 3), in the order of the labels.
        extras: Points (T, 3) a drawing needs beside them: ``mid_hip``, ``mid_head``, toes and
            heels.
        axes: Left, up, front (T, 3, 3) of ``pelvis``, ``lumbar``, ``thorax`` and ``head``.
    """

    keypoints: np.ndarray
    extras: dict[str, np.ndarray]
    axes: dict[str, np.ndarray]

    def mapped(self, points: Callable[[np.ndarray], np.ndarray],
               axes: Callable[[np.ndarray], np.ndarray]) -> Joints:
        """The same with functions applied to points and to axes."""
        return Joints(points(self.keypoints), {k: points(v) for k, v in self.extras.items()},
                      {k: axes(v) for k, v in self.axes.items()})

    def point(self, name: str) -> np.ndarray:
        """(T, 3) of a keypoint or of an extra point."""
        if name in self.extras:
            return self.extras[name]
        return self.keypoints[:, KEYPOINT_INDEX[name]]


def keypoints_of(body: Body, posture: np.ndarray) -> np.ndarray:
    """Keypoints (..., K, 3) in cm of a body in a posture (..., B, 3), from the middle of the
    hips."""
    trunk = trunk_axes(posture)

    def bone(name: str) -> np.ndarray:
        vector = posture[..., BONE_INDEX[name], :]
        if name in PLACES:
            return body.trunk * (vector[..., None, :] @ trunk)[..., 0, :]
        return unit(vector)

    points = np.empty((*posture.shape[:-2], NUM_KEYPOINTS, 3))

    def put(name: str, point: np.ndarray) -> np.ndarray:
        points[..., KEYPOINT_INDEX[name], :] = point
        return point

    shoulders = body.trunk * bone('trunk')
    put('Waist', bone('waist'))
    put('Back', bone('back'))
    neck = put('Neck', shoulders + bone('neck'))
    head = neck + body.skull * bone('skull')
    left, up, front = np.moveaxis(head_axes(posture), -2, 0)
    put('Nose', head + body.nose * front)
    a = np.radians(_EYES_ABOVE_NOSE_DEG)
    eyes = head + body.eye * (np.cos(a) * front + np.sin(a) * up)
    for side, sign in SIDES:
        put(f'{side} Ear', head + sign * body.ears / 2 * left)
        put(f'{side} Eye', eyes + sign * body.eyes / 2 * left)
        for root, line, chain in (
                (shoulders, 'shoulders', (('Elbow', 'upper arm', body.upper_arm),
                                          ('Wrist', 'forearm', body.forearm),
                                          ('Palm', 'hand', body.palm))),
                (0.0 * shoulders, 'hips', (('Knee', 'thigh', body.thigh),
                                           ('Ankle', 'shin', body.shin),
                                           ('Foot', 'foot', body.foot)))):
            end = put(f'{side} {line[:-1].title()}',
                      root + sign * getattr(body, line) / 2 * bone(line))
            before = None
            for joint, name, length in chain:
                along = bone(f'{side.lower()} {name}')
                if name in ('forearm', 'shin'):
                    along = _bent_as_far_as_can_be(before, along)
                end = put(f'{side} {joint}', end + length * along)
                before = along
    return points


def _bent_as_far_as_can_be(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The second of two bones (..., 3), no further back along the first than joints allow."""
    too_far = (first * second).sum(-1, keepdims=True) < _MOST_BENT
    limit = _MOST_BENT * first + np.sqrt(1 - _MOST_BENT**2) * perpendicular(second, first)
    return np.where(too_far, limit, second)


def trunk_axes(posture: np.ndarray) -> np.ndarray:
    """Left, along and front (..., 3, 3) of the trunk."""
    hips, shoulders = (posture[..., BONE_INDEX[line], :] for line in ('hips', 'shoulders'))
    return _axes(posture[..., BONE_INDEX['trunk'], :], unit(hips) + unit(shoulders))


def head_axes(posture: np.ndarray) -> np.ndarray:
    """Left, up and front (..., 3, 3) of the head; front is to the nose."""
    front = unit(posture[..., BONE_INDEX['face'], :])
    left = perpendicular(posture[..., BONE_INDEX['ears'], :], front)
    return np.stack([left, np.cross(front, left), front], -2)


def _axes(up: np.ndarray, left: np.ndarray) -> np.ndarray:
    up = unit(up)
    left = perpendicular(left, up)
    return np.stack([left, up, np.cross(left, up)], -2)


def joints_of(body: Body, keypoints: np.ndarray, posture: np.ndarray) -> Joints:
    """What drawings need beside keypoints (T, K, 3), of the posture (T, B, 3) that they are of."""
    def point(name: str) -> np.ndarray:
        return keypoints[:, KEYPOINT_INDEX[name]]

    mid_hip = (point('Left Hip') + point('Right Hip')) / 2
    chest = (point('Left Shoulder') + point('Right Shoulder')) / 2
    hips, shoulders = (posture[:, BONE_INDEX[name]] for name in ('hips', 'shoulders'))
    waist, back = point('Waist'), point('Back')
    axes = {
        'pelvis': _axes(waist - mid_hip, hips),
        'lumbar': _axes(back - waist, unit(hips) + unit(shoulders)),
        'thorax': _axes(chest - back, shoulders),
    }
    left, up, front = np.moveaxis(head_axes(posture), -2, 0)
    # A head looks above its nose.
    a = np.radians(_EYES_ABOVE_NOSE_DEG)
    axes['head'] = np.stack([left, np.cos(a) * up - np.sin(a) * front,
                             np.cos(a) * front + np.sin(a) * up], 1)
    ears = (point('Left Ear') + point('Right Ear')) / 2
    extras = {'mid_hip': mid_hip, 'mid_head': ears + 0.02 * body.height * axes['head'][:, 1]}
    for side, _ in SIDES:
        shin, foot = (posture[:, BONE_INDEX[f'{side.lower()} {name}']] for name in ('shin', 'foot'))
        # The sole goes from below the ankle to the ball of the foot and on to the toes.
        down = perpendicular(unit(shin), unit(foot))
        along = 0.8 * unit(foot) - 0.6 * down
        extras[f'{side} toe'] = point(f'{side} Foot') + 0.45 * body.foot * along
        extras[f'{side} heel'] = point(f'{side} Foot') - 1.1 * body.foot * along
    return Joints(keypoints, extras, axes)
