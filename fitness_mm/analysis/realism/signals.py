"""What a body does, moment by moment, in degrees and trunk lengths.

N clips, T moments, K keypoints. A trunk length is a clip's median distance of mid-shoulders and
mid-hips. *Forward*, *left* and *up* are the person's own: up is the vertical, left goes from the
right hip and shoulder to the left ones, level, and forward is normal to both.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fitness_mm.keypoints.quantiles import nan_quantile
from fitness_mm.posture.angles import MEASURES, SIDES, Body, angle, dot, length

_UP = np.array([0.0, 1.0, 0.0])


def paired_signals(body: Body) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Name of each signal that both sides have, and what it is on the left and right, (N, T)."""
    left, right = (dict(_of_side(body, side, sign))
                   for side, sign in zip(SIDES, (1, -1), strict=True))
    for name, values in left.items():
        yield name, values, right[name]


def _of_side(body: Body, side: str, sign: float) -> Iterator[tuple[str, np.ndarray]]:
    shoulder, ear, elbow, wrist, palm, knee, ankle, foot = (
        body[f'{side.title()} {name}'] for name in
        ('Shoulder', 'Ear', 'Elbow', 'Wrist', 'Palm', 'Knee', 'Ankle', 'Foot'))
    out = sign * body.left
    upper, fore, hand, shin, toes = (elbow - shoulder, wrist - elbow, palm - wrist, knee - ankle,
                                     foot - ankle)
    for name in ('elbow angle', 'shoulder angle', 'hip angle', 'knee angle', 'ankle angle'):
        yield name, MEASURES[name].of(body, side)
    yield 'upper arm forward, deg', _rise(upper, body.forward)
    yield 'upper arm outward, deg', _rise(upper, out)
    yield 'forearm from vertical, deg', angle(fore, _UP)
    yield 'wrist bend, deg', MEASURES['wrist bend'].of(body, side)
    yield 'hand up against forearm, deg', _rise(hand, _UP) - _rise(fore, _UP)
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
    yield 'ear above shoulder', body.distance(ear - shoulder, body.along)


def single_signals(body: Body) -> Iterator[tuple[str, np.ndarray]]:
    """Name of each signal of the whole body, and what it is, (N, T)."""
    face = body['Nose'] - body.middle('Ear')
    shoulders, hips, ankles, hands = (body[f'Left {name}'] - body[f'Right {name}']
                                      for name in ('Shoulder', 'Hip', 'Ankle', 'Wrist'))
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
    yield 'step length', np.abs(body.distance(ankles, body.forward))
    for name in ('stance width', 'knee gap', 'grip width'):
        yield name, MEASURES[name].of(body)
    yield 'left hand up', body.distance(hands, _UP)


def proportions(body: Body) -> Iterator[tuple[str, np.ndarray]]:
    """Name of each length or place of a body, and what it is in every moment, (N, T)."""
    def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return length(first - second) / body.trunk

    for name, one, other in (
            ('upper arm', 'Shoulder', 'Elbow'), ('forearm', 'Elbow', 'Wrist'),
            ('wrist to palm', 'Wrist', 'Palm'), ('thigh', 'Hip', 'Knee'), ('shin', 'Knee', 'Ankle'),
            ('ankle to foot', 'Ankle', 'Foot'), ('eye to ear', 'Eye', 'Ear')):
        yield name, sum(between(body[f'{side.title()} {one}'], body[f'{side.title()} {other}'])
                        for side in SIDES) / 2
    for name in ('Shoulder', 'Hip', 'Eye', 'Ear'):
        yield f'{name.lower()} to {name.lower()}', between(body[f'Left {name}'],
                                                           body[f'Right {name}'])
    yield 'neck to nose', between(body['Neck'], body['Nose'])
    for name in ('Neck', 'Back', 'Waist', 'Nose'):
        down = body[name] - body.shoulders
        yield f'{name} down the trunk', -body.distance(down, body.along)
        yield f'{name} before trunk line', body.distance(down, body.ventral)


def _lowest(body: Body) -> np.ndarray:
    """A point at the height of a clip's lowest feet, (N, 1, 3)."""
    height = np.minimum(body['Left Foot'][..., 1], body['Right Foot'][..., 1])
    # a wrong label is not the ground
    return nan_quantile(height, 0.1, 1)[..., None] * _UP


def _rise(v: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Out of the plane normal to a direction, -90 to 90 degrees."""
    return 90 - angle(v, direction)


def _turn(v: np.ndarray, toward: np.ndarray, start: np.ndarray) -> np.ndarray:
    """From one direction toward another that is normal to it, -180 to 180 degrees."""
    return np.degrees(np.arctan2(dot(v, toward) / np.maximum(length(toward), 1e-9),
                                 dot(v, start) / np.maximum(length(start), 1e-9)))
