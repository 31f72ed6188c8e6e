"""Work that runs beside what waits for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar('T')
_ROOM = 4
_END = object()


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, some of them made ahead by a thread while the last one is used.

    Decoders, networks and encoders let go of Python's lock, so two of them keep two cores busy.

    Args:
        items: A generator, which no one else reads; what it raises is raised here.
    """
    with ThreadPoolExecutor(1) as thread:
        waiting = deque(thread.submit(next, items, _END) for _ in range(_ROOM))
        while (item := waiting.popleft().result()) is not _END:
            waiting.append(thread.submit(next, items, _END))
            yield item
