"""The report as one picture, of the width of a sheet of paper."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from fitness_mm.files import replacing
from fitness_mm.keypoints.colours import LEFT
from fitness_mm.posture.calibration import BROKEN

from .angles.curves import Curve
from .ink import Ink
from .language import Writing
from .model import COLOURS, KeyMoment, Report, Row, Said

_WIDTH, _MARGIN = 1240, 70
_INNER = _WIDTH - 2 * _MARGIN
_BLACK, _GREY, _LINE = '#1c1f24', '#5f646c', '#d7dae0'
_BETWEEN = 24
_CURVE, _KEPT_RANGE = ((_INNER - _BETWEEN) // 2, 150), '#cde9df'
_FAULT_PHOTO, _POSE_PHOTO = (500, 400), ((_INNER - _BETWEEN) // 2, 480)


def write_page(path: Path, report: Report, frames: Mapping[KeyMoment, np.ndarray],
               writing: Writing) -> None:
    """Writes the page as PNG, whole or not at all.

    Args:
        path: The file.
        report: What to say, in the languages of pictures.
        frames: The key frames, uint8 RGB (H, W, 3).
        writing: Brings the fonts.
    """
    height = _Sheet(report, frames, writing, 1).lay_out()
    sheet = _Sheet(report, frames, writing, height)
    sheet.lay_out()
    with replacing(path) as unfinished:
        sheet.image.save(unfinished, format='PNG')


class _Sheet(Ink):
    """The page as it grows."""

    def __init__(self, report: Report, frames: Mapping[KeyMoment, np.ndarray], writing: Writing,
                 height: int) -> None:
        super().__init__((_WIDTH, height), 'white', _MARGIN, writing.font)
        self.report, self.frames, self.y = report, frames, float(_MARGIN)

    def lay_out(self) -> int:
        """Draws all of it; the height that it takes."""
        report = self.report
        self.say(report.headline, 46, _BLACK, _GREY, bold=True)
        self.write(report.about, 20, _GREY)
        if report.sure:
            self._facts()
            self._title('advice')
            for row in report.faults:
                self._fault(row)
            if not report.faults:
                self.say(report.summary, 22, _BLACK, _GREY)
            self._title('conditions')
            for row in report.rows:
                self._condition(row)
        if report.exercise is not None:
            self._title('tempo')
            if report.repetitions:
                self._timeline()
            self.say(report.tempo, 20, _BLACK, _GREY)
            self._poses()
        if report.sure and report.curves:
            self._title('angles')
            self._curves()
        self._title('limits')
        for note in report.notes:
            self.say(note, 18, _GREY, _GREY)
            self.y += 6
        return round(self.y) + _MARGIN

    def _title(self, key: str) -> None:
        self.y += 24
        self.write(self.report.word(key).line, 27, _BLACK, bold=True)
        self.draw.line((self.left, self.y + 2, self.right, self.y + 2), fill=_LINE, width=2)
        self.y += 16

    def _facts(self) -> None:
        top, width, bottom = self.y + 16, _INNER / 4, self.y
        for i, (value, label) in enumerate(self.report.facts):
            left = _MARGIN + i * width
            self.draw.text((left, top), value, fill=_BLACK, font=self.font(42, bold=True))
            self.y = top + 54
            self.say(label, 19, _GREY, _GREY, left=left, right=left + width - 12)
            bottom = max(bottom, self.y)
        self.y = bottom

    def _fault(self, row: Row) -> None:
        top, left = self.y, _MARGIN + 22
        width, height = self._photo(row.moment, left, top, _FAULT_PHOTO)
        left += width + 26 if width else 0
        self.symbol(row.verdict, left + 16, self.y + 19, 15)
        self.say(row.name, 27, _BLACK, _GREY, bold=True, left=left + 44)
        self.y += 8
        self.say(row.advice, 24, _BLACK, _GREY, left=left)
        self.y += 10
        for said, colour in ((row.detail, _GREY), (row.measured, _BLACK)):
            if said is not None:
                self.say(said, 20, colour, _GREY, left=left)
                self.y += 6
        self.y = max(self.y, top + height)
        self.draw.rectangle((_MARGIN, top, _MARGIN + 7, self.y), fill=COLOURS[row.verdict])
        self.y += 22

    def _photo(self, moment: KeyMoment, left: float, top: float,
               room: tuple[int, int]) -> tuple[int, int]:
        """Width and height of a key frame, made to fit; nothing of one that there is not."""
        if moment not in self.frames:
            return 0, 0
        photo = Image.fromarray(self.frames[moment])
        scale = min(room[0] / photo.width, room[1] / photo.height)
        size = max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
        self.image.paste(photo.resize(size, Image.Resampling.LANCZOS), (round(left), round(top)))
        return size

    def _condition(self, row: Row) -> None:
        self.symbol(row.verdict, _MARGIN + 16, self.y + 15, 13)
        says = row.word.line + (f' · {row.sure}' if row.sure else '')
        self.draw.text((self.right, self.y + 15), says, anchor='rm', fill=_BLACK,
                       font=self.font(20))
        self.say(row.name, 22, _BLACK, _GREY, left=_MARGIN + 44, right=self.right - 300)
        for said in (row.reason, None if row.verdict == BROKEN else row.measured):
            if said is not None:
                self.say(said, 18, _GREY, _GREY, left=_MARGIN + 44)
        self.y += 10

    def _timeline(self) -> None:
        line = self.report.timeline
        digit_px = self.draw.textlength('0', self.font(18))
        self.bars(line.repetition_bars(_INNER, digit_px), self.y, self.y + 34, LEFT)
        self.y += 42
        for name, bars in line.fault_bars(_INNER):
            self.write(name.line, 17, _GREY)
            self.y += 3
            self.bars(bars, self.y, self.y + 10, COLOURS[BROKEN])
            self.y += 18
        for x, label in line.ticks(_INNER):
            anchor = 'la' if not x else 'ra' if x == _INNER else 'ma'
            self.draw.text((_MARGIN + x, self.y), label, fill=_GREY, anchor=anchor,
                           font=self.font(17))
        self.y += 36

    def _curves(self) -> None:
        """Two beside each other."""
        width, height = _CURVE
        for i in range(0, len(self.report.curves), 2):
            top, bottom = self.y, self.y
            for n, curve in enumerate(self.report.curves[i:i + 2]):
                self.y, left = top, _MARGIN + n * (width + _BETWEEN)
                self.say(Said(*curve.name), 18, _BLACK, _GREY, left=left, right=left + width)
                bottom = max(bottom, self.y)
            for n, curve in enumerate(self.report.curves[i:i + 2]):
                self._curve(curve, _MARGIN + n * (width + _BETWEEN), bottom + 6)
            self.y = bottom + height + 24
        if self.report.curves_note is not None:
            self.say(self.report.curves_note, 18, _GREY, _GREY)

    def _curve(self, curve: Curve, left: float, top: float) -> None:
        width, height = _CURVE
        self.draw.rectangle((left, top, left + width, top + height), fill='#f7f8fa')
        bars = self.report.timeline.repetition_bars(width, self.draw.textlength('0', self.font(15)))
        for bar in bars:
            self.draw.rectangle((left + bar.left, top, left + bar.right, top + height),
                                fill='#e6eaf0')
        if curve.kept:
            low, high = (top + float(curve.height(value, height)) for value in curve.kept)
            self.draw.rectangle((left, high, left + width, low), fill=_KEPT_RANGE)
        for colour, line in curve.lines(width, height):
            self.draw.line([(left + x, top + y) for x, y in line.tolist()], fill=colour, width=3)
        for bar in bars:
            self.draw.text((left + (bar.left + bar.right) / 2, top + height - 4), bar.label,
                           fill=_GREY, anchor='mb', font=self.font(15))
        for label, y, anchor in zip(curve.ticks, (height - 4, 4), ('rb', 'rt'), strict=True):
            self.draw.text((left + width - 5, top + y), label, fill=_BLACK, anchor=anchor,
                           font=self.font(16))

    def _poses(self) -> None:
        left, top = float(_MARGIN), self.y + 10
        for moment, caption in self.report.poses:
            width, height = self._photo(moment, left, top, _POSE_PHOTO)
            if width:
                self.y = top + height + 6
                right = left + max(width, _POSE_PHOTO[0] // 2)
                self.say(caption, 18, _GREY, _GREY, left=left, right=right)
                left = right + _BETWEEN
