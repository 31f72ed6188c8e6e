"""The 167 exercise-condition pairs of the catalogue, which posture judgement is about.

All that is known about them, advice above all, is in ``conditions.tsv`` beside this file: a row
per pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

from .catalog import MOVEMENTS, Exercise, read_table

_PAIRED = {plural: (KEYPOINT_INDEX[f'Left {single}'], KEYPOINT_INDEX[f'Right {single}'])
           for plural, single in (
               ('Eyes', 'Eye'), ('Ears', 'Ear'), ('Shoulders', 'Shoulder'), ('Elbows', 'Elbow'),
               ('Wrists', 'Wrist'), ('Palms', 'Palm'), ('Hips', 'Hip'), ('Knees', 'Knee'),
               ('Ankles', 'Ankle'), ('Feet', 'Foot'))}
# What the column `joints` may name.
_JOINTS = {name: (index,) for name, index in KEYPOINT_INDEX.items()} | _PAIRED


@dataclass(frozen=True)
class Condition:
    """One posture condition of one exercise.

    Attributes:
        exercise: The exercise.
        position: Position in ``exercise.conditions``.
        name_en: English name, which says what holds.
        joints: Keypoint indices, ascending, that have to be seen to judge it.
        advice_ko: What a trainer would say, in Korean, to a person who broke it.
        advice_en: The same in English.
    """

    exercise: Exercise
    position: int
    name_en: str
    joints: tuple[int, ...]
    advice_ko: str
    advice_en: str

    @property
    def name_ko(self) -> str:
        """Korean name, as in the catalogue."""
        return self.exercise.conditions[self.position]


def joint_indices(names: str) -> tuple[int, ...]:
    """Keypoint indices, ascending, of names as the table has them.

    Raises:
        FitnessError: If there is no such joint.
    """
    try:
        return tuple(sorted({i for name in names.split(',') for i in _JOINTS[name.strip()]}))
    except KeyError as error:
        raise FitnessError(f'no joint is called {error.args[0]!r}; there are '
                           f'{", ".join(_JOINTS)}') from None


_TABLE = read_table()
_OF_EXERCISE = {
    exercise.name: tuple(
        Condition(exercise, position, name_en, joint_indices(joints), *advice)
        for position, (_, _, name_en, joints, *advice) in enumerate(_TABLE.get(exercise.name, ())))
    for exercise in MOVEMENTS}


def conditions_of(exercises: Sequence[Exercise]) -> tuple[Condition, ...]:
    """The conditions of some exercises, one exercise after the other, in catalogue order each."""
    return tuple(condition for exercise in exercises for condition in _OF_EXERCISE[exercise.name])


def condition_kinds(exercises: Sequence[Exercise]) -> list[int]:
    """A number from 0 on for each of :func:`conditions_of`; those of the same English name, such as
    a neutral spine, have the same."""
    names = [condition.name_en for condition in conditions_of(exercises)]
    numbers = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return [numbers[name] for name in names]
