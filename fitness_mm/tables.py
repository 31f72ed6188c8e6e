"""Tables as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def markdown_table(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """For people."""
    heads = list(heads)
    return '\n'.join(f"| {' | '.join(map(str, line))} |"
                     for line in (heads, ['---'] * len(heads), *rows))


def csv_table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """For programs, its first line the heads."""
    out = io.StringIO()
    csv.writer(out, lineterminator='\n').writerows([heads, *rows])
    return out.getvalue()


def percent(share: float, digits: int = 0) -> str:
    """A share for people: rounded, but never to all or nothing of what is not; NaN is a dash."""
    if share != share:
        return '–'
    least = 10**-digits
    value = 100 * share if share in (0, 1) else min(max(100 * share, least), 100 - least)
    return f'{value:.{digits}f}%'


def probable(probability: float) -> str:
    """A network's probability for people: it is never certain, whatever it rounds to."""
    return percent(min(max(probability, 1e-9), 1 - 1e-9))


def number(value: float | None, digits: int = 3) -> str:
    """A number for a cell: counts are whole, what is not known is a dash, and what is below 1, as
    shares are, is not rounded up to it."""
    if value is None:
        return '–'
    if isinstance(value, int):
        return str(value)
    return f'{min(value, 1 - 10**-digits) if value < 1 else value:.{digits}f}'
