"""The Korean names of exercises, for figures."""

from __future__ import annotations

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.errors import ArgumentError


def korean_name(name: str) -> str:
    """The Korean name of an exercise; a class that is none keeps its name."""
    try:
        return exercise_by_name(name).name_ko
    except ArgumentError:
        return name
