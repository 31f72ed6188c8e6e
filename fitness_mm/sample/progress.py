"""Progress of a long run with the time left: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def clip_progress() -> Iterator[Callable[[int, int], None]]:
    """Gives a function of the clips that are there and of all clips, which shows them."""
    if sys.stdout.isatty():
        columns = (TextColumn('clips'), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns) as progress:
            task = progress.add_task('clips', total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)
        return

    began = shown = time.monotonic()
    first: int | None = None

    def line(done: int, total: int) -> None:
        nonlocal shown, first
        now = time.monotonic()
        first = done - 1 if first is None else first
        if now - shown >= _SECONDS_BETWEEN_LINES or done == total:
            left = (now - began) / (done - first) * (total - done)
            print(f'{done} of {total} clips, {left:.0f} s left', flush=True)
            shown = now

    yield line
