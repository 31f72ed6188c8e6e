"""Four ways to lead the arms: by angles, by where the hands are, hanging, or both together.

All arrays are (2, T): left and right arm, frames. Directions are triples (out, up, front) along
the axes of the chest, where *out* is away from the middle on either side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import Body
from .geometry import perpendicular, two_bones, unit

SIDES = (('Left', 1.0), ('Right', -1.0))

Points = dict[str, np.ndarray]


def _direction(axes: np.ndarray, sign: float, out: np.ndarray, up: np.ndarray,
               front: np.ndarray) -> np.ndarray:
    """(T, 3) from components (T,) along the chest's axes (T, 3, 3)."""
    return (sign * np.asarray(out)[..., None] * axes[:, 0] +
            np.asarray(up)[..., None] * axes[:, 1] + np.asarray(front)[..., None] * axes[:, 2])


def _palm(body: Body, elbow: np.ndarray, wrist: np.ndarray, bend_deg: np.ndarray,
          towards: np.ndarray) -> np.ndarray:
    """The middle of the fist, in line with the forearm but for the bend of the wrist."""
    forearm = unit(wrist - elbow)
    a = np.radians(bend_deg)[:, None]
    return wrist + body.palm * (np.cos(a) * forearm + np.sin(a) * perpendicular(towards, forearm))


@dataclass
class Angles:
    """Arms by angles in degrees, relative to the chest.

    Attributes:
        raised: Upper arm forward and up from hanging.
        spread: Upper arm away from the side.
        elbow: Elbow flexion.
        fold: Direction (out, up, front) to which the forearm folds.
        wrist: Bend of the wrist.
        wrist_to: Direction (out, up, front) of that bend.
    """

    raised: np.ndarray
    spread: np.ndarray
    elbow: np.ndarray
    fold: tuple[float, float, float]
    wrist: np.ndarray
    wrist_to: tuple[float, float, float]

    def solve(self, body: Body, points: Points, axes: Points) -> Points:
        """Elbows, wrists and palms, (T, 3) each, from the shoulders in ``points``."""
        chest, joints = axes['thorax'], {}
        for i, (side, sign) in enumerate(SIDES):
            raised, spread = np.radians(self.raised[i]), np.radians(self.spread[i])
            flexion = np.radians(self.elbow[i])[:, None]
            upper = _direction(chest, sign, np.sin(spread), -np.cos(spread) * np.cos(raised),
                               np.cos(spread) * np.sin(raised))
            fold = perpendicular(_direction(chest, sign, *self.fold), upper)
            elbow = points[f'{side} Shoulder'] + body.upper_arm * upper
            wrist = elbow + body.forearm * (np.cos(flexion) * upper + np.sin(flexion) * fold)
            joints[f'{side} Elbow'], joints[f'{side} Wrist'] = elbow, wrist
            joints[f'{side} Palm'] = _palm(body, elbow, wrist, self.wrist[i],
                                           _direction(chest, sign, *self.wrist_to))
        return joints


@dataclass
class Reach:
    """Arms by the wrists' places relative to the middle of the shoulders, in cm.

    Attributes:
        out: Away from the middle.
        up: Towards the head.
        front: Away from the chest.
        pole_out: Where the elbows point, a direction in three components.
        pole_up: As above.
        pole_front: As above.
        wrist: Bend of the wrist, degrees.
        wrist_to: Direction (out, up, front) of that bend.
    """

    out: np.ndarray
    up: np.ndarray
    front: np.ndarray
    pole_out: np.ndarray
    pole_up: np.ndarray
    pole_front: np.ndarray
    wrist: np.ndarray
    wrist_to: tuple[float, float, float]

    def solve(self, body: Body, points: Points, axes: Points) -> Points:
        """Elbows, wrists and palms, (T, 3) each, from the shoulders in ``points``."""
        chest, joints = axes['thorax'], {}
        middle = (points['Left Shoulder'] + points['Right Shoulder']) / 2
        for i, (side, sign) in enumerate(SIDES):
            target = middle + _direction(chest, sign, self.out[i], self.up[i], self.front[i])
            pole = _direction(chest, sign, self.pole_out[i], self.pole_up[i], self.pole_front[i])
            elbow, wrist = two_bones(points[f'{side} Shoulder'], target, body.upper_arm,
                                     body.forearm, pole)
            joints[f'{side} Elbow'], joints[f'{side} Wrist'] = elbow, wrist
            joints[f'{side} Palm'] = _palm(body, elbow, wrist, self.wrist[i],
                                           _direction(chest, sign, *self.wrist_to))
        return joints


