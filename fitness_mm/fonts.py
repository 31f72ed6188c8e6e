"""Fonts that have Korean letters, for figures, pictures and videos."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from fitness_mm.errors import FitnessError

# Preferred in this order; any other font with Hangul does as well.
_KNOWN = ('NanumGothic', 'NanumBarunGothic', 'Noto Sans CJK KR', 'Noto Sans KR', 'Malgun Gothic',
          'Apple SD Gothic Neo', 'AppleGothic', 'Pretendard', 'UnDotum')
# Has a box for every character there is.
_PLACEHOLDER = 'Last Resort High-Efficiency'
_SYLLABLES = '가힣스쿼트'


class FontError(FitnessError):
    """There is no font as needed; the message is one sentence for the user."""


def korean_font(file: str | Path | None = None) -> str:
    """Name of a font family with Korean letters, ready for matplotlib.

    Args:
        file: A font file to use; one of those installed if None.

    Raises:
        FontError: If the file is no such font, or none is installed.
    """
    if file is None:
        return _installed()[0]
    font_manager.fontManager.addfont(korean_font_file(file))
    return font_manager.FontProperties(fname=file).get_name()


def korean_font_file(file: str | Path | None = None) -> str:
    """File of a font with Korean letters.

    Args:
        file: One to check; one of those installed if None.

    Raises:
        FontError: If the file is no such font, or none is installed.
    """
    if file is None:
        return _installed()[1]
    try:
        suits = _has_korean(file)
    except (OSError, RuntimeError) as error:
        raise FontError(f'{file} is missing or not a TrueType or OpenType font') from error
    if not suits:
        raise FontError(f'the font {file} has no Korean letters')
    return str(file)


def latin_font_file(bold: bool = False) -> str:
    """File of the font that comes with matplotlib; it has no Korean letters."""
    return font_manager.findfont(font_manager.FontProperties(
        family='DejaVu Sans', weight='bold' if bold else 'normal'))


@cache
def _installed() -> tuple[str, str]:
    """Family name and file."""
    fonts = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist
             if entry.name != _PLACEHOLDER}
    for name in sorted(fonts, key=lambda name: (name not in _KNOWN, name)):
        if _has_korean(fonts[name]):
            return name, fonts[name]
    raise FontError('no installed font has Korean letters; install one (Debian and Ubuntu: '
                    'fonts-nanum or fonts-noto-cjk) or name a font file with --font '
                    'NanumGothic.ttf')


def _has_korean(file: str | Path) -> bool:
    letters = FT2Font(str(file)).get_charmap()
    return all(ord(letter) in letters for letter in _SYLLABLES)
