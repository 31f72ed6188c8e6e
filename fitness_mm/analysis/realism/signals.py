"""What a body does, moment by moment, in degrees and trunk lengths.

N clips, T moments, K keypoints. A trunk length is a clip's median distance of mid-shoulders and
mid-hips. *Forward*, *left* and *up* are the person's own: up is the vertical, left goes from the
right hip and shoulder to the left ones, level, and forward is normal to both.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fitness_mm.analysis.audit.checks.scale import nan_median, nan_quantile
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

_UP = np.array([0.0, 1.0, 0.0])
_SIDES = {'left': ('Left', 1.0), 'right': ('Right', -1.0)}


class Body:
    """Keypoints of clips and the frames of reference of the people in them.

    Args:
        points: (N, T, K, 3) in any unit, the last axis right-handed with y up; NaN where unknown.
    """

    def __init__(self, points: np.ndarray) -> None:
        self._points = points
        self.shoulders, self.hips = self.middle('Shoulder'), self.middle('Hip')
        trunk = self.shoulders - self.hips
        self.trunk = nan_median(_length(trunk), 1)  # (N, 1)
        self.along = _unit(trunk)
        across = (self['Left Shoulder'] - self['Right Shoulder']
                  + self['Left Hip'] - self['Right Hip'])
        self.left = _unit(across * (1 - _UP))
        self.forward = np.cross(self.left, _UP)
        self.ventral = _unit(np.cross(self.left, self.along))
        """Normal to the trunk, to the front."""

    def __getitem__(self, name: str) -> np.ndarray:
        return self._points[:, :, KEYPOINT_INDEX[name]]

    def middle(self, name: str) -> np.ndarray:
        """Between a keypoint's two sides, (N, T, 3)."""
        return (self[f'Left {name}'] + self[f'Right {name}']) / 2

    def distance(self, vector: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """How far a vector goes in a direction, in trunk lengths, (N, T)."""
        return _dot(vector, direction) / self.trunk


def paired_signals(body: Body) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Name of each signal that both sides have, and what it is on the left and right, (N, T)."""
    left, right = (dict(_of_side(body, *side)) for side in _SIDES.values())
    for name, values in left.items():
        yield name, values, right[name]


def _of_side(body: Body, side: str, sign: float) -> Iterator[tuple[str, np.ndarray]]:
    shoulder, elbow, wrist, palm, hip, knee, ankle, foot = (
        body[f'{side} {name}'] for name in
        ('Shoulder', 'Elbow', 'Wrist', 'Palm', 'Hip', 'Knee', 'Ankle', 'Foot'))
    out = sign * body.left
    upper, fore, hand, shin, toes = (elbow - shoulder, wrist - elbow, palm - wrist, knee - ankle,
                                     foot - ankle)
    yield 'elbow angle', _angle(-upper, fore)
    yield 'shoulder angle', _angle(upper, -body.along)
    yield 'upper arm forward, deg', _rise(upper, body.forward)
    yield 'upper arm outward, deg', _rise(upper, out)
    yield 'forearm from vertical, deg', _angle(fore, _UP)
    yield 'wrist bend, deg', _angle(fore, hand)
    yield 'hand up against forearm, deg', _rise(hand, _UP) - _rise(fore, _UP)
    yield 'hip angle', _angle(shoulder - hip, knee - hip)
    yield 'knee angle', _angle(hip - knee, -shin)
    yield 'ankle angle', _angle(shin, toes)
    yield 'shin forward, deg', _turn(shin, body.forward, _UP)
    yield 'toes outward, deg', _turn(toes, out, body.forward)
    yield 'knee over toes', body.distance(knee - foot, body.forward)
    yield 'knee outward of ankle', body.distance(shin, out)
    yield 'ankle above foot', body.distance(-toes, _UP)
    yield 'foot above ground', body.distance(foot - _lowest(body), _UP)
    yield 'ankle before hips', body.distance(ankle - body.hips, body.forward)
    yield 'hand height', body.distance(wrist - body.hips, _UP)
    yield 'hand forward', body.distance(wrist - body.hips, body.forward)
    yield 'hand outward', body.distance(wrist - body.hips, out)
    yield 'elbow height', body.distance(elbow - body.shoulders, _UP)
    yield 'elbow behind trunk', body.distance(body.shoulders - elbow, body.ventral)
    yield 'elbow outward of shoulder', body.distance(elbow - shoulder, out)
    yield 'ear above shoulder', body.distance(body[f'{side} Ear'] - shoulder, body.along)


def single_signals(body: Body) -> Iterator[tuple[str, np.ndarray]]:
    """Name of each signal of the whole body, and what it is, (N, T)."""
    face = body['Nose'] - body.middle('Ear')
    shoulders, hips, ankles, knees, hands = (
        body[f'Left {name}'] - body[f'Right {name}']
        for name in ('Shoulder', 'Hip', 'Ankle', 'Knee', 'Wrist'))
    trunk = body.shoulders - body.hips
    yield 'trunk forward, deg', _turn(trunk, body.forward, _UP)
    yield 'trunk to the left, deg', _turn(trunk, body.left, _UP)
    for name in ('Back', 'Waist', 'Neck'):
        yield f'{name} behind trunk line', -body.distance(body[name] - body.hips, body.ventral)
    yield 'face up, deg', _turn(face, _UP, body.forward)
    yield 'face up against trunk, deg', _turn(face, body.along, body.ventral)
    yield 'face to the left, deg', _turn(face, body.left, body.forward)
    yield 'ears before trunk line', body.distance(body.middle('Ear') - body.shoulders, body.ventral)
    yield 'shoulders turned to the hips, deg', _turn(
        shoulders, np.cross(hips, _UP), hips * (1 - _UP))
    yield 'left shoulder up, deg', _rise(shoulders, _UP)
    yield 'left hip up, deg', _rise(hips, _UP)
    yield 'hip height', body.distance(body.hips - _lowest(body), _UP)
    yield 'hips before ankles', body.distance(body.hips - body.middle('Ankle'), body.forward)
    yield 'hands before feet', body.distance(body.middle('Wrist') - body.middle('Foot'),
                                             body.forward)
    yield 'stance width', body.distance(ankles, body.left)
    yield 'step length', np.abs(body.distance(ankles, body.forward))
    yield 'knee gap', body.distance(knees, body.left)
    yield 'grip width', _length(hands) / body.trunk
    yield 'left hand up', body.distance(hands, _UP)


def proportions(body: Body) -> Iterator[tuple[str, np.ndarray]]:
    """Name of each length or place of a body, and what it is in every moment, (N, T)."""
    def length(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return _length(first - second) / body.trunk

    for name, one, other in (
            ('upper arm', 'Shoulder', 'Elbow'), ('forearm', 'Elbow', 'Wrist'),
            ('wrist to palm', 'Wrist', 'Palm'), ('thigh', 'Hip', 'Knee'), ('shin', 'Knee', 'Ankle'),
            ('ankle to foot', 'Ankle', 'Foot'), ('eye to ear', 'Eye', 'Ear')):
        yield name, sum(length(body[f'{side} {one}'], body[f'{side} {other}'])
                        for side, _ in _SIDES.values()) / 2
    for name in ('Shoulder', 'Hip', 'Eye', 'Ear'):
        yield f'{name.lower()} to {name.lower()}', length(body[f'Left {name}'],
                                                          body[f'Right {name}'])
    yield 'neck to nose', length(body['Neck'], body['Nose'])
    for name in ('Neck', 'Back', 'Waist', 'Nose'):
        down = body[name] - body.shoulders
        yield f'{name} down the trunk', -body.distance(down, body.along)
        yield f'{name} before trunk line', body.distance(down, body.ventral)


def _lowest(body: Body) -> np.ndarray:
    """A point at the height of a clip's lowest feet, (N, 1, 3)."""
    height = np.minimum(body['Left Foot'][..., 1], body['Right Foot'][..., 1])
    # a wrong label is not the ground
    return nan_quantile(height, 0.1, 1)[..., None] * _UP


def _dot(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return (u * v).sum(-1)


def _length(v: np.ndarray) -> np.ndarray:
    return np.sqrt(_dot(v, v))


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(_length(v), 1e-9)[..., None]


def _angle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Between two vectors, 0 to 180 degrees."""
    return np.degrees(np.arccos(np.clip(_dot(_unit(u), _unit(v)), -1, 1)))


def _rise(v: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Out of the plane normal to a direction, -90 to 90 degrees."""
    return 90 - _angle(v, direction)


def _turn(v: np.ndarray, toward: np.ndarray, start: np.ndarray) -> np.ndarray:
    """From one direction toward another that is normal to it, -180 to 180 degrees."""
    return np.degrees(np.arctan2(_dot(v, toward) / np.maximum(_length(toward), 1e-9),
                                 _dot(v, start) / np.maximum(_length(start), 1e-9)))
