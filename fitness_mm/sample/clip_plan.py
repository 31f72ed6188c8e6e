"""Who does what on which day at which station: one clip, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fitness_mm.aihub.catalog import Exercise, exercise_of_type

from .exercises import DrawnExercise, drawn_of_type

_FIRST_DAY = date(2020, 9, 21)


@dataclass(frozen=True)
class ClipPlan:
    """One clip: one performer doing one type at one station of one day.

    Attributes:
        split: ``training`` or ``validation``.
        day: Number of the day.
        slot: Number of the station.
        performer: Number of the performer.
        type_number: Type in the catalogue.
        num_images: Images per view.
        defects: Names of the defects the clip's files have.
        errors: View letter -> kind of the planted label error.
    """

    split: str
    day: int
    slot: int
    performer: int
    type_number: int
    num_images: int = 32
    defects: frozenset[str] = frozenset()
    errors: tuple[tuple[str, str], ...] = ()

    @property
    def exercise(self) -> Exercise:
        """The catalogue's entry."""
        return exercise_of_type(self.type_number)

    @property
    def drawn(self) -> DrawnExercise:
        """How the exercise is drawn."""
        return drawn_of_type(self.type_number)

    @property
    def kept(self) -> dict[str, bool]:
        """Truth of every condition, by Korean name."""
        return truth_of_type(self.type_number)

    @property
    def day_name(self) -> str:
        """Name of the day's folders."""
        return f'Day{self.day:02d}_{_FIRST_DAY + timedelta(self.day - 1):%y%m%d}_F'

    @property
    def name(self) -> str:
        """Name of the clip, without a view."""
        return f'{self.type_number:03d}-1-1-01-Z{self.performer}'

    @property
    def label_name(self) -> str:
        """Name of the 2D label file, without its extension."""
        return f'D{self.day:02d}-{self.slot}-{self.type_number:03d}'

    @property
    def ids(self) -> tuple[int, int, int]:
        """What tells this clip from all others, for its random numbers."""
        return self.day, self.slot, self.type_number


def truth_of_type(type_number: int) -> dict[str, bool]:
    """Truth of every condition of a type, by Korean name.

    The first type of an exercise keeps all conditions; in the others, bit i of the number of
    types before it says that condition i is broken.
    """
    exercise = exercise_of_type(type_number)
    bits = type_number - exercise.types[0]
    return {condition: not bits >> i & 1 for i, condition in enumerate(exercise.conditions)}