@dataclass
class Hang:
    """Arms that hang from the shoulders with a load, and may pull it to the trunk.

    Attributes:
        pull: 0 hanging, 1 pulled to the trunk.
        grip: Half the distance between the hands, cm; a number.
        gap: Distance of the load from the body beyond touching it, cm.
        bar: Whether the load is one bar in front of the legs; else a weight in each hand beside
            them.
        pull_up: Where the pull ends, cm from the Waist towards the head; a number.
        flare: How far the elbows go out when pulled, 0 to 1; a number.
        wrist: Bend of the wrist, degrees.
    """

    pull: np.ndarray
    grip: float
    gap: np.ndarray
    bar: bool
    pull_up: float
    flare: float
    wrist: np.ndarray

    def _hanging_load(self, body: Body, points: Points, i: int, side: str,
                      sign: float) -> np.ndarray:
        """(T, 3) of the hand that hangs, with an arm that is all but straight."""
        shoulder = points[f'{side} Shoulder']
        length = 0.994 * (body.upper_arm + body.forearm) + body.palm
        aside = self.grip - body.shoulder_half
        length = np.sqrt(length**2 - aside**2)
        load = shoulder[:, 2] - 2.0
        # How far the load hangs from the shoulder depends on its height and the other way round;
        # this settles in three rounds.
        for _ in range(4):
            ahead = np.clip(load + self.gap[i] - shoulder[:, 2], -0.6 * length, 0.75 * length)
            height = shoulder[:, 1] - np.sqrt(length**2 - ahead**2)
            if self.bar:
                load = self._front_of_legs(body, points, side, height)
        return np.stack([np.full(len(height), sign * self.grip), height, shoulder[:, 2] + ahead],
                        -1)

    def _front_of_legs(self, body: Body, points: Points, side: str,
                       height: np.ndarray) -> np.ndarray:
        """Where (T,) a bar at a height touches thigh or shin."""
        hip, knee, ankle = (points[f'{side} {joint}'] for joint in ('Hip', 'Knee', 'Ankle'))
        above = height > knee[:, 1]
        end = np.where(above[:, None], hip, ankle)
        share = (height - knee[:, 1]) / np.where(np.abs(end - knee)[:, 1] < 1.0, 1.0,
                                                 (end - knee)[:, 1])
        depth = knee[:, 2] + np.clip(share, 0.0, 1.0) * (end - knee)[:, 2]
        return depth + body.thickness(0.040) + 2.5

    def solve(self, body: Body, points: Points, axes: Points) -> Points:
        """Elbows, wrists and palms, (T, 3) each, from shoulders and legs in ``points``."""
        chest, joints = axes['thorax'], {}
        num_frames = len(chest)
        ones = np.ones(num_frames)
        for i, (side, sign) in enumerate(SIDES):
            shoulder = points[f'{side} Shoulder']
            hanging = self._hanging_load(body, points, i, side, sign)
            hanging = hanging - body.palm * unit(hanging - shoulder)
            trunk_half = body.thickness(0.065)
            # With a bar the hands come to the front of the belly, with dumbbells beside it.
            front = (0.5 * trunk_half if self.bar else -0.2 * trunk_half) + 0.7 * self.gap[i]
            pulled = points['Waist'] + _direction(chest, sign, self.grip * ones,
                                                  self.pull_up * ones, front)
            pull = self.pull[i][:, None]
            target = (1 - pull) * hanging + pull * pulled
            pole = _direction(chest, sign, self.flare * ones, 0.15 * ones, -ones)
            elbow, wrist = two_bones(shoulder, target, body.upper_arm, body.forearm, pole)
            joints[f'{side} Elbow'], joints[f'{side} Wrist'] = elbow, wrist
            towards = _direction(chest, sign, 0 * ones, ones, 0 * ones)
            joints[f'{side} Palm'] = _palm(body, elbow, wrist, self.wrist[i], towards)
        return joints


@dataclass
class Together:
    """Both hands in the middle on one load, at the distance that the elbows give.

    Attributes:
        raised: Arms forward and up from hanging, degrees.
        elbow: Elbow flexion, degrees.
        flare: Share of the elbows' direction that goes out.
        wrist: Bend of the wrist, degrees.
    """

    raised: np.ndarray
    elbow: np.ndarray
    flare: np.ndarray
    wrist: np.ndarray

    def solve(self, body: Body, points: Points, axes: Points) -> Points:
        """Elbows, wrists and palms, (T, 3) each, from the shoulders in ``points``."""
        length = np.sqrt(body.upper_arm**2 + body.forearm**2 +
                         2 * body.upper_arm * body.forearm * np.cos(np.radians(self.elbow)))
        out = np.full_like(length, 4.0)
        length = np.sqrt(length**2 - (body.shoulder_half - out)**2)
        a = np.radians(self.raised)
        # The elbows point away from the arms' way round, and somewhat out.
        reach = Reach(
            out=out, up=-length * np.cos(a), front=length * np.sin(a),
            pole_out=self.flare, pole_up=np.sin(a), pole_front=np.cos(a),
            wrist=self.wrist, wrist_to=(0.0, 0.6, -0.8))
        return reach.solve(body, points, axes)
