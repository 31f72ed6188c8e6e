"""Progress of the stages of a long run: a bar on a terminal, lines in a log file."""

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
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_SECONDS_BETWEEN_LINES = 10


@contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Gives a function of a stage's name, what is done and what is to do in all, which shows it
    with the throughput and the time left. A stage's first call says what was done before."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    columns = (TextColumn('{task.description}'), BarColumn(), MofNCompleteColumn(), _Rate(),
               TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        tasks = {}

        def update(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total, completed=done)
            bar.update(tasks[stage], completed=done, total=total)

        yield update


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f'{speed:.1f}/s' if speed else '')


class Lines:
    """Progress for a log file: a line from time to time."""

    def __init__(self) -> None:
        self._stage = ''
        self._start = self._last = 0.0
        self._before = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show it if it is time to."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._start, self._last, self._before = stage, now, now, done
        if done == self._before or (now - self._last < _SECONDS_BETWEEN_LINES and done < total):
            return
        self._last = now
        rate = (done - self._before) / max(now - self._start, 1e-9)
        print(f'{stage} {done}/{total}, {rate:.1f}/s, about {(total - done) / rate:.0f} s left',
              file=sys.stderr, flush=True)
