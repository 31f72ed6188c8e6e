"""Where repetitions and faults lie on a line of time, for page, picture and video alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

Span = tuple[float, float]
"""First and last second."""


class Bar(NamedTuple):
    """A bar in whole pixels, ``right`` exclusive, and the label that it has room for."""

    left: int
    right: int
    label: str = ''


@dataclass(frozen=True)
class Timeline:
    """The line of time of a video.

    Attributes:
        duration: Of the video in seconds.
        repetitions: In order.
        faults: Names, each as it is said, and when the fault shows.
    """

    duration: float
    repetitions: tuple[Span, ...]
    faults: tuple[tuple[tuple[str, str], tuple[Span, ...]], ...]

    def pixel(self, time: float, width: int) -> int:
        """Where a time in seconds is on a line of some pixels."""
        return int(width * min(max(time / max(self.duration, 1e-6), 0.0), 1.0))

    def repetition_bars(self, width: int, digit_px: float | None = None) -> list[Bar]:
        """Repetitions with a gap between, and their numbers where digits of a width fit."""
        return self._bars(self.repetitions, width, 1, 1, digit_px)

    def fault_bars(self, width: int) -> list[tuple[tuple[str, str], list[Bar]]]:
        """A line of bars for every fault, with its name."""
        return [(name, self._bars(spans, width, 0, 2)) for name, spans in self.faults]

    def ticks(self, width: int, count: int = 6) -> list[tuple[int, str]]:
        """Pixels and times to write below, spread evenly."""
        shares = [i / (count - 1) for i in range(count)]
        return [(round(width * share),
                 clock_time(self.duration * share, 0 if self.duration >= 10 else 1))
                for share in shares]

    def _bars(self, spans: Iterable[Span], width: int, gap: int, least: int,
              digit_px: float | None = None) -> list[Bar]:
        """A span narrower than a pixel is a line; where there is no room for a bar of its own, it
        lengthens the one before."""
        bars: list[Bar] = []
        for number, (start, stop) in enumerate(spans, 1):
            left = min(self.pixel(start, width), width - least)
            right = max(self.pixel(stop, width) - gap, left + least)
            if bars:
                left = max(left, bars[-1].right + gap)
                if left >= right:
                    bars[-1] = bars[-1]._replace(right=max(right, bars[-1].right))
                    continue
            room = digit_px is not None and digit_px * (len(str(number)) + 1) <= right - left
            bars.append(Bar(left, right, str(number) if room else ''))
        return bars


def clock_time(seconds: float, digits: int = 0) -> str:
    """Minutes and seconds, as players show them, with so many digits behind the point."""
    seconds = round(seconds, digits or None)
    return f'{int(seconds) // 60}:{seconds % 60:0{3 + digits if digits else 2}.{digits}f}'
