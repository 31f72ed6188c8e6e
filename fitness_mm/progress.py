"""Progress of a long run with throughput and time left: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def shown_progress(unit: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function of the numbers of things done and in all, which shows them on stderr.

    Args:
        unit: What is counted, in the plural.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(unit)
        return
    columns = (TextColumn(unit), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(unit, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Rate(ProgressColumn):
    """Things a second."""

    def render(self, task: Task) -> str:
        """The rate of the last seconds."""
        return f'{task.speed:,.0f}/s' if task.speed else ''


class _Lines:
    """A line from time to time, for log files; none for what is done at once."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._start: float | None = None
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._start is None:
            self._start = self._last = now
        elif done and now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = now
            rate = done / (now - self._start)
            print(f'{self._unit} {done}/{total}, {rate:,.0f}/s, about '
                  f'{(total - done) / rate:.0f} s left', file=sys.stderr, flush=True)
