"""Barbell and dumbbells. Which of them follows from the exercise, how they look not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..performer.figure import Loft, Solids
from ..performer.geometry import SIDES, perpendicular, unit
from ..performer.pose import Joints


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
"""Puts something into the hands: adds it to the solids."""


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
