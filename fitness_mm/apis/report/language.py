"""Which languages the page and the pictures of a result are in, and what pictures are written with.

Pictures and videos are in the page's languages where a font has Korean letters, else in English.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from PIL import ImageFont

from fitness_mm import fonts
from fitness_mm.apis.errors import InferenceError

from .sentences import Sentence

LANGUAGES = ('both', 'ko', 'en')


@dataclass(frozen=True)
class Writing:
    """Languages of what is written, and the font of what is drawn.

    Attributes:
        page: Languages of the page, ``ko`` or ``en``, the main one first.
        picture: The same of pictures and videos.
        font_file: The font of pictures and videos.
        notes: What was wanted and is not there, if anything.
    """

    page: tuple[str, ...]
    picture: tuple[str, ...]
    font_file: str
    notes: tuple[Sentence, ...] = ()

    @classmethod
    def of(cls, language: str, font: str | Path | None = None) -> Writing:
        """What can be written where.

        Args:
            language: One of :data:`LANGUAGES`; ``both`` is English and Korean.
            font: File of a font with Korean letters; an installed one if None.

        Raises:
            InferenceError: If there is no such language, or the font given is none or has no
                Korean letters.
        """
        if language not in LANGUAGES:
            raise InferenceError(f'language has to be one of {LANGUAGES}, but is {language!r}')
        page = ('en', 'ko') if language == 'both' else (language, )
        if language == 'en':
            return cls(page, page, fonts.latin_font_file())
        try:
            return cls(page, page, fonts.korean_font_file(font))
        except fonts.FontError as error:
            if font is not None:
                raise InferenceError(str(error)) from error
            return cls(page, ('en', ), fonts.latin_font_file(), (Sentence(
                '이 컴퓨터에 한글 글꼴이 없어서 영상과 그림의 글은 영어예요.',
                f'Text in the video and the picture is English: {error}.'), ))

    @cached_property
    def _bold_file(self) -> str:
        return fonts.bold_file(self.font_file)

    def font(self, size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
        """The font for Pillow, of a height in pixels."""
        return _font(self._bold_file if bold else self.font_file, max(6, round(size)))


@lru_cache(maxsize=32)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)
