"""Barbell and dumbbells. Which of them follows from the exercise, how they look does not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .arms import SIDES
from .figure import Solids
from .geometry import perpendicular, unit
from .pose import Joints

HELD = {
    'front raise': 'dumbbells across',
    'upright row': 'barbell',
    'barbell stiff-leg deadlift': 'barbell',
    'barbell row': 'barbell',
    'dumbbell bent-over row': 'dumbbells along',
    'barbell deadlift': 'barbell',
    'barbell squat': 'barbell',
    'overhead press': 'barbell',
    'side lateral raise': 'dumbbells along',
    'barbell curl': 'barbell',
    'dumbbell curl': 'dumbbells turned',
    'dumbbell pullover': 'one dumbbell',
}
"""What the hands hold. *Across* lies from left to right, *along* from back to front, *turned*
half-way between; *one dumbbell* hangs from both hands."""


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
    solids.loft(points, colour, group, faces=faces)


def _barbell(solids: Solids, joints: Joints, look: EquipmentLook) -> None:
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


def _dumbbell(solids: Solids, centre: np.ndarray, axis: np.ndarray, look: EquipmentLook,
              group: str) -> None:
    ends = [centre + sign * look.handle_half * axis for sign in (-1.0, 1.0)]
    solids.capsule(*ends, 1.5, 1.5, look.metal, group)
    for i, end in enumerate(ends):
        _disc(solids, end, axis, look.dumbbell, 1.3 * look.plate_thickness, look.plate_colour,
              f'{group} {i}')


def add_equipment(solids: Solids, exercise: str, joints: Joints, look: EquipmentLook) -> None:
    """Puts what an exercise needs into the hands."""
    held = HELD[exercise]
    left, _, front = (joints.axes['thorax'][:, i] for i in range(3))
    palms = {side: joints.point(f'{side} Palm') for side, _ in SIDES}
    forearms = {side: unit(joints.point(f'{side} Wrist') - joints.point(f'{side} Elbow'))
                for side, _ in SIDES}
    if held == 'barbell':
        _barbell(solids, joints, look)
    elif held == 'one dumbbell':
        axis = unit(forearms['Left'] + forearms['Right'])
        _dumbbell(solids, (palms['Left'] + palms['Right']) / 2 + look.handle_half * axis, axis,
                  look, 'dumbbell')
    else:
        share = {'dumbbells across': 0.0, 'dumbbells turned': 0.5, 'dumbbells along': 1.0}[held]
        for side, sign in SIDES:
            wanted = share * front + (1 - share) * sign * left
            _dumbbell(solids, palms[side], perpendicular(wanted, forearms[side]), look,
                      f'{side} dumbbell')
