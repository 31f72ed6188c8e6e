"""What page and panel draw with Pillow alike: symbols of verdicts, and text in lines."""

from __future__ import annotations

from PIL import ImageDraw, ImageFont

from fitness_mm.posture.calibration import BROKEN, KEPT

from .model import COLOURS


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
