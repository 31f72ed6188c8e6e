"""How long each stage of a run takes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Stopwatch:
    """Sums up the time of stages by name; a stage inside another is taken off that one.

    Args:
        before: Seconds of what was done already, by stage and in ``total``.
    """

    def __init__(self, before: Mapping[str, float] | None = None) -> None:
        self.seconds = dict(before or {})
        self._begin = time.perf_counter() - self.seconds.pop('total', 0.0)
        self._inner: list[float] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures what happens inside."""
        begin = time.perf_counter()
        self.seconds.setdefault(name, 0.0)
        self._inner.append(0.0)
        try:
            yield
        finally:
            taken = time.perf_counter() - begin
            self.seconds[name] += taken - self._inner.pop()
            if self._inner:
                self._inner[-1] += taken

    def total(self) -> float:
        """Seconds since it was made, and before."""
        return time.perf_counter() - self._begin
