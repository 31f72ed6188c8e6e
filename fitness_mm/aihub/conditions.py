"""The 167 exercise-condition pairs of the catalogue, which posture judgement is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .catalog import EXERCISES, Exercise


@dataclass(frozen=True)
class Condition:
    """One posture condition of one exercise.

    Attributes:
        exercise: The exercise.
        position: Position in ``exercise.conditions``.
    """

    exercise: Exercise
    position: int

    @property
    def name_ko(self) -> str:
        """Korean name, as in the catalogue."""
        return self.exercise.conditions[self.position]


def conditions_of(exercises: Sequence[Exercise]) -> tuple[Condition, ...]:
    """The conditions of some exercises, one exercise after the other, in catalogue order each."""
    return tuple(Condition(exercise, position) for exercise in exercises
                 for position in range(len(exercise.conditions)))


CONDITIONS: tuple[Condition, ...] = conditions_of(EXERCISES)
"""All of them."""
