"""Joint angles and distances of a body, in the picture's plane or in space: one table of both.

N tracks, T moments, K keypoints, D coordinates: 2 in pixels, y downward, or 3 in any unit, y
upward. A joint angle is the one between the two limbs at it, 180 degrees where they are in line, as
trainers and the conditions of the data set mean it; distances are in trunk lengths. Of one view, an
angle is that between the limbs as the picture shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fitness_mm.keypoints.quantiles import nan_quantile
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

DEGREES, TRUNKS = 'deg', 'trunk lengths'
SIDES = ('left', 'right')

_TRUNK_AT = {2: 0.9, 3: 0.5}
"""Of a track's distances of mid-shoulders and mid-hips, the quantile that is the trunk's length:
in a picture the trunk is at most as long as it is."""


class Body:
    """Keypoints of tracks and the frames of reference of the people in them.

    Up is the vertical, left goes level from the right hip and shoulder to the left ones, forward is
    normal to both, and ventral normal to the trunk: the last two only in space.

    Args:
        points: (N, T, K, D), NaN where unknown.
        moments: Those that say how long the trunk is and, of a picture, where left is, bool (T,);
            all if None.
    """

    def __init__(self, points: np.ndarray, moments: np.ndarray | None = None) -> None:
        moments = slice(None) if moments is None else moments
        space = points.shape[-1] == 3
        self.up = np.array([0.0, 1.0, 0.0][:points.shape[-1]])
        self._points = points if space else points * (1, -1)
        self.shoulders, self.hips = self.middle('Shoulder'), self.middle('Hip')
        trunk = self.shoulders - self.hips
        self.trunk = nan_quantile(length(trunk)[:, moments], _TRUNK_AT[len(self.up)], 1)  # (N, 1)
        self.along = unit(trunk)
        self.across = (self['Left Shoulder'] - self['Right Shoulder']
                       + self['Left Hip'] - self['Right Hip']) / 2
        level = self.across * (1 - self.up)
        # in a picture it is one of two directions, and shows in most of the moments
        self.left = unit(level) if space else np.sign(
            nan_quantile(level[:, moments], 0.5, 1))
        if space:
            self.forward = np.cross(self.left, self.up)
            self.ventral = unit(np.cross(self.left, self.along))

    def __getitem__(self, name: str) -> np.ndarray:
        return self._points[:, :, KEYPOINT_INDEX[name]]

    def middle(self, name: str) -> np.ndarray:
        """Between a keypoint's two sides, (N, T, D)."""
        return (self[f'Left {name}'] + self[f'Right {name}']) / 2

    def distance(self, vector: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """How far a vector goes in a direction, in trunk lengths, (N, T)."""
        return dot(vector, direction) / self.trunk


@dataclass(frozen=True)
class Measure:
    """An angle or a distance.

    Attributes:
        name: English name.
        name_ko: Korean name.
        compute: Gives it, (N, T), of a body and the points.
        points: Keypoints; without its side that of the side asked for, in the plural the middle of
            both sides.
        unit: :data:`DEGREES` or :data:`TRUNKS`.
    """

    name: str
    name_ko: str
    compute: Callable[..., np.ndarray]
    points: tuple[str, ...]
    unit: str = DEGREES

    @property
    def sides(self) -> tuple[str, ...]:
        """:data:`SIDES` if each side of the body has its own, else one that is ''."""
        return SIDES if any(f'Left {point}' in KEYPOINT_INDEX for point in self.points) else ('', )

    def of(self, body: Body, side: str = '') -> np.ndarray:
        """It at every moment, (N, T), of a side if it has sides."""
        return self.compute(body, *(_point(body, point, side) for point in self.points),
                            **({'sign': 1 - 2 * (side == 'right')} if self.compute is _frontal
                               else {}))

    @property
    def joints(self) -> tuple[int, ...]:
        """The keypoints it is made of, those of both sides, ascending."""
        return tuple(sorted({KEYPOINT_INDEX[name] for side in self.sides for point in self.points
                             for name in _keypoints(point, side)}))


def _keypoints(point: str, side: str) -> tuple[str, ...]:
    if point in KEYPOINT_INDEX:
        return (point, )
    own = f'{side.title()} {point}'
    return (own, ) if own in KEYPOINT_INDEX else tuple(
        f'{each.title()} {point.removesuffix("s")}' for each in SIDES)


def _point(body: Body, point: str, side: str) -> np.ndarray:
    names = _keypoints(point, side)
    return sum(body[name] for name in names) / len(names)


def dot(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Of the last axes."""
    return (u * v).sum(-1)


def length(v: np.ndarray) -> np.ndarray:
    """Of the last axis."""
    return np.sqrt(dot(v, v))


def unit(v: np.ndarray) -> np.ndarray:
    """Of length 1, or 0 where there is nothing."""
    return v / np.maximum(length(v), 1e-9)[..., None]


def angle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Between two vectors, 0 to 180 degrees."""
    return np.degrees(np.arccos(np.clip(dot(unit(u), unit(v)), -1, 1)))


def _joint(body: Body, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """At the second of three points."""
    return angle(a - b, c - b)


def _bend(body: Body, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """How much a way through three points turns."""
    return angle(b - a, c - b)


def _between(body: Body, a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    return angle(b - a, d - c)


def _from_vertical(body: Body, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return angle(b - a, body.up)


def _rise(body: Body, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Above the horizontal, negative below."""
    return 90 - angle(b - a, body.up)


def _length(body: Body, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return length(b - a) / body.trunk


def _height(body: Body, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return body.distance(b - a, body.up)


def _level(body: Body, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The way from one to the other along the floor."""
    return length((b - a) * (1 - body.up)) / body.trunk


def _sideways(body: Body, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return body.distance(a - b, body.left)


def _frontal(body: Body, a: np.ndarray, b: np.ndarray, c: np.ndarray, sign: int) -> np.ndarray:
    """How much the way through three points turns at the second as it is seen from before, positive
    where that lies outward."""
    thigh, shin = ((dot(v, sign * body.left), dot(v, body.up)) for v in (b - a, c - b))
    return np.degrees(np.arctan2(thigh[1] * shin[0] - thigh[0] * shin[1],
                                 thigh[0] * shin[0] + thigh[1] * shin[1]))


MEASURES: dict[str, Measure] = {measure.name: measure for measure in (
    Measure('knee angle', '무릎 각도', _joint, ('Hip', 'Knee', 'Ankle')),
    Measure('hip angle', '고관절 각도', _joint, ('Shoulder', 'Hip', 'Knee')),
    Measure('ankle angle', '발목 각도', _joint, ('Knee', 'Ankle', 'Foot')),
    Measure('elbow angle', '팔꿈치 각도', _joint, ('Shoulder', 'Elbow', 'Wrist')),
    Measure('shoulder angle', '위팔과 몸통이 이루는 각도', _between,
            ('Shoulder', 'Elbow', 'Shoulders', 'Hips')),
    Measure('wrist bend', '손목이 꺾인 각도', _bend, ('Elbow', 'Wrist', 'Palm')),
    Measure('forearm to vertical', '아래팔이 수직선과 이루는 각도', _from_vertical,
            ('Elbow', 'Wrist')),
    Measure('shin to vertical', '정강이가 수직에서 기운 각도', _from_vertical, ('Ankle', 'Knee')),
    Measure('frontal-plane knee angle', '앞에서 볼 때 무릎이 바깥으로 꺾인 각도', _frontal,
            ('Hip', 'Knee', 'Ankle')),
    Measure('trunk to vertical', '몸통이 수직에서 기운 각도', _from_vertical,
            ('Hips', 'Shoulders')),
    Measure('neck-back-waist angle', '목-등-허리 각도', _joint, ('Neck', 'Back', 'Waist')),
    Measure('back-waist-hips angle', '등-허리-골반 각도', _joint, ('Back', 'Waist', 'Hips')),
    Measure('neck to trunk', '목과 몸통이 이루는 각도', _bend, ('Hips', 'Shoulders', 'Ears')),
    Measure('face above level', '얼굴이 수평보다 위를 향한 각도', _rise, ('Ears', 'Nose')),
    Measure('ear to shoulder', '귀와 어깨의 거리', _length, ('Shoulder', 'Ear'), TRUNKS),
    Measure('hand above shoulders', '손이 어깨보다 높은 정도', _height,
            ('Shoulders', 'Wrist'), TRUNKS),
    Measure('elbow above wrist', '팔꿈치가 손목보다 높은 정도', _height,
            ('Wrist', 'Elbow'), TRUNKS),
    Measure('ankle above foot', '발목이 발보다 높은 정도', _height, ('Foot', 'Ankle'), TRUNKS),
    Measure('hand to hips', '손과 골반의 수평 거리', _level, ('Hips', 'Wrist'), TRUNKS),
    Measure('hand to ankles', '손과 발목의 수평 거리', _level, ('Ankles', 'Wrist'), TRUNKS),
    Measure('stance width', '발 간격', _sideways, ('Left Ankle', 'Right Ankle'), TRUNKS),
    Measure('knee gap', '무릎 간격', _sideways, ('Left Knee', 'Right Knee'), TRUNKS),
    Measure('grip width', '손 간격', _length, ('Left Wrist', 'Right Wrist'), TRUNKS),
    Measure('elbow gap', '팔꿈치 간격', _length, ('Left Elbow', 'Right Elbow'), TRUNKS),
)}
"""By name, in the order of tables."""
