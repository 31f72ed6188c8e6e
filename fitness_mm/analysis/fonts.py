"""Korean in figures: a font that has its letters, and the exercises' names."""

from __future__ import annotations

from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from fitness_mm.aihub.catalog import exercise_by_name

from .errors import AnalysisError

# Preferred in this order; any other font with Hangul does as well.
_KNOWN = ('NanumGothic', 'NanumBarunGothic', 'Noto Sans CJK KR', 'Noto Sans KR', 'Malgun Gothic',
          'Apple SD Gothic Neo', 'AppleGothic', 'Pretendard', 'UnDotum')
# Has a box for every character there is.
_PLACEHOLDER = 'Last Resort High-Efficiency'
_SYLLABLES = '가힣스쿼트'


def korean_font(file: str | Path | None = None) -> str:
    """Name of a font family with Korean letters, ready for matplotlib.

    Args:
        file: A font file to use; one of those installed if None.

    Raises:
        AnalysisError: If the file is no such font, or none is installed.
    """
    if file is not None:
        try:
            suits = _has_korean(file)
        except (OSError, RuntimeError) as error:
            raise AnalysisError(f'{file} is missing or not a TrueType or OpenType font') from error
        if not suits:
            raise AnalysisError(f'the font {file} has no Korean letters')
        font_manager.fontManager.addfont(file)
        return font_manager.FontProperties(fname=file).get_name()
    fonts = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist
             if entry.name != _PLACEHOLDER}
    for name in sorted(fonts, key=lambda name: (name not in _KNOWN, name)):
        if _has_korean(fonts[name]):
            return name
    raise AnalysisError('no installed font has Korean letters; install one (Debian and Ubuntu: '
                    'fonts-nanum or fonts-noto-cjk) or name a font file with --font '
                    'NanumGothic.ttf')


def korean_name(name: str) -> str:
    """The Korean name of an exercise; a class that is none keeps its name."""
    try:
        return exercise_by_name(name).name_ko
    except KeyError:
        return name


def _has_korean(file: str | Path) -> bool:
    letters = FT2Font(str(file)).get_charmap()
    return all(ord(letter) in letters for letter in _SYLLABLES)
