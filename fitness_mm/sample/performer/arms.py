"""Four ways to lead the arms: by angles, by where the hands are, hanging, or both together.

What may differ between the arms or over time is a *track*: a number, (T,) for both arms or (2, T)
for left and right. Directions are triples (out, up, front) along the axes of the chest, where
*out* is away from the middle on either side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import Body
from .geometry import SIDES, limb_length, perpendicular, two_bones, unit

Track = float | np.ndarray
Points = dict[str, np.ndarray]


@dataclass(frozen=True)
class Side:
    """One arm while it is solved: whose it is, and the joints that are known before the arms."""

    body: Body
    points: Points
    chest: np.ndarray
    number: int
    name: str
    sign: float

    def point(self, joint: str) -> np.ndarray:
        """(T, 3) of a joint of this side."""
        return self.points[f'{self.name} {joint}']

    def of(self, track: Track) -> np.ndarray:
        """(T,) of this arm."""
        return np.broadcast_to(track, (2, len(self.chest)))[self.number].astype(float)

    def direction(self, out: Track, up: Track, front: Track) -> np.ndarray:
        """(T, 3) from components, numbers or (T,), along the chest's axes."""
        return (self.sign * np.asarray(out)[..., None] * self.chest[:, 0] +
                np.asarray(up)[..., None] * self.chest[:, 1] +
                np.asarray(front)[..., None] * self.chest[:, 2])


@dataclass(kw_only=True)
class Arms:
    """What all ways have in common.

    Attributes:
        wrist: Track of the bend of the wrist, degrees.
        wrist_to: Direction of that bend.
    """

    wrist: Track = 0.0
    wrist_to: tuple[float, float, float] = (0.0, 0.25, 1.0)

    def bones(self, side: Side) -> tuple[np.ndarray, np.ndarray]:
        """Elbow and wrist of an arm, (T, 3) each."""
        raise NotImplementedError

    def solve(self, body: Body, points: Points, axes: Points) -> Points:
        """Elbows, wrists and palms, (T, 3) each, from shoulders and legs in ``points``.

        A palm, the middle of the fist, is in line with the forearm but for the bend of the wrist.
        """
        joints = {}
        for number, (name, sign) in enumerate(SIDES):
            side = Side(body, points, axes['thorax'], number, name, sign)
            elbow, wrist = self.bones(side)
            forearm, a = unit(wrist - elbow), np.radians(side.of(self.wrist))[:, None]
            bend = perpendicular(side.direction(*self.wrist_to), forearm)
            palm = wrist + body.palm * (np.cos(a) * forearm + np.sin(a) * bend)
            joints |= {f'{name} Elbow': elbow, f'{name} Wrist': wrist, f'{name} Palm': palm}
        return joints


@dataclass(kw_only=True)
class Angles(Arms):
    """Arms by angles in degrees, relative to the chest.

    Attributes:
        raised: Track of the upper arm, forward and up from hanging.
        spread: Track of the upper arm, away from the side.
        elbow: Track of the elbow's flexion.
        fold: Direction to which the forearm folds.
    """

    raised: Track
    spread: Track
    elbow: Track
    fold: tuple[float, float, float] = (0.0, 0.25, 1.0)

    def bones(self, side: Side) -> tuple[np.ndarray, np.ndarray]:
        """Elbow and wrist of an arm, (T, 3) each."""
        raised, spread, flexion = (
            np.radians(side.of(track)) for track in (self.raised, self.spread, self.elbow))
        upper = side.direction(np.sin(spread), -np.cos(spread) * np.cos(raised),
                               np.cos(spread) * np.sin(raised))
        fold = perpendicular(side.direction(*self.fold), upper)
        flexion = flexion[:, None]
        elbow = side.point('Shoulder') + side.body.upper_arm * upper
        return elbow, elbow + side.body.forearm * (np.cos(flexion) * upper +
                                                   np.sin(flexion) * fold)


@dataclass(kw_only=True)
class Reach(Arms):
    """Arms by the wrists' places relative to the middle of the shoulders, in cm; all are tracks.

    Attributes:
        out: Away from the middle.
        up: Towards the head.
        front: Away from the chest.
        pole_out: Where the elbows point, a direction in three components.
        pole_up: As above.
        pole_front: As above.
    """

    out: Track
    up: Track
    front: Track
    pole_out: Track
    pole_up: Track
    pole_front: Track

    def bones(self, side: Side) -> tuple[np.ndarray, np.ndarray]:
        """Elbow and wrist of an arm, (T, 3) each."""
        middle = (side.points['Left Shoulder'] + side.points['Right Shoulder']) / 2
        target, pole = (side.direction(*map(side.of, tracks)) for tracks in (
            (self.out, self.up, self.front), (self.pole_out, self.pole_up, self.pole_front)))
        return two_bones(side.point('Shoulder'), middle + target, side.body.upper_arm,
                         side.body.forearm, pole)


