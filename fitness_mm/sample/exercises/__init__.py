"""The exercises that can be drawn: one table each, ``NAME.json`` in this folder."""

from __future__ import annotations

from pathlib import Path

from .drawn import DrawnExercise, read_exercise
from .habits import HABITS

FOLDER = Path(__file__).parent

_found = [read_exercise(path) for path in FOLDER.glob('*.json') if path.name != HABITS]

DRAWN: dict[str, DrawnExercise] = {
    drawn.entry.name: drawn for drawn in sorted(_found, key=lambda drawn: drawn.entry.index)}
"""By English name, in the order of the catalogue."""
