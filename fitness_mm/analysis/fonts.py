"""Korean in figures: a font that has its letters, and the exercises' names."""

from __future__ import annotations

from pathlib import Path

from fitness_mm import fonts
from fitness_mm.aihub.catalog import exercise_by_name

from .errors import AnalysisError


def korean_font(file: str | Path | None = None) -> str:
    """Name of a font family with Korean letters, ready for matplotlib.

    Args:
        file: A font file to use; one of those installed if None.

    Raises:
        AnalysisError: If the file is no such font, or none is installed.
    """
    try:
        return fonts.korean_font(file)
    except fonts.FontError as error:
        raise AnalysisError(str(error)) from error


def korean_name(name: str) -> str:
    """The Korean name of an exercise; a class that is none keeps its name."""
    try:
        return exercise_by_name(name).name_ko
    except KeyError:
        return name
