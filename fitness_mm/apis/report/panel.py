"""The panel beside the picture of an annotated video: exercise, repetitions, verdicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fitness_mm.apis.result import Inference, Verdict
from fitness_mm.posture.calibration import BROKEN, KEPT, NOT_JUDGED

from .words import PictureText, headline

# Okabe and Ito's colours, told apart by the colour-blind; symbols say the same again.
COLOURS = {KEPT: (0, 158, 115), BROKEN: (213, 94, 0), NOT_JUDGED: (140, 140, 140)}
_BACKGROUND, _TEXT, _FAINT, _STRIPE = (24, 26, 30), (240, 240, 240), (165, 168, 175), (52, 55, 62)
_ALERT = (92, 44, 8)
WIDTH_SHARE = 0.78
"""Width of the panel as a share of the picture's height."""


@dataclass(frozen=True)
class Moment:
    """What the panel says now.

    Attributes:
        repetition: Number of repetitions begun.
        shown: Positions of the verdicts whose fault shows now.
    """

    repetition: int
    shown: frozenset[int]


def moment_at(result: Inference, time: float) -> Moment:
    """What is the case at a time in seconds."""
    begun = sum(r.start <= time for r in result.repetitions or ())
    shown = frozenset(i for i, v in enumerate(result.verdicts)
                      if any(a <= time <= b for a, b in v.ranges))
    return Moment(begun, shown)


class Panel:
    """Draws the panel, anew only when it says something else.

    Args:
        result: What to show.
        height: In pixels.
        text: Language and font.
    """

    def __init__(self, result: Inference, height: int, text: PictureText) -> None:
        self.result, self.text, self.height = result, text, height
        self.width = round(WIDTH_SHARE * height) // 2 * 2
        self._unit = height / 480
        self._drawn: dict[Moment, np.ndarray] = {}

    def at(self, time: float) -> np.ndarray:
        """uint8 RGB (height, width, 3) at a time in seconds."""
        moment = moment_at(self.result, time)
        if moment not in self._drawn:
            if len(self._drawn) > 64:
                self._drawn.clear()
            self._drawn[moment] = np.asarray(self._draw(moment))
        panel = self._drawn[moment].copy()
        duration = max(self.result.duration, 1e-6)
        x = self._left + round((self._right - self._left) * min(time / duration, 1))
        panel[self._line[0]:self._line[1], max(0, x - 1):x + 2] = _TEXT
        return panel

    @property
    def _left(self) -> int:
        return round(14 * self._unit)

    @property
    def _right(self) -> int:
        return self.width - round(14 * self._unit)

    @property
    def _line(self) -> tuple[int, int]:
        return self.height - round(30 * self._unit), self.height - round(8 * self._unit)

    def _draw(self, moment: Moment) -> Image.Image:
        unit, text, result = self._unit, self.text, self.result
        image = Image.new('RGB', (self.width, self.height), _BACKGROUND)
        draw = ImageDraw.Draw(image)
        width = self._right - self._left
        y = 12 * unit
        y = self._lines(draw, headline(result, text.korean), y, text.font(21 * unit, bold=True),
                        _TEXT)
        if result.exercise is None:
            return image
        if not result.sure:
            y = self._lines(draw, f'{text.exercise(result.exercise)}?', y, text.font(15 * unit),
                            _FAINT)
        y += 4 * unit
        bar = round(width * 0.72)
        draw.rectangle((self._left, y, self._left + bar, y + 8 * unit), fill=_STRIPE)
        draw.rectangle((self._left, y, self._left + bar * result.probability, y + 8 * unit),
                       fill=(86, 180, 233))
        draw.text((self._right, y + 4 * unit), f'{percent(result.probability)}', fill=_TEXT,
                  font=text.font(15 * unit), anchor='rm')
        y += 22 * unit
        if result.repetitions is not None:
            number = text.font(40 * unit, bold=True)
            count = f'{moment.repetition}'
            draw.text((self._left, y), count, fill=_TEXT, font=number)
            x = self._left + draw.textlength(count, font=number) + 8 * unit
            draw.text((x, y + 19 * unit), f'/ {len(result.repetitions)} '
                      f'{text.word("repetitions")}', fill=_FAINT, font=text.font(15 * unit))
            y += 54 * unit
        for i, verdict in enumerate(result.verdicts if result.sure else ()):
            y = self._verdict(draw, verdict, i in moment.shown, y)
        self._advice(draw, moment, y + 4 * unit)
        self._timeline(draw)
        return image

    def _verdict(self, draw: ImageDraw.ImageDraw, verdict: Verdict, shown: bool,
                 y: float) -> float:
        unit, text = self._unit, self.text
        font, small = text.font(15 * unit), text.font(12 * unit)
        indent = round(30 * unit)
        lines = wrapped(text.condition(verdict.condition), font,
                        self._right - self._left - indent)[:2]
        height = (19 * len(lines) + 18) * unit
        if shown:
            draw.rounded_rectangle((self._left - 6 * unit, y - 3 * unit, self._right + 6 * unit,
                                    y + height - 3 * unit), radius=5 * unit, fill=_ALERT)
        draw_symbol(draw, verdict.verdict, (self._left + 10 * unit, y + 10 * unit), 9 * unit)
        for number, line in enumerate(lines):
            draw.text((self._left + indent, y + 19 * unit * number), line, fill=_TEXT, font=font)
        says = text.word(verdict.verdict)
        if verdict.probability is not None and verdict.verdict != NOT_JUDGED:
            sure = verdict.probability if verdict.verdict == KEPT else 1 - verdict.probability
            says += f' {percent(sure)}'
        if verdict.repetitions and self.result.repetitions:
            says += f' · {len(verdict.repetitions)}/{len(self.result.repetitions)}'
        colour = tuple(min(255, c + 60) for c in COLOURS[verdict.verdict])
        draw.text((self._left + indent, y + 19 * unit * len(lines)), says, fill=colour, font=small)
        return y + height + 5 * unit

    def _advice(self, draw: ImageDraw.ImageDraw, moment: Moment, y: float) -> None:
        """What to change, while the fault shows, as far as there is room for it."""
        unit, text = self._unit, self.text
        font = text.font(14 * unit)
        for i in sorted(moment.shown):
            lines = wrapped(text.advice(self.result.verdicts[i].condition), font,
                            self._right - self._left)
            if y + len(lines) * 18 * unit > self._line[0] - 8 * unit:
                return
            for line in lines:
                draw.text((self._left, y), line, fill=(255, 214, 170), font=font)
                y += 18 * unit
            y += 6 * unit

    def _timeline(self, draw: ImageDraw.ImageDraw) -> None:
        """Repetitions above, faults below."""
        top, bottom = self._line
        middle = (top + bottom) // 2
        duration = max(self.result.duration, 1e-6)

        def x(time: float) -> float:
            return self._left + (self._right - self._left) * time / duration

        draw.rectangle((self._left, top, self._right, bottom), fill=_STRIPE)
        for r in self.result.repetitions or ():
            left = x(r.start) + 1  # of a long video, a repetition is a line
            draw.rectangle((left, top, max(x(r.stop) - 1, left), middle - 1), fill=(86, 180, 233))
        for verdict in self.result.faults:
            for a, b in verdict.ranges:
                draw.rectangle((x(a), middle, max(x(b), x(a)), bottom), fill=COLOURS[BROKEN])

    def _lines(self, draw: ImageDraw.ImageDraw, words: str, y: float,
               font: ImageFont.FreeTypeFont, colour: tuple[int, int, int]) -> float:
        for line in wrapped(words, font, self._right - self._left):
            draw.text((self._left, y), line, fill=colour, font=font)
            y += font.size * 1.22
        return y


