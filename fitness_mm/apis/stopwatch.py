"""How long each stage of a run takes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Stopwatch:
    """Sums up the time of stages by name; a stage inside another is taken off that one.

    Args:
        before: Seconds of what was done already, by stage and in ``total``.

    Attributes:
        seconds: By stage, as a clock on the wall shows them.
        processor: The same of all the cores together, as this process kept them busy.
    """

    def __init__(self, before: Mapping[str, float] | None = None) -> None:
        self.seconds = dict(before or {})
        self.processor: dict[str, float] = {}
        self._begin = time.perf_counter() - self.seconds.pop('total', 0.0)
        self._inner: list[list[float]] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures what happens inside."""
        begin = _clocks()
        self._inner.append([0.0, 0.0])
        try:
            yield
        finally:
            taken = [now - then for now, then in zip(_clocks(), begin, strict=True)]
            for clock, (sums, whole, inner) in enumerate(zip(
                    (self.seconds, self.processor), taken, self._inner.pop(), strict=True)):
                sums[name] = sums.get(name, 0.0) + whole - inner
                if self._inner:
                    self._inner[-1][clock] += whole

    def total(self) -> float:
        """Seconds since it was made, and before."""
        return time.perf_counter() - self._begin


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()
