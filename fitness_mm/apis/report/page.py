"""The report as one picture, of the shape of a sheet of paper."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from fitness_mm.apis.result import Inference, Verdict
from fitness_mm.files import replacing
from fitness_mm.keypoints.joint_names import joint_names
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.posture.calibration import BROKEN, NOT_JUDGED

from .key_frames import KeyFrame
from .panel import COLOURS, draw_symbol, percent, wrapped
from .words import (
    PictureText,
    clock_time,
    headline,
    part_name,
    seconds_text,
    summary,
    told,
    when_text,
)

_WIDTH, _LEAST_HEIGHT, _MARGIN = 1240, 900, 70
_INK, _GREY, _LINE, _BLUE = (28, 31, 36), (95, 100, 108), (215, 218, 224), (86, 180, 233)
_PHOTO_HEIGHT = 290
_MOST_FAULTS = 4


def write_page(path: Path, result: Inference, frames: Sequence[KeyFrame],
               text: PictureText) -> None:
    """Writes the page as PNG, whole or not at all."""
    with replacing(path) as unfinished:
        _Sheet(result, frames, text).image().save(unfinished, format='PNG')


class _Sheet:
    """Draws from top to bottom; ``y`` is how far it is."""

    def __init__(self, result: Inference, frames: Sequence[KeyFrame], text: PictureText) -> None:
        self.result, self.frames, self.text = result, frames, text
        self.canvas = Image.new('RGB', (_WIDTH, 4000), 'white')
        self.draw = ImageDraw.Draw(self.canvas)
        self.y = float(_MARGIN)

    def image(self) -> Image.Image:
        self._header()
        if self.result.sure:
            self._faults()
            self._conditions()
        if self.result.exercise is not None:
            self._tempo()
        self._notes()
        return self.canvas.crop((0, 0, _WIDTH, max(_LEAST_HEIGHT, round(self.y) + _MARGIN)))

    def _write(self, words: str, size: float, bold: bool = False,
               colour: tuple[int, int, int] = _INK, left: float = _MARGIN,
               right: float = _WIDTH - _MARGIN) -> None:
        font = self.text.font(size, bold)
        for line in wrapped(words, font, right - left):
            self.draw.text((left, self.y), line, fill=colour, font=font)
            self.y += size * 1.35

    def _title(self, key: str) -> None:
        self.y += 24
        self._write(self.text.word(key), 27, bold=True)
        self.draw.line((_MARGIN, self.y + 2, _WIDTH - _MARGIN, self.y + 2), fill=_LINE, width=2)
        self.y += 16

    def _header(self) -> None:
        result, word = self.result, self.text.word
        self._write(headline(result, self.text.korean), 46, bold=True)
        self._write(f'{result.name} · {seconds_text(result.duration)}', 20, colour=_GREY)
        if not result.sure:
            return
        judged = [v for v in result.verdicts if v.verdict != NOT_JUDGED]
        facts = [(percent(result.probability), 'sure')]
        if result.repetitions is not None:
            facts.append((str(len(result.repetitions)), 'repetitions'))
        if result.repetitions:
            mean = sum(r.stop - r.start for r in result.repetitions) / len(result.repetitions)
            facts.append((seconds_text(mean), 'per repetition'))
        facts.append((f'{len(result.faults)} / {len(judged)}', 'faults of judged'))
        self.y += 16
        width = (_WIDTH - 2 * _MARGIN) / 4
        for i, (value, key) in enumerate(facts):
            x = _MARGIN + i * width
            self.draw.text((x, self.y), value, fill=_INK, font=self.text.font(42, bold=True))
            self.draw.text((x, self.y + 54), word(key), fill=_GREY, font=self.text.font(19))
        self.y += 84

    def _faults(self) -> None:
        self._title('advice')
        result = self.result
        if not result.faults:
            self._write(told(summary(result), self.text.korean), 22)
        for verdict in result.faults[:_MOST_FAULTS]:
            frame = next((f for f in self.frames if f.fault is not None
                          and f.fault.condition == verdict.condition), None)
            self._fault(verdict, frame)

    def _fault(self, verdict: Verdict, frame: KeyFrame | None) -> None:
        top, left = self.y, float(_MARGIN + 22)
        if frame is not None:
            photo = self._photo(frame, left, top)
            left += photo.width + 26
        draw_symbol(self.draw, BROKEN, (left + 16, self.y + 19), 15)
        self._write(self.text.condition(verdict.condition), 27, bold=True, left=left + 44)
        self.y += 6
        self._write(self.text.advice(verdict.condition), 22, left=left)
        self.y += 8
        sure = f'{percent(1 - verdict.probability)} {self.text.word("sure")}'
        when = told(when_text(verdict, self.result), self.text.korean)
        self._write(f'{sure} · {when}', 19, colour=_GREY, left=left)
        if verdict.evidence is not None and verdict.evidence.joints:
            names = joint_names((KEYPOINT_INDEX[name] for name, _ in verdict.evidence.joints),
                                'ko' if self.text.korean else 'en')
            self._write(f'{self.text.word("speaks")}: {names}', 19, colour=_GREY, left=left)
        if frame is not None:
            self.y = max(self.y, top + _PHOTO_HEIGHT)
        self.draw.rectangle((_MARGIN, top, _MARGIN + 7, self.y), fill=COLOURS[BROKEN])
        self.y += 22

    def _photo(self, frame: KeyFrame, x: float, y: float) -> Image.Image:
        photo = Image.fromarray(frame.image)
        size = round(photo.width * _PHOTO_HEIGHT / photo.height), _PHOTO_HEIGHT
        photo = photo.resize(size, Image.Resampling.LANCZOS)
        self.canvas.paste(photo, (round(x), round(y)))
        return photo

    def _conditions(self) -> None:
        self._title('conditions')
        for verdict in self.result.verdicts:
            draw_symbol(self.draw, verdict.verdict, (_MARGIN + 16, self.y + 15), 13)
            says = self.text.word(verdict.verdict)
            if verdict.probability is not None and verdict.verdict != NOT_JUDGED:
                sure = max(verdict.probability, 1 - verdict.probability)
                says += f' · {percent(sure)}'
            self.draw.text((_WIDTH - _MARGIN, self.y + 15), says, anchor='rm', fill=_INK,
                           font=self.text.font(20))
            self._write(self.text.condition(verdict.condition), 22, left=_MARGIN + 44,
                        right=_WIDTH - _MARGIN - 260)
            if verdict.reason:
                reason = told(verdict.reason, self.text.korean)
                self._write(reason, 17, colour=_GREY, left=_MARGIN + 44)
            self.y += 8

    def _tempo(self) -> None:
        result = self.result
        self._title('tempo')
        if not result.repetitions:
            words = 'not counted' if result.repetitions is None else 'no repetitions'
            self._write(self.text.word(words), 22)
            return
        width, duration = _WIDTH - 2 * _MARGIN, max(result.duration, 1e-6)

        def x(time: float) -> float:
            return _MARGIN + width * min(time / duration, 1)

        for r in result.repetitions:
            # of a long video, a repetition is a line without a number
            left, right = x(r.start), max(x(r.stop) - 3, x(r.start) + 1)
            self.draw.rectangle((left, self.y, right, self.y + 34), fill=_BLUE)
            font = self.text.font(18)
            if self.draw.textlength(str(r.number), font) < right - left:
                self.draw.text(((left + right) / 2, self.y + 17), str(r.number), fill=_INK,
                               anchor='mm', font=font)
        self.y += 42
        for verdict in (v for v in result.faults if v.ranges):
            for a, b in verdict.ranges:
                self.draw.rectangle((x(a), self.y, max(x(b), x(a) + 3), self.y + 9),
                                    fill=COLOURS[BROKEN])
            self.draw.text((_MARGIN, self.y + 11), self.text.condition(verdict.condition),
                           fill=_GREY, font=self.text.font(15))
            self.y += 36
        for i in range(6):
            time = duration * i / 5
            self.draw.text((x(time), self.y), clock_time(time), fill=_GREY,
                           anchor='la' if not i else 'ra' if i == 5 else 'ma',
                           font=self.text.font(16))
        self.y += 36
        out = sum(r.turn - r.start for r in result.repetitions) / len(result.repetitions)
        back = sum(r.stop - r.turn for r in result.repetitions) / len(result.repetitions)
        self._write(f'{self.text.word("out")} {seconds_text(out)} · {self.text.word("back")} '
                    f'{seconds_text(back)}', 20)
        left, top = float(_MARGIN), self.y + 10
        for frame in (f for f in self.frames if f.part):
            photo = self._photo(frame, left, top)
            caption = f'{part_name(frame.part, self.text.korean)} · {clock_time(frame.time)}'
            font = self.text.font(17)
            self.draw.text((left, top + _PHOTO_HEIGHT + 4), caption, fill=_GREY, font=font)
            left += max(photo.width, self.draw.textlength(caption, font)) + 24
            self.y = top + _PHOTO_HEIGHT + 30

    def _notes(self) -> None:
        self._title('limits')
        notes = [told(note, self.text.korean) for note in self.result.notes]
        for note in (*notes, self.text.word('disclaimer')):
            self._write(note, 17, colour=_GREY)
            self.y += 4