def percent(probability: float) -> str:
    """Rounded, but never to certainty."""
    return f'{min(max(round(100 * probability), 1), 99)} %'


def draw_symbol(draw: ImageDraw.ImageDraw, verdict: str, centre: tuple[float, float],
                radius: float) -> None:
    """A tick in a disc, a cross in a square, a dash in a ring."""
    x, y, r = *centre, radius
    width = max(2, round(r / 3.2))
    colour = COLOURS[verdict]
    if verdict == KEPT:
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
        draw.line([(x - r / 2, y), (x - r / 8, y + r * 0.42), (x + r * 0.55, y - r * 0.42)],
                  fill='white', width=width, joint='curve')
    elif verdict == BROKEN:
        draw.rectangle((x - r, y - r, x + r, y + r), fill=colour)
        for sign in (1, -1):
            draw.line([(x - r / 2, y - sign * r / 2), (x + r / 2, y + sign * r / 2)],
                      fill='white', width=width)
    else:
        draw.ellipse((x - r, y - r, x + r, y + r), outline=colour, width=max(1, width // 2))
        draw.line([(x - r / 2, y), (x + r / 2, y)], fill=colour, width=width)


def wrapped(words: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Lines no wider than some pixels, broken between words."""
    lines: list[str] = []
    for word in words.split():
        if lines and font.getlength(f'{lines[-1]} {word}') <= width:
            lines[-1] += f' {word}'
        else:
            lines.append(word)
    return lines
