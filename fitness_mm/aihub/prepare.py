"""The command behind ``tools/data/prepare.py``: index a data root and say how it goes."""

from __future__ import annotations

import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from .build import BuildResult, build_index
from .index import IndexFileError
from .layout import LayoutError

_SECONDS_BETWEEN_LINES = 10
_INTERRUPTED = 130  # what shells report after Ctrl-C


def prepare(root: str | Path, workers: int = 1) -> int:
    """Index a data root, showing progress, and print the report.

    Returns:
        The exit status of the command: 0 if there is something to train on.
    """
    console = Console(stderr=True)
    try:
        result = _build(root, workers, console)
    except KeyboardInterrupt:
        return _stop(f'interrupted; finished days are kept in {root}, run it again to go on',
                     _INTERRUPTED)
    except BrokenProcessPool:
        return _stop('a worker process died, perhaps for lack of memory; finished days are kept, '
                     'run it again with fewer --workers')
    except (LayoutError, IndexFileError) as error:
        return _stop(str(error))
    except OSError as error:
        return _stop(f'{error.filename or root}: {error.strerror or error}; finished days are '
                     'kept')
    print(result.text)
    print(f'Parsed {result.labels_parsed} label files, re-used {result.labels_reused} from '
          f'earlier runs. The index and report.json are in {root}.')
    if not len(result.index):
        return _stop(f'{root} has no usable clip; see the reasons above')
    return 0


def _stop(sentence: str, status: int = 1) -> int:
    print(f'prepare.py: {sentence}', file=sys.stderr)
    return status


def _build(root: str | Path, workers: int, console: Console) -> BuildResult:
    if not console.is_terminal:
        return build_index(root, workers, _Lines())
    columns = (TextColumn('labels'), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
               TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task('labels', total=None)
        return build_index(root, workers, lambda done, total: bar.update(
            task, completed=done, total=total))


class _Lines:
    """Progress for a log file: a line from time to time."""

    def __init__(self) -> None:
        self._start = self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not done or (now - self._last < _SECONDS_BETWEEN_LINES and done < total):
            return
        self._last = now
        left = (now - self._start) / done * (total - done)
        print(f'labels {done}/{total}, about {left:.0f} s left', file=sys.stderr, flush=True)
