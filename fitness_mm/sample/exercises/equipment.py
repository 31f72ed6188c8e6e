"""Barbells, dumbbells and machines. Which follows from the exercise, how they look not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..performer.figure import Loft, Solids
from ..performer.geometry import SIDES, perpendicular, unit
from ..performer.posture import Joints

BENCH_TOP_CM = 42.0


@dataclass(frozen=True)
class EquipmentLook:
    """Sizes in cm and BGR colours of one station's equipment.

    Attributes:
        bar_half: Half the length of the bar.
        plate: Radius of the plates.
        plate_thickness: Of the plates.
        dumbbell: Radius of a dumbbell's heads.
        handle_half: Half the distance between them.
        plate_colour: Of plates and heads.
        metal: Of bar and handles.
    """

    bar_half: float
    plate: float
    plate_thickness: float
    dumbbell: float
    handle_half: float
    plate_colour: np.ndarray
    metal: np.ndarray


def sample_equipment(rng: np.random.Generator) -> EquipmentLook:
    """Draws the equipment of a station."""
    return EquipmentLook(
        bar_half=rng.uniform(66, 84), plate=rng.uniform(11, 17),
        plate_thickness=rng.uniform(3, 6), dumbbell=rng.uniform(5.5, 8.0),
        handle_half=rng.uniform(7.5, 9.0),
        plate_colour=np.clip(rng.uniform(25, 110) + rng.normal(0, 25, 3), 15, 190),
        metal=np.full(3, rng.uniform(120, 190)))


def _disc(solids: Solids, centre: np.ndarray, axis: np.ndarray, radius: float, thickness: float,
          colour: np.ndarray, group: str) -> None:
    # Any direction across the axis will do; up is one unless the axis is upright.
    helper = np.where(np.abs(axis[:, 1:2]) > 0.9, [[0.0, 0.0, 1.0]], [[0.0, 1.0, 0.0]])
    across = perpendicular(helper, axis)
    other = np.cross(axis, across)
    a = np.arange(16) * np.pi / 8
    rim = radius * (np.cos(a)[:, None] * across[:, None] + np.sin(a)[:, None] * other[:, None])
    faces = np.stack([centre - thickness / 2 * axis, centre + thickness / 2 * axis])
    points = np.concatenate([faces[0][:, None] + rim, faces[1][:, None] + rim], 1)
    solids.lofts.append(Loft(points, colour, group, faces))


Hold = Callable[[Solids, Joints, EquipmentLook], None]
"""Puts something into the hands, and what goes with it around the performer: adds it to solids
that have the performer already."""


def empty_hands(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """Nothing."""


def barbell(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """A bar with two plates on either side."""
    left, right = joints.point('Left Palm'), joints.point('Right Palm')
    middle, axis = (left + right) / 2, unit(left - right)
    # In pieces, so that each finds its own place in the order of depth.
    marks = np.linspace(-look.bar_half, look.bar_half, 10)
    for i, (low, high) in enumerate(pairwise(marks)):
        solids.capsule(middle + low * axis, middle + high * axis, 1.4, 1.4, look.metal, f'bar {i}')
    for sign in (-1.0, 1.0):
        for place, size in ((0.80, 1.0), (0.88, 0.78)):
            _disc(solids, middle + sign * place * look.bar_half * axis, axis, size * look.plate,
                  look.plate_thickness, look.plate_colour, f'plate {sign} {place}')


def dumbbells(along: float) -> Hold:
    """One in each hand: from left to right at 0, from back to front at 1, turned between."""

    def hold(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
        left, front = joints.axes['thorax'][:, 0], joints.axes['thorax'][:, 2]
        for side, sign in SIDES:
            wanted = along * front + (1 - along) * sign * left
            _dumbbell(solids, joints.point(f'{side} Palm'),
                      perpendicular(wanted, _forearm(joints, side)), look, f'{side} dumbbell')

    return hold


def one_dumbbell(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """One that hangs from both hands."""
    axis = unit(_forearm(joints, 'Left') + _forearm(joints, 'Right'))
    middle = (joints.point('Left Palm') + joints.point('Right Palm')) / 2
    _dumbbell(solids, middle + look.handle_half * axis, axis, look, 'dumbbell')


def _forearm(joints: Joints, side: str) -> np.ndarray:
    return unit(joints.point(f'{side} Wrist') - joints.point(f'{side} Elbow'))


def _dumbbell(solids: Solids, centre: np.ndarray, axis: np.ndarray, look: EquipmentLook,
              group: str) -> None:
    ends = [centre + sign * look.handle_half * axis for sign in (-1.0, 1.0)]
    solids.capsule(*ends, 1.5, 1.5, look.metal, group)
    for i, end in enumerate(ends):
        _disc(solids, end, axis, look.dumbbell, 1.3 * look.plate_thickness, look.plate_colour,
              f'{group} {i}')


def _post(solids: Solids, top: np.ndarray, bottom: np.ndarray, look: EquipmentLook,
          group: str, radius: float = 2.2) -> None:
    """A tube between two places (3,) that stand still."""
    count = len(solids.capsules[0].start)
    pieces = np.linspace(top, bottom, 5)
    for i, (low, high) in enumerate(pairwise(pieces)):
        solids.capsule(np.tile(low, (count, 1)), np.tile(high, (count, 1)), radius, radius,
                       look.metal, f'{group} {i}')


def _palms(joints: Joints) -> tuple[np.ndarray, np.ndarray]:
    return joints.point('Left Palm'), joints.point('Right Palm')


def _across(joints: Joints) -> tuple[np.ndarray, np.ndarray]:
    """To the performer's left and to the front (3,), level, on average."""
    left = (joints.point('Left Hip') - joints.point('Right Hip')).mean(0) * (1, 0, 1)
    left = unit(left)
    return left, np.cross(left, (0.0, 1.0, 0.0))


