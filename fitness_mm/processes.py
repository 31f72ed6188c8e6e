"""Worker processes that end with their parent, however it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import TypeVar

from fitness_mm.errors import ArgumentError

Group = TypeVar('Group')
Result = TypeVar('Result')

_GROUP = 512  # items that are handed to the workers at once


class Pool:
    """Runs groups of tasks in order of their groups, in processes or, for one worker, here.

    Args:
        workers: Number of processes.
        apart: Whether one worker is a process too.
    """

    def __init__(self, workers: int, apart: bool = False) -> None:
        if workers < 1:
            raise ArgumentError(f'the number of workers is {workers}, expected at least 1')
        # The parent has pyarrow's threads, which a fork would not survive.
        method = next(name for name in ('forkserver', 'spawn')
                      if name in multiprocessing.get_all_start_methods())
        apart = apart or workers > 1
        if apart and method == 'forkserver':
            _start_forkserver()
        self._executor = ProcessPoolExecutor(
            workers, multiprocessing.get_context(method), _start_worker,
        ) if apart else None

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error) -> None:
        if self._executor:
            self._executor.shutdown(cancel_futures=True)

    def run(self, groups: Iterable[Group], tasks: Callable[[Group], list[tuple]],
            function: Callable[..., Result]) -> Iterator[tuple[Group, Iterator[Result]]]:
        """Yield each group with the results of its tasks, in order.

        The tasks of the next group are handed out before a group is yielded, so that the workers
        have something to do while the caller works on it.
        """
        pending: deque[tuple[Group, Iterator[Result]]] = deque()
        for group in groups:
            arguments = list(zip(*tasks(group), strict=True))
            pending.append((group, (self._executor.map if self._executor else map)(
                function, *arguments) if arguments else iter(())))
            if len(pending) > 1:
                yield pending.popleft()
        yield from pending

    def in_chunks(self, items: Sequence, at_once: int, function: Callable[..., Result],
                  *arguments) -> Iterator[Result]:
        """Yield ``function(*arguments, chunk)`` of each chunk of so many items, in order."""
        groups = [items[i:i + _GROUP] for i in range(0, len(items), _GROUP)]
        for _, results in self.run(groups, lambda group: [
                (*arguments, group[i:i + at_once]) for i in range(0, len(group), at_once)],
                function):
            yield from results


def _start_forkserver() -> None:
    """Starts what starts the workers, where Ctrl-C reaches neither, not even before they begin."""
    from multiprocessing import forkserver, resource_tracker  # not on Windows

    resource_tracker.ensure_running()  # which it starts otherwise, and which lets Ctrl-C in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sentinel = multiprocessing.parent_process().sentinel
    threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), daemon=True).start()
