"""The movements that can be drawn: one table each, ``NAME.json`` in this folder for the exercises
of the catalogue, and in ``other`` for what is none of them."""

from __future__ import annotations

from pathlib import Path

from fitness_mm.aihub.catalog import OTHER_MOVEMENT, exercise_of_type

from .drawn import DrawnExercise, read_exercise
from .habits import HABITS

FOLDER = Path(__file__).parent

_found = [read_exercise(path) for path in FOLDER.rglob('*.json') if path.name != HABITS]

DRAWN: dict[str, DrawnExercise] = {
    drawn.name: drawn
    for drawn in sorted(_found, key=lambda drawn: (drawn.entry.index, drawn.name))}
"""By English name, in the order of the catalogue; other movements, in theirs, come last."""

_OTHERS = tuple(drawn for drawn in DRAWN.values() if drawn.entry is OTHER_MOVEMENT)


def drawn_of_type(type_number: int) -> DrawnExercise:
    """What a type of the catalogue is drawn as; the types of other movements go through them."""
    exercise = exercise_of_type(type_number)
    if exercise is OTHER_MOVEMENT:
        return _OTHERS[(type_number - exercise.types[0]) % len(_OTHERS)]
    return DRAWN[exercise.name]


def type_of(drawn: DrawnExercise, broken: int = 0) -> int:
    """The type in which the conditions are broken whose bits are set in a number."""
    return drawn.entry.types[_OTHERS.index(drawn) if drawn in _OTHERS else broken]
