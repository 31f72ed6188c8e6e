"""Tables as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence


def markdown_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """For people."""
    lines = [heads, ['---'] * len(heads), *rows]
    return '\n'.join(f"| {' | '.join(line)} |" for line in lines)


def csv_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """For programs, its first line the heads."""
    out = io.StringIO()
    csv.writer(out, lineterminator='\n').writerows([heads, *rows])
    return out.getvalue()
