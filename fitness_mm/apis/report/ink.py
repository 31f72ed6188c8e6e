"""What page and panel draw with Pillow alike: text in lines, bars, symbols of verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PIL import Image, ImageDraw, ImageFont

from fitness_mm.posture.calibration import BROKEN, KEPT

from .model import COLOURS, Said
from .timeline import Bar


class Ink:
    """Draws from top to bottom.

    Args:
        size: Width and height of the picture in pixels.
        background: Its colour.
        margin: Left and right of what is written, in pixels.
        font: Gives a font of a height in pixels, bold or not.

    Attributes:
        y: How far down it is.
    """

    def __init__(self, size: tuple[int, int], background: str, margin: int,
                 font: Callable[..., ImageFont.FreeTypeFont]) -> None:
        self.image = Image.new('RGB', size, background)
        self.draw = ImageDraw.Draw(self.image)
        self.font, self.left, self.right = font, margin, size[0] - margin
        self.y = 0.0

    def write(self, words: str, size: float, colour: str | tuple, bold: bool = False,
              left: float | None = None, right: float | None = None) -> None:
        """Lines of text, the left edge to the right one unless others are given."""
        font, left = self.font(size, bold), self.left if left is None else left
        for line in wrapped(words, font, (self.right if right is None else right) - left):
            self.draw.text((left, self.y), line, fill=colour, font=font)
            self.y += size * 1.3

    def say(self, said: Said, size: float, colour: str, second: str, bold: bool = False,
            left: float | None = None, right: float | None = None) -> None:
        """The text in the main language, and below it the other, if there is one."""
        self.write(said.main, size, colour, bold, left=left, right=right)
        self.write(said.second, 0.88 * size, second, left=left, right=right)

    def bars(self, bars: Iterable[Bar], top: float, bottom: float, colour: str) -> None:
        """A line of bars and their labels."""
        for left, right, label in bars:
            self.draw.rectangle((self.left + left, top, self.left + right - 1, bottom),
                                fill=colour)
            if label:
                self.draw.text((self.left + (left + right) / 2, (top + bottom) / 2), label,
                               fill='black', anchor='mm', font=self.font(18))

    def symbol(self, verdict: str, x: float, y: float, r: float) -> None:
        """A tick in a disc, a cross in a square, a dash in a ring, of a radius."""
        draw, colour, width = self.draw, COLOURS[verdict], max(2, round(r / 3.2))
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
    """Lines no wider than some pixels, broken between words, and in them where one is wider."""
    lines: list[str] = []
    for word in words.split():
        if lines and font.getlength(f'{lines[-1]} {word}') <= width:
            lines[-1] += f' {word}'
            continue
        while font.getlength(word) > width and len(word) > 1:
            fits = next(n for n in range(len(word) - 1, 0, -1)
                        if n == 1 or font.getlength(word[:n]) <= width)
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    return lines
