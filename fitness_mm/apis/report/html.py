"""The report as one HTML file that needs nothing else: pictures are inside."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np

from fitness_mm.apis.result import Inference, Verdict
from fitness_mm.files import replacing
from fitness_mm.keypoints.joint_names import joint_names
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.posture.calibration import BROKEN, KEPT, NOT_JUDGED

from .key_frames import KeyFrame
from .panel import percent
from .sentences import Sentence
from .words import WORDS, clock_time, headline, part_name, seconds_text, summary, when_text

_SYMBOLS = {KEPT: '✓', BROKEN: '✗', NOT_JUDGED: '–'}
_CLASSES = {KEPT: 'kept', BROKEN: 'broken', NOT_JUDGED: 'open'}
_STYLE = """
:root { --kept: #007a58; --broken: #b84f00; --open: #666; --line: #dde0e5; --blue: #0b6ea8; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans KR", "Malgun Gothic",
  "Apple SD Gothic Neo", sans-serif; color: #1c1f24; background: #f3f4f6; margin: 0; }
main { max-width: 900px; margin: 0 auto; padding: 28px 20px 48px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0; } h2 { font-size: 19px; margin: 32px 0 10px; }
.second { color: #5b6068; font-weight: 400; } .small { font-size: 14px; color: #5b6068; }
.card { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 18px; }
.facts { display: flex; gap: 12px; flex-wrap: wrap; margin-top: 16px; }
.fact { flex: 1 1 150px; background: #fff; border: 1px solid var(--line); border-radius: 10px;
  padding: 10px 16px; }
.fact b { display: block; font-size: 26px; line-height: 1.3; }
.fault { display: flex; gap: 20px; margin-bottom: 14px; border-left: 6px solid var(--broken); }
.fault img { height: 260px; border-radius: 6px; flex: none; }
.fault h3 { margin: 0 0 6px; font-size: 18px; } .fault p { margin: 6px 0; }
.mark { display: inline-block; width: 1.55em; height: 1.55em; line-height: 1.55em; text-align:
  center; color: #fff; font-weight: 700; margin-right: .5em; }
.mark.kept { background: var(--kept); border-radius: 50%; }
.mark.broken { background: var(--broken); border-radius: 3px; }
.mark.open { color: var(--open); border: 2px solid var(--open); border-radius: 50%;
  line-height: 1.3em; }
table { border-collapse: collapse; width: 100%; } th { font-weight: 600; text-align: left; }
td, th { padding: 8px 10px 8px 0; border-top: 1px solid var(--line); vertical-align: top; }
tr:first-child th { border-top: 0; } .number { text-align: right; white-space: nowrap; }
.frames { display: flex; gap: 14px; flex-wrap: wrap; } figure { margin: 0; }
figure img { height: 240px; border-radius: 6px; display: block; }
svg text { font: 12px sans-serif; fill: #5b6068; }
@media (max-width: 640px) { .fault { flex-direction: column; } }
@media print { body { background: #fff; } .card, .fact { break-inside: avoid; } }
"""


def write_html(path: Path, result: Inference, frames: Sequence[KeyFrame], language: str) -> None:
    """Writes the report, whole or not at all.

    Args:
        path: The file.
        result: What was found.
        frames: The key frames.
        language: ``ko`` or ``en`` for one, ``both`` for English with Korean.
    """
    page = _Page(language)
    body = ''.join([
        page.header(result),
        *([page.faults(result, frames), page.conditions(result)] if result.sure else []),
        *([] if result.exercise is None else [page.tempo(result, frames)]),
        page.notes(result),
    ])
    with replacing(path) as unfinished:
        unfinished.write_text(
            f'<!doctype html>\n<html lang="{"ko" if language == "ko" else "en"}"><head>'
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f'<title>{escape(result.name)}</title><style>{_STYLE}</style></head>'
            f'<body><main>{body}</main></body></html>\n', 'utf-8')


class _Page:
    """Sections, in one language or two."""

    def __init__(self, language: str) -> None:
        self.first = language == 'ko'
        self.both = language == 'both'

    def two(self, english: str, korean: str, tag: str = 'span') -> str:
        """Text in the languages wanted, the second one paler."""
        texts = (english, korean)
        main = escape(texts[self.first])
        if not self.both or english == korean:
            return main
        return f'{main} <{tag} class="second" lang="ko">{escape(korean)}</{tag}>'

    def word(self, key: str) -> str:
        return self.two(*WORDS[key])

    def say(self, sentence: Sentence) -> str:
        return self.two(sentence.en, sentence.ko)

    def header(self, result: Inference) -> str:
        title = self.two(headline(result, False), headline(result, True))
        if not result.sure:
            return (f'<h1>{title}</h1>'
                    f'<p class="small">{escape(result.name)} · {seconds_text(result.duration)}</p>')
        judged = [v for v in result.verdicts if v.verdict != NOT_JUDGED]
        facts = [(percent(result.probability), 'sure')]
        if result.repetitions is not None:
            facts.append((str(len(result.repetitions)), 'repetitions'))
        if result.repetitions:
            mean = np.mean([r.stop - r.start for r in result.repetitions])
            facts.append((seconds_text(mean), 'per repetition'))
        facts.append((f'{len(result.faults)} / {len(judged)}', 'faults of judged'))
        boxes = ''.join(f'<div class="fact"><b>{escape(value)}</b>{self.word(key)}</div>'
                        for value, key in facts)
        return (f'<h1>{title}</h1>'
                f'<p class="small">{escape(result.name)} · {seconds_text(result.duration)} · '
                f'{result.size[0]}×{result.size[1]}</p><div class="facts">{boxes}</div>')

    def faults(self, result: Inference, frames: Sequence[KeyFrame]) -> str:
        cards = [self._fault(result, verdict, next(
            (f for f in frames if f.fault is not None
             and f.fault.condition == verdict.condition), None)) for verdict in result.faults]
        if not cards:
            cards = [f'<div class="card">{self.say(summary(result))}</div>']
        return f'<h2>{self.word("advice")}</h2>{"".join(cards)}'

    def _fault(self, result: Inference, verdict: Verdict, frame: KeyFrame | None) -> str:
        condition = verdict.condition
        when = self.say(when_text(verdict, result))
        image = '' if frame is None else f'<img alt="" src="{_data_url(frame.image)}">'
        parts = [f'<h3><span class="mark broken">✗</span>'
                 f'{self.two(condition.name_en, condition.name_ko)}</h3>']
        advice = (condition.advice_en, condition.advice_ko)
        parts.append(f'<p>{escape(advice[self.first])}</p>')
        if self.both:
            parts.append(f'<p class="second" lang="ko">{escape(advice[1])}</p>')
        parts.append(f'<p class="small">{percent(1 - verdict.probability)} {self.word("sure")}'
                     f' · {when}</p>')
        if verdict.evidence is not None and verdict.evidence.joints:
            joints = [KEYPOINT_INDEX[name] for name, _ in verdict.evidence.joints]
            names = self.two(joint_names(joints, 'en'), joint_names(joints, 'ko'))
            parts.append(f'<p class="small">{self.word("speaks")}: {names}</p>')
        return f'<div class="card fault">{image}<div>{"".join(parts)}</div></div>'

    def conditions(self, result: Inference) -> str:
        rows = ''.join(
            f'<tr><td><span class="mark {_CLASSES[v.verdict]}">{_SYMBOLS[v.verdict]}</span>'
            f'{self.two(v.condition.name_en, v.condition.name_ko)}</td>'
            f'<td>{self.word(v.verdict)}'
            + (f'<br><span class="small">{self.say(v.reason)}</span>'
               if v.reason else '')
            + f'</td><td class="number">{_chance(v)}</td></tr>' for v in result.verdicts)
        return (f'<h2>{self.word("conditions")}</h2><div class="card"><table><tr>'
                f'<th></th><th></th><th class="number">{self.word("probability kept")}</th></tr>'
                f'{rows}</table></div>')

    def tempo(self, result: Inference, frames: Sequence[KeyFrame]) -> str:
        if not result.repetitions:
            words = 'not counted' if result.repetitions is None else 'no repetitions'
            return (f'<h2>{self.word("tempo")}</h2><div class="card">{self.word(words)}</div>')
        rows = ''.join(
            f'<tr><td>{r.number}</td><td>{clock_time(r.start)} – {clock_time(r.stop)}</td>'
            f'<td class="number">{seconds_text(r.turn - r.start)}</td>'
            f'<td class="number">{seconds_text(r.stop - r.turn)}</td>'
            f'<td>{self._faults_of(result, r.number)}</td></tr>' for r in result.repetitions)
        pictures = ''.join(
            f'<figure><img alt="" src="{_data_url(f.image)}"><figcaption class="small">'
            f'{self.two(part_name(f.part, False), part_name(f.part, True))} · '
            f'{clock_time(f.time)}</figcaption></figure>' for f in frames if f.part)
        return (f'<h2>{self.word("tempo")}</h2><div class="card">{_timeline(result)}<table><tr>'
                f'<th>{self.word("number")}</th><th>{self.word("when")}</th>'
                f'<th class="number">{self.word("out")}</th>'
                f'<th class="number">{self.word("back")}</th><th></th></tr>{rows}</table>'
                f'<div class="frames">{pictures}</div></div>')

    def _faults_of(self, result: Inference, number: int) -> str:
        return '<br>'.join(
            f'<span class="small">✗ {self.two(v.condition.name_en, v.condition.name_ko)}</span>'
            for v in result.faults if number in v.repetitions)

    def notes(self, result: Inference) -> str:
        # where it comes from and where it ends, in every report
        lines = [self.say(note) for note in result.notes] + [self.word('disclaimer')]
        return (f'<h2>{self.word("limits")}</h2><div class="card small">'
                + ''.join(f'<p>{line}</p>' for line in lines) + '</div>')


def _chance(verdict: Verdict) -> str:
    return '' if verdict.probability is None else percent(verdict.probability)


def _timeline(result: Inference) -> str:
    """Repetitions above, a line of its own for every fault."""
    width, left, row = 840, 10, 20
    faults = [v for v in result.faults if v.ranges]
    duration = max(result.duration, 1e-6)

    def x(time: float) -> float:
        return round(left + (width - 2 * left) * min(time / duration, 1), 1)

    height = 16 + row * (1 + len(faults)) + 22
    parts = [f'<svg viewBox="0 0 {width} {height}" role="img" width="100%">']
    for r in result.repetitions or ():
        parts.append(f'<rect x="{x(r.start)}" y="4" width="{x(r.stop) - x(r.start):.1f}" '
                     f'height="{row}" fill="#56b4e9" stroke="#fff"/>'
                     f'<text x="{(x(r.start) + x(r.stop)) / 2:.1f}" y="18" text-anchor="middle" '
                     f'style="fill:#123">{r.number}</text>')
    for i, verdict in enumerate(faults, 1):
        y = 8 + row * i
        for a, b in verdict.ranges:
            parts.append(f'<rect x="{x(a)}" y="{y}" width="{max(x(b) - x(a), 2):.1f}" '
                         f'height="{row - 6}" fill="#d55e00" rx="2"/>')
        parts.append(f'<text x="{left}" y="{y + 11}" style="fill:#222">'
                     f'✗ {escape(verdict.condition.name_en)}</text>')
    for tick in np.linspace(0, duration, 6):
        parts.append(f'<text x="{x(tick)}" y="{height - 4}" text-anchor="middle">'
                     f'{clock_time(tick)}</text>')
    return ''.join([*parts, '</svg>'])


def _data_url(image: np.ndarray) -> str:
    data = cv2.imencode('.jpg', cv2.cvtColor(image, cv2.COLOR_RGB2BGR),
                        [cv2.IMWRITE_JPEG_QUALITY, 88])[1]
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}'