@dataclass(kw_only=True)
class Hang(Arms):
    """Arms that hang from the shoulders with a load, and may pull it to the trunk.

    Attributes:
        pull: Track, 0 hanging, 1 pulled to the trunk.
        grip: Half the distance between the hands, cm; a number.
        gap: Track of the load's distance from the body beyond touching it, cm.
        bar: Whether the load is one bar in front of the legs; else a weight in each hand beside
            them.
        pull_up: Where the pull ends, cm from the Waist towards the head; a number.
        flare: How far the elbows go out when pulled, 0 to 1; a number.
    """

    pull: Track = 0.0
    grip: float
    gap: Track
    bar: bool = True
    pull_up: float
    flare: float
    wrist_to: tuple[float, float, float] = (0.0, 1.0, 0.0)

    def _hanging_load(self, side: Side) -> np.ndarray:
        """(T, 3) of the hand that hangs, with an arm that is all but straight."""
        body, shoulder, gap = side.body, side.point('Shoulder'), side.of(self.gap)
        length = 0.994 * (body.upper_arm + body.forearm) + body.palm
        length = np.sqrt(length**2 - (self.grip - body.shoulder_half)**2)
        load = shoulder[:, 2] - 2.0
        # How far the load hangs from the shoulder depends on its height and the other way round;
        # this settles in three rounds.
        for _ in range(4):
            ahead = np.clip(load + gap - shoulder[:, 2], -0.6 * length, 0.75 * length)
            height = shoulder[:, 1] - np.sqrt(length**2 - ahead**2)
            if self.bar:
                load = _front_of_legs(side, height)
        return np.stack([np.full(len(height), side.sign * self.grip), height,
                         shoulder[:, 2] + ahead], -1)

    def bones(self, side: Side) -> tuple[np.ndarray, np.ndarray]:
        """Elbow and wrist of an arm, (T, 3) each."""
        body, shoulder = side.body, side.point('Shoulder')
        hanging = self._hanging_load(side)
        hanging = hanging - body.palm * unit(hanging - shoulder)
        trunk_half = body.thickness(0.065)
        # With a bar the hands come to the front of the belly, with dumbbells beside it.
        front = (0.5 if self.bar else -0.2) * trunk_half + 0.7 * side.of(self.gap)
        pulled = side.points['Waist'] + side.direction(self.grip, self.pull_up, front)
        pull = side.of(self.pull)[:, None]
        return two_bones(shoulder, (1 - pull) * hanging + pull * pulled, body.upper_arm,
                         body.forearm, side.direction(self.flare, 0.15, -1.0))


def _front_of_legs(side: Side, height: np.ndarray) -> np.ndarray:
    """Where (T,) a bar at a height touches thigh or shin."""
    hip, knee, ankle = (side.point(joint) for joint in ('Hip', 'Knee', 'Ankle'))
    along = np.where((height > knee[:, 1])[:, None], hip, ankle) - knee
    share = (height - knee[:, 1]) / np.where(np.abs(along[:, 1]) < 1.0, 1.0, along[:, 1])
    depth = knee[:, 2] + np.clip(share, 0.0, 1.0) * along[:, 2]
    return depth + side.body.thickness(0.040) + 2.5


@dataclass(kw_only=True)
class Together(Arms):
    """Both hands in the middle on one load, at the distance that the elbows give.

    Attributes:
        raised: Track of the arms, forward and up from hanging, degrees.
        elbow: Track of the elbow's flexion, degrees.
        flare: Track of the share of the elbows' direction that goes out.
    """

    raised: Track
    elbow: Track
    flare: Track
    wrist_to: tuple[float, float, float] = (0.0, 0.6, -0.8)

    def bones(self, side: Side) -> tuple[np.ndarray, np.ndarray]:
        """Elbow and wrist of an arm, (T, 3) each."""
        body, out, a = side.body, 4.0, np.radians(self.raised)
        length = limb_length(body.upper_arm, body.forearm, self.elbow)
        length = np.sqrt(np.square(length) - np.square(body.shoulder_half - out))
        # The elbows point away from the arms' way round, and somewhat out.
        return Reach(out=out, up=-length * np.cos(a), front=length * np.sin(a),
                     pole_out=self.flare, pole_up=np.sin(a), pole_front=np.cos(a)).bones(side)
