"""What pictures, videos and reports say, in English and Korean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from PIL import ImageFont

from fitness_mm import fonts
from fitness_mm.aihub.catalog import Exercise
from fitness_mm.aihub.conditions import Condition
from fitness_mm.apis.result import Inference, Verdict
from fitness_mm.posture.calibration import BROKEN, KEPT, NOT_JUDGED

from .sentences import Sentence, all_kept, faults_found, seen_at, seen_in

LANGUAGES = ('both', 'ko', 'en')

WORDS = {
    KEPT: ('kept', '지킴'),
    BROKEN: ('broken', '어긋남'),
    NOT_JUDGED: ('not judged', '판단 안 함'),
    'sure': ('sure', '확률'),
    'repetitions': ('repetitions', '회'),
    'per repetition': ('per repetition', '한 번에 걸린 시간'),
    'faults of judged': ('faults, of conditions judged', '판단한 조건 중 어긋난 것'),
    'number': ('no.', '번호'),
    'unclear': ('exercise not clear', '운동이 확실하지 않음'),
    'no person': ('no person seen', '사람이 보이지 않음'),
    'out': ('first half', '가는 동작'),
    'back': ('second half', '돌아오는 동작'),
    'advice': ('What to change', '고칠 점'),
    'conditions': ('Posture', '자세'),
    'tempo': ('Repetitions and tempo', '반복과 빠르기'),
    'not counted': ('Repetitions were not counted.', '반복을 세지 않았습니다.'),
    'no repetitions': ('No complete repetition was seen.', '완전한 반복이 보이지 않습니다.'),
    'probability kept': ('probability that it is kept', '지킬 확률'),
    'limits': ('Please note', '알아 두기'),
    'speaks': ('judged mostly by', '주로 본 관절'),
    'when': ('when', '시점'),
    'disclaimer': ('Made by a computer from one video. It can be wrong, and is no substitute for '
                   'a trainer or a doctor.',
                   '영상 하나를 컴퓨터가 판단한 결과이므로 틀릴 수 있으며, 트레이너나 의사를 '
                   '대신하지 않습니다.'),
}
"""English and Korean."""


@dataclass(frozen=True)
class PictureText:
    """The language and the font of text in pictures.

    Attributes:
        korean: Whether text is Korean.
        file: The font's file.
    """

    korean: bool
    file: str

    @cached_property
    def _bold_file(self) -> str:
        return self.file if self.korean else fonts.latin_font_file(bold=True)

    def font(self, size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
        """The font for Pillow, of a height in pixels."""
        return ImageFont.truetype(self._bold_file if bold else self.file, max(6, round(size)))

    def word(self, key: str) -> str:
        """An entry of :data:`WORDS`."""
        return WORDS[key][self.korean]

    def exercise(self, exercise: Exercise) -> str:
        """Its name."""
        return exercise.name_ko if self.korean else exercise.name

    def condition(self, condition: Condition) -> str:
        """Its name."""
        return condition.name_ko if self.korean else condition.name_en

    def advice(self, condition: Condition) -> str:
        """What to tell who broke it."""
        return condition.advice_ko if self.korean else condition.advice_en


def picture_text(language: str,
                 font: str | Path | None = None) -> tuple[PictureText, Sentence | None]:
    """Korean text where it is wanted and a font for it is there, else English.

    Args:
        language: One of :data:`LANGUAGES`; pictures have room for one language, and ``both`` is
            Korean in them if it can be drawn.
        font: File of a font with Korean letters; an installed one if None.

    Returns:
        How to write, and what could not be done, if anything.

    Raises:
        fonts.FontError: If the font given is none, or has no Korean letters.
    """
    if language == 'en':
        return PictureText(False, fonts.latin_font_file()), None
    try:
        return PictureText(True, fonts.korean_font_file(font)), None
    except fonts.FontError as error:
        if font is not None:
            raise
        return (PictureText(False, fonts.latin_font_file()),
                Sentence('이 컴퓨터에 한글 글꼴이 없어서 영상과 그림의 글은 영어예요.',
                         f'Text in the video and the picture is English: {error}.'))


def clock_time(seconds: float) -> str:
    """Minutes and seconds, as players show them."""
    whole = round(seconds)
    return f'{whole // 60}:{whole % 60:02d}'


def seconds_text(seconds: float) -> str:
    """Seconds with one decimal place."""
    return f'{seconds:.1f} s'


def part_name(part: str, korean: bool) -> str:
    """What a key frame of a repetition shows."""
    return {'start': ('start of a repetition', '반복 시작'),
            'turn': ('turning point', '되돌아오는 지점')}[part][korean]


def when_text(verdict: Verdict, result: Inference) -> Sentence:
    """In which repetitions, or from when to when, a fault shows."""
    if verdict.repetitions:
        return seen_in(verdict.repetitions, len(result.repetitions or ()))
    return seen_at(verdict.ranges)


def told(sentence: Sentence, korean: bool) -> str:
    """A sentence in one of its languages."""
    return sentence.ko if korean else sentence.en


def headline(result: Inference, korean: bool) -> str:
    """The exercise, or that there is none to name."""
    if result.exercise is None:
        return WORDS['no person'][korean]
    if not result.sure:
        return WORDS['unclear'][korean]
    return result.exercise.name_ko if korean else result.exercise.name


def summary(result: Inference) -> Sentence:
    """What there is to say about all conditions together."""
    if result.faults:
        return faults_found(len(result.faults))
    judged = sum(v.verdict != NOT_JUDGED for v in result.verdicts)
    return all_kept(judged, len(result.verdicts))
