"""The panel beside the picture of an annotated video: exercise, repetitions, verdicts."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fitness_mm.keypoints.colours import LEFT, rgb
from fitness_mm.posture.calibration import BROKEN

from .ink import draw_symbol, wrapped
from .language import Writing
from .model import COLOURS, Report, Row, percent

_BACKGROUND, _TEXT, _FAINT, _STRIPE = '#181a1e', '#f0f0f0', '#a5a8af', '#34373e'
_ALERT, _ADVICE = '#5c2c08', '#ffd6aa'
WIDTH_SHARE = 0.78
"""Width of the panel as a share of the picture's height."""


class Panel:
    """Draws the panel, anew only when it says something else.

    Args:
        report: What to say, in the language of pictures.
        height: In pixels.
        writing: Brings the fonts.
    """

    def __init__(self, report: Report, height: int, writing: Writing) -> None:
        self.report, self.font, self.height = report, writing.font, height
        self.width = round(WIDTH_SHARE * height) // 2 * 2
        self._unit = height / 480
        margin = round(14 * self._unit)
        self._left, self._right = margin, self.width - margin
        self._line = height - round(30 * self._unit), height - round(8 * self._unit)
        self._drawn: OrderedDict[tuple[int, frozenset[int]], np.ndarray] = OrderedDict()

    def at(self, time: float) -> np.ndarray:
        """uint8 RGB (height, width, 3) at a time in seconds."""
        line = self.report.timeline
        begun = sum(start <= time for start, _ in line.repetitions)
        moment = begun, self.report.shown_at(time)
        if moment not in self._drawn:
            if len(self._drawn) >= 64:
                self._drawn.popitem(last=False)
            self._drawn[moment] = np.asarray(self._draw(*moment))
        panel = self._drawn[moment].copy()
        x = self._left + line.pixel(time, self._right - self._left)
        panel[slice(*self._line), max(0, x - 1):x + 2] = rgb(_TEXT)
        return panel

    def _draw(self, begun: int, shown: frozenset[int]) -> Image.Image:
        unit, report, font = self._unit, self.report, self.font
        image = Image.new('RGB', (self.width, self.height), _BACKGROUND)
        draw = ImageDraw.Draw(image)
        y = self._lines(draw, report.headline.main, 12 * unit, font(21 * unit, bold=True), _TEXT)
        if report.exercise is None:
            return image
        if not report.sure:
            y = self._lines(draw, f'{report.exercise.main}?', y, font(15 * unit), _FAINT)
        y += 4 * unit
        bar = round(0.72 * (self._right - self._left))
        draw.rectangle((self._left, y, self._left + bar, y + 8 * unit), fill=_STRIPE)
        draw.rectangle((self._left, y, self._left + bar * report.probability, y + 8 * unit),
                       fill=LEFT)
        draw.text((self._right, y + 4 * unit), percent(report.probability), fill=_TEXT,
                  font=font(15 * unit), anchor='rm')
        y += 22 * unit
        if report.repetitions is not None:
            number = font(40 * unit, bold=True)
            draw.text((self._left, y), str(begun), fill=_TEXT, font=number)
            x = self._left + draw.textlength(str(begun), font=number) + 8 * unit
            draw.text((x, y + 19 * unit), f'/ {len(report.repetitions)} '
                      f'{report.word("repetitions").main}', fill=_FAINT, font=font(15 * unit))
            y += 54 * unit
        for i, row in enumerate(report.rows if report.sure else ()):
            y = self._verdict(draw, row, i in shown, y)
        self._advice(draw, shown, y + 4 * unit)
        self._timeline(draw)
        return image

    def _verdict(self, draw: ImageDraw.ImageDraw, row: Row, shown: bool, y: float) -> float:
        unit = self._unit
        font, small = self.font(15 * unit), self.font(12 * unit)
        indent = round(30 * unit)
        lines = wrapped(row.name.main, font, self._right - self._left - indent)[:2]
        height = (19 * len(lines) + 18) * unit
        if shown:
            draw.rounded_rectangle((self._left - 6 * unit, y - 3 * unit, self._right + 6 * unit,
                                    y + height - 3 * unit), radius=5 * unit, fill=_ALERT)
        draw_symbol(draw, row.verdict, (self._left + 10 * unit, y + 10 * unit), 9 * unit)
        for number, line in enumerate(lines):
            draw.text((self._left + indent, y + 19 * unit * number), line, fill=_TEXT, font=font)
        says = f'{row.word.main} {row.sure}'.rstrip()
        if row.repetitions and self.report.repetitions:
            says += f' · {len(row.repetitions)}/{len(self.report.repetitions)}'
        colour = tuple(min(255, c + 60) for c in rgb(COLOURS[row.verdict]))
        draw.text((self._left + indent, y + 19 * unit * len(lines)), says, fill=colour, font=small)
        return y + height + 5 * unit

    def _advice(self, draw: ImageDraw.ImageDraw, shown: frozenset[int], y: float) -> None:
        """What to change, while the fault shows, as far as there is room for it."""
        font = self.font(14 * self._unit)
        for i in sorted(shown):
            lines = wrapped(self.report.rows[i].advice.main, font, self._right - self._left)
            if y + len(lines) * 18 * self._unit > self._line[0] - 8 * self._unit:
                return
            for line in lines:
                draw.text((self._left, y), line, fill=_ADVICE, font=font)
                y += 18 * self._unit
            y += 6 * self._unit

    def _timeline(self, draw: ImageDraw.ImageDraw) -> None:
        """Repetitions above, faults below."""
        top, bottom = self._line
        middle, line, width = (top + bottom) // 2, self.report.timeline, self._right - self._left
        draw.rectangle((self._left, top, self._right, bottom), fill=_STRIPE)
        for bar in line.repetition_bars(width):
            draw.rectangle((self._left + bar.left, top, self._left + bar.right - 1, middle - 1),
                           fill=LEFT)
        for _, bars in line.fault_bars(width):
            for bar in bars:
                draw.rectangle((self._left + bar.left, middle, self._left + bar.right - 1, bottom),
                               fill=COLOURS[BROKEN])

    def _lines(self, draw: ImageDraw.ImageDraw, words: str, y: float,
               font: ImageFont.FreeTypeFont, colour: str) -> float:
        for line in wrapped(words, font, self._right - self._left):
            draw.text((self._left, y), line, fill=colour, font=font)
            y += font.size * 1.22
        return y
