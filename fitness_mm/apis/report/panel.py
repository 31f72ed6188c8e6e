"""The panel beside the picture of an annotated video: exercise, repetitions, verdicts."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from fitness_mm.apis.video.canvas import Canvas, Planes
from fitness_mm.keypoints.colours import LEFT, rgb
from fitness_mm.posture.calibration import BROKEN
from fitness_mm.tables import probable

from .ink import Ink, wrapped
from .language import Writing
from .model import COLOURS, Report, Row, Said

_BACKGROUND, _TEXT, _FAINT, _STRIPE = '#181a1e', '#f0f0f0', '#a5a8af', '#34373e'
_ALERT, _ADVICE = '#5c2c08', '#ffd6aa'
WIDTH_SHARE = 0.78
"""Width of the panel as a share of the picture's height."""


class Panel:
    """Draws the panel, anew only when it says something else.

    Args:
        report: What to say, in the languages of pictures.
        height: In pixels, even.
        writing: Brings the fonts.
    """

    def __init__(self, report: Report, height: int, writing: Writing) -> None:
        self.report, self.writing = report, writing
        self.width, self.height = round(WIDTH_SHARE * height) // 2 * 2, height
        self.unit = height / 480
        self.margin = round(14 * self.unit)
        self.line = height - round(30 * self.unit), height - round(8 * self.unit)
        self._starts = [start for start, _ in report.timeline.repetitions]
        self._drawn: dict[tuple[int, frozenset[int]], Planes] = {}

    def draw(self, canvas: Canvas, left: int, time: float) -> None:
        """Draws the panel of a time in seconds, from an even pixel on to the right."""
        moment = bisect_right(self._starts, time), self.report.shown_at(time)
        if moment not in self._drawn:
            if len(self._drawn) > 64:
                self._drawn.clear()
            self._drawn[moment] = canvas.colours.planes(np.asarray(_Face(self, *moment).image))
        canvas.paste(self._drawn[moment], left, 0)
        x = left + self.margin + self.report.timeline.pixel(time, self.width - 2 * self.margin)
        canvas.fill((x - 1, self.line[0], x + 2, self.line[1]), rgb(_TEXT))


class _Face(Ink):
    """The panel after some repetitions, while some faults show."""

    def __init__(self, panel: Panel, begun: int, shown: frozenset[int]) -> None:
        super().__init__((panel.width, panel.height), _BACKGROUND, panel.margin,
                         panel.writing.font)
        self.unit, self.report, self.line = panel.unit, panel.report, panel.line
        self.y, report = 12 * self.unit, self.report
        self.say(report.headline, 21 * self.unit, _TEXT, _FAINT, bold=True)
        if report.exercise is None:
            return
        if report.headline != report.exercise:
            self.write(f'{report.exercise.main}?', 15 * self.unit, _FAINT)
        self._probability()
        if report.repetitions is not None:
            self._count(begun, len(report.repetitions))
        rows = report.rows if report.sure else ()
        # where there is no room for the names in both languages, the main one has to do
        height = sum(self._height(self._lines(row, True)) for row in rows)
        both = self.y + height < self.line[0]
        for i, row in enumerate(rows):
            self._verdict(row, self._lines(row, both), i in shown)
        self._advice([report.rows[i].advice for i in sorted(shown)])
        self._timeline()

    def _probability(self) -> None:
        unit, y = self.unit, self.y + 4 * self.unit
        width = round(0.72 * (self.right - self.left))
        for share, colour in ((1, _STRIPE), (self.report.probability, LEFT)):
            self.draw.rectangle((self.left, y, self.left + width * share, y + 8 * unit),
                                fill=colour)
        self.draw.text((self.right, y + 4 * unit), probable(self.report.probability), fill=_TEXT,
                       font=self.font(15 * unit), anchor='rm')
        self.y = y + 22 * unit

    def _count(self, begun: int, total: int) -> None:
        number = self.font(40 * self.unit, bold=True)
        self.draw.text((self.left, self.y), str(begun), fill=_TEXT, font=number)
        x = self.left + self.draw.textlength(str(begun), font=number) + 8 * self.unit
        self.draw.text((x, self.y + 19 * self.unit),
                       f'/ {total} {self.report.word("repetitions").line}', fill=_FAINT,
                       font=self.font(15 * self.unit))
        self.y += 54 * self.unit

    def _lines(self, row: Row, both: bool) -> list[tuple[str, float, str | tuple]]:
        """What is written of a condition: lines, their sizes, their colours."""
        unit, width = self.unit, self.right - self.left - round(30 * self.unit)
        says = f'{row.word.line if both else row.word.main} {row.sure}'.rstrip()
        if row.repetitions and self.report.repetitions:
            says += f' · {len(row.repetitions)}/{len(self.report.repetitions)}'
        texts = ((row.name.main, 15 * unit, _TEXT),
                 (row.name.second if both else '', 13 * unit, _FAINT),
                 (says, 12 * unit, tuple(min(255, c + 60) for c in rgb(COLOURS[row.verdict]))))
        return [(line, size, colour) for words, size, colour in texts
                for line in wrapped(words, self.font(size), width)[:2]]

    def _height(self, lines: list[tuple[str, float, str | tuple]]) -> float:
        return 1.3 * sum(size for _, size, _ in lines) + 7 * self.unit

    def _verdict(self, row: Row, lines: list[tuple[str, float, str | tuple]],
                 shown: bool) -> None:
        unit, top, left = self.unit, self.y, self.left + round(30 * self.unit)
        height = self._height(lines)
        if shown:
            self.draw.rounded_rectangle(
                (self.left - 6 * unit, top - 3 * unit, self.right + 6 * unit,
                 top + height - 5 * unit), radius=5 * unit, fill=_ALERT)
        self.symbol(row.verdict, self.left + 10 * unit, top + 10 * unit, 9 * unit)
        for line, size, colour in lines:
            self.write(line, size, colour, left=left)
        self.y = top + height

    def _advice(self, advice: list[Said]) -> None:
        """What to change, while the fault shows, as far as there is room for it."""
        self.y += 4 * self.unit
        size = 14 * self.unit
        for words in (*(said.main for said in advice), *(said.second for said in advice)):
            lines = wrapped(words, self.font(size), self.right - self.left)
            if self.y + len(lines) * 1.3 * size > self.line[0] - 8 * self.unit:
                return
            self.write(words, size, _ADVICE)
            self.y += 6 * self.unit

    def _timeline(self) -> None:
        """Repetitions above, faults below."""
        (top, bottom), width = self.line, self.right - self.left
        middle, line = (top + bottom) // 2, self.report.timeline
        self.draw.rectangle((self.left, top, self.right, bottom), fill=_STRIPE)
        self.bars(line.repetition_bars(width), top, middle - 1, LEFT)
        for _, bars in line.fault_bars(width):
            self.bars(bars, middle, bottom, COLOURS[BROKEN])
