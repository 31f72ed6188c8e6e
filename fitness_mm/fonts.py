"""Fonts that have Korean letters, for figures, pictures and videos."""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from .aihub.catalog import exercise_by_name
from .errors import ArgumentError, FitnessError
from .files import open_file

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
    return _registered(korean_font_file(file))


def korean_font_file(file: str | Path | None = None) -> str:
    """File of a font with Korean letters.

    Args:
        file: One to check; one of those installed if None.

    Raises:
        FontError: If the file is no such font, or none is installed.
    """
    if file is None:
        if _installed() is None:
            raise FontError('no installed font has Korean letters; install one (Debian and '
                            'Ubuntu: fonts-nanum or fonts-noto-cjk) or name a font file with '
                            '--font NanumGothic.ttf')
        return _installed()
    try:
        suits = _has_korean(file)
    except (OSError, RuntimeError) as error:
        raise FontError(f'{file} is missing or not a TrueType or OpenType font') from error
    if not suits:
        raise FontError(f'the font {file} has no Korean letters')
    return str(file)


def latin_font_file() -> str:
    """File of the font that comes with matplotlib; it has no Korean letters."""
    return font_manager.findfont('DejaVu Sans')


def bold_file(file: str) -> str:
    """File of the bold face of a font's family, or the font itself if that is not installed."""
    family = font_manager.FontProperties(fname=file).get_name()
    bold = [entry.fname for entry in font_manager.fontManager.ttflist
            if entry.name == family and entry.style == 'normal'
            and entry.weight in (600, 700, 'bold')]
    return next((face for face in bold if _has_korean(face) or not _has_korean(file)), file)


def font_families(file: str | Path | None = None) -> list[str]:
    """Fonts for figures with Korean in them: one that has it comes second, if there is one.

    Raises:
        FontError: If the file is none, or has no Korean letters.
    """
    if file is None and _installed() is None:
        return ['DejaVu Sans']
    return ['DejaVu Sans', korean_font(file)]


def exercise_title(name: str, korean: bool | None = None) -> str:
    """An exercise's English name and the Korean one; a class that is no exercise keeps its name.

    Args:
        name: English name.
        korean: Whether Korean can be drawn; if None, whether an installed font can.
    """
    if len(font_families()) == 1 if korean is None else not korean:
        return name
    try:
        return f'{name} {exercise_by_name(name).name_ko}'
    except ArgumentError:
        return name


def _registered(file: str) -> str:
    """A family of this one file: of the file's own family matplotlib may choose another face."""
    # names with dashes or colons would be read as patterns
    family = f'korean {zlib.crc32(os.fsencode(file))}'
    fonts = font_manager.fontManager.ttflist
    if all(entry.name != family for entry in fonts):
        fonts.append(font_manager.FontEntry(fname=file, name=family, weight=400, size='scalable'))
    return family


@cache
def _installed() -> str | None:
    manager = font_manager.fontManager
    found = _first_with_korean(manager.ttflist)
    if found is None:
        # matplotlib remembers the fonts there were when it was first asked
        known = {entry.fname for entry in manager.ttflist}
        for file in sorted({*font_manager.findSystemFonts()} - known):
            with contextlib.suppress(OSError, RuntimeError):
                manager.addfont(file)
        found = _first_with_korean(manager.ttflist)
    return found


def _first_with_korean(entries: Sequence[font_manager.FontEntry]) -> str | None:
    def rank(entry: font_manager.FontEntry) -> tuple:
        known = _KNOWN.index(entry.name) if entry.name in _KNOWN else len(_KNOWN)
        return known, entry.name, entry.weight not in (400, 'normal', 'regular')

    for entry in sorted(entries, key=rank):
        if entry.name != _PLACEHOLDER and _has_korean(entry.fname):
            return entry.fname
    return None


def _has_korean(file: str | Path) -> bool:
    with open_file(file) as opened:
        letters = FT2Font(opened).get_charmap()
    return all(ord(letter) in letters for letter in _SYLLABLES)