def pull_up_bar(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """A bar overhead between two posts."""
    left, _ = _across(joints)
    middle = np.mean(_palms(joints), (0, 1))
    ends = [middle + sign * 75 * left for sign in (1.0, -1.0)]
    _post(solids, *ends, look, 'high bar', 1.6)
    for i, end in enumerate(ends):
        _post(solids, end, end * (1, 0, 1), look, f'post {i}', 3.5)


def dip_bars(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """Two bars beside the performer."""
    _, front = _across(joints)
    for i, palm in enumerate(_palms(joints)):
        ends = [palm.mean(0) + sign * 35 * front for sign in (1.0, -1.0)]
        _post(solids, *ends, look, f'bar {i}', 1.9)
        for j, end in enumerate(ends):
            _post(solids, end, end * (1, 0, 1), look, f'post {i} {j}', 2.5)


def _cable(solids: Solids, joints: Joints, look: EquipmentLook, pulley: np.ndarray) -> None:
    left, right = _palms(joints)
    middle = (left + right) / 2
    solids.capsule(middle, np.broadcast_to(pulley, middle.shape), 0.7, 0.7, 0.4 * look.metal,
                   'cable')
    _post(solids, pulley, pulley * (1, 0, 1), look, 'tower', 2.5)


def _handle(solids: Solids, joints: Joints, look: EquipmentLook, beyond: float) -> None:
    left, right = _palms(joints)
    along = beyond * unit(left - right)
    solids.capsule(left + along, right - along, 1.4, 1.4, look.metal, 'handle')


def rope(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """A rope from a pulley in front, above the head."""
    _, front = _across(joints)
    feet = (joints.point('Left Ankle') + joints.point('Right Ankle')).mean(0) / 2
    pulley = (feet + 85 * front) * (1, 0, 1) + np.array([0.0, 205.0, 0.0])
    _handle(solids, joints, look, 2.0)
    _cable(solids, joints, look, pulley)


def bar_from_above(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """A wide bar on a cable from above, and a seat."""
    _, front = _across(joints)
    hips = joints.point('mid_hip').mean(0)
    _handle(solids, joints, look, 22.0)
    _cable(solids, joints, look, (hips + 38 * front) * (1, 0, 1) + np.array([0.0, 235.0, 0.0]))
    seat(solids, joints, look)


def seat(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """A seat below the hips."""
    hips = joints.point('mid_hip').mean(0)
    left, _ = _across(joints)
    for sign in (-1.0, 0.0, 1.0):
        place = hips + 9 * sign * left - np.array([0.0, 15.0, 0.0])
        _post(solids, place, place + 2 * _across(joints)[1], look, f'seat {sign}', 6.0)
    place = hips - np.array([0.0, 15.0, 0.0])
    _post(solids, place, place * (1, 0, 1), look, 'seat post', 4.0)


def incline_bench(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """A seat with a back that leans."""
    seat(solids, joints, look)
    neck, hip = joints.point('Neck').mean(0), joints.point('mid_hip').mean(0)
    along = neck - hip
    left, _ = _across(joints)
    behind = unit(np.cross(along, left)) * -13.0
    behind = behind if behind[1] < 0 else -behind
    for sign in (-1.0, 0.0, 1.0):
        start = hip + behind + 9 * sign * left
        _post(solids, start, start + 1.15 * along, look, f'back rest {sign}', 4.5)
    top = hip + behind + 0.8 * along
    _post(solids, top, top * (1, 0, 1), look, 'back post', 3.0)


def incline_dumbbells(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """Dumbbells, and the bench to lean on."""
    dumbbells(along=0.5)(solids, joints, look)
    incline_bench(solids, joints, look)


def rowing_machine(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
    """A rail with a seat that slides, a plate for the feet, and a handle on a chain."""
    left, front = _across(joints)
    hips = joints.point('mid_hip')
    feet = (joints.point('Left Foot') + joints.point('Right Foot')).mean(0) / 2
    start, end = (feet + ahead * front for ahead in (25.0, -150.0))
    level = np.array([0.0, 1.0, 0.0]) * 22.0
    _post(solids, start * (1, 0, 1) + level, end * (1, 0, 1) + level, look, 'rail', 4.0)
    for i, place in enumerate((start, end)):
        _post(solids, place * (1, 0, 1) + level, place * (1, 0, 1), look, f'foot {i}', 5.0)
    below = hips - np.array([0.0, 13.0, 0.0])
    solids.capsule(below + 8 * left, below - 8 * left, 5.0, 5.0, 0.5 * look.metal, 'sliding seat')
    _handle(solids, joints, look, 12.0)
    _cable(solids, joints, look, (feet + 45 * front) * (1, 0, 1) + np.array([0.0, 45.0, 0.0]))


HOLDS: dict[str, Hold] = {
    'nothing': empty_hands, 'barbell': barbell, 'dumbbells across': dumbbells(along=0.0),
    'dumbbells': dumbbells(along=0.5), 'dumbbells along': dumbbells(along=1.0),
    'one dumbbell': one_dumbbell, 'pull-up bar': pull_up_bar, 'dip bars': dip_bars, 'rope': rope,
    'bar from above': bar_from_above, 'rowing machine': rowing_machine,
    'dumbbells on an incline': incline_dumbbells,
}
"""By the name that tables of exercises use."""

TIES_HANDS = (barbell, one_dumbbell, bar_from_above, rowing_machine, pull_up_bar)
"""What both hands hold together."""
