"""What a drawn exercise is: everything that the generator has to know about it, in one object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.catalog import Exercise, exercise_by_name

from ..performer.body import Body
from ..performer.pose import Joints, Pose, solve
from ..tempo import Tempo
from .equipment import Hold, empty_hands
from .faults import Fault
from .movement import Movement


@dataclass(frozen=True)
class DrawnExercise:
    """An exercise of the catalogue that the generator can draw.

    Class numbers, type numbers and names come from the catalogue.

    Attributes:
        entry: The catalogue's entry.
        move: The exercise done well by one performer, as joint angles over the progress of a
            repetition: ``m.s`` runs from 0 to 1 and back, ``m.to(a, b)`` is an angle that goes
            along with it.
        faults: What breaks each condition, by its Korean name, in the order in which they come
            into effect.
        hold: What the hands hold.
        lying: Whether the performer lies on the bench instead of standing.
    """

    entry: Exercise
    move: Callable[[Movement], Pose]
    faults: Mapping[str, Fault]
    hold: Hold
    lying: bool

    def __post_init__(self) -> None:
        if set(self.faults) != set(self.entry.conditions):
            raise ValueError(f'{self.entry.name} has faults for {sorted(self.faults)}, but its '
                             f'conditions are {sorted(self.entry.conditions)}')

    def perform(self, body: Body, kept: Mapping[str, bool], movement_rng: np.random.Generator,
                fault_rng: np.random.Generator, tempo: Tempo,
                faulty: float | np.ndarray = 1.0) -> tuple[Pose, Joints]:
        """A performer's movement, facing +z at the origin.

        Args:
            body: Proportions.
            kept: Truth of every condition, by Korean name.
            movement_rng: Draws range and noise; the same draws whatever is kept.
            fault_rng: Draws one strength per condition, whether it is kept or not.
            tempo: Progress of the repetitions.
            faulty: Share of the faults that is in effect, 0 to 1; a number or (T,).
        """
        pose = self.move(Movement(body, movement_rng, tempo))
        for condition, fault in self.faults.items():
            strength = float(fault_rng.uniform(0.85, 1.15))
            if not kept[condition]:
                fault(pose, strength * faulty)
        return pose, solve(body, pose, self.lying)


def drawn(name: str, faults: Mapping[str, Fault], hold: Hold = empty_hands,
          lying: bool = False) -> Callable[[Callable[[Movement], Pose]], DrawnExercise]:
    """Makes a function of a movement a :class:`DrawnExercise`, by its name in the catalogue."""
    return lambda move: DrawnExercise(exercise_by_name(name), move, faults, hold, lying)
