"""Rows of the benchmark's table, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_COLUMNS = ('part', 'work', 'measured', 'compared', 'goal')


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        part: Letter of the part.
        work: What was done.
        value: The number.
        unit: Its unit.
        compared: The same as a ratio or difference to something measured in the same run.
        goal: What is aimed at.
    """

    part: str
    work: str
    value: float
    unit: str
    compared: str = ''
    goal: str = ''


def as_markdown(rows: Iterable[Row]) -> str:
    """The table."""
    lines = [f"| {' | '.join(_COLUMNS)} |", f"| {' | '.join('---' for _ in _COLUMNS)} |"]
    lines += [f'| {row.part} | {row.work} | {row.value:,.4g} {row.unit} | {row.compared} | '
              f'{row.goal} |' for row in rows]
    return '\n'.join(lines) + '\n'
