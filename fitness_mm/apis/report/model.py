"""All that a person is told about a result, in order and in words; page and pictures lay it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fitness_mm.aihub.catalog import OTHER_MOVEMENT
from fitness_mm.apis.result import ConditionVerdict, Counted, Inference, Measured
from fitness_mm.posture.calibration import BROKEN, KEPT, NOT_JUDGED
from fitness_mm.tables import probable

from .angles.curves import Curve, curves_of
from .angles.words import amount, angles_seen_from, curve_name, measured
from .sentences import WORDS, Sentence, all_kept, seen_at, seen_in
from .timeline import Span, Timeline, clock_time

SYMBOLS = {KEPT: '✓', BROKEN: '✗', NOT_JUDGED: '–'}
COLOURS = {KEPT: '#009e73', BROKEN: '#d55e00', NOT_JUDGED: '#8c8c8c'}
"""Okabe and Ito's, told apart by the colour-blind; symbols say the same again."""


class Said(NamedTuple):
    """A text in the main language and, where that is wanted and it differs, in the other."""

    main: str
    second: str = ''

    @property
    def line(self) -> str:
        """Both on one line."""
        return ' '.join(filter(None, self))


class KeyMoment(NamedTuple):
    """A moment to show: seconds, and the keypoints to ring, those that speak for a fault."""

    time: float
    joints: tuple[int, ...] = ()


@dataclass(frozen=True)
class Row:
    """What is said about one condition."""

    verdict: str  # kept, broken or not judged
    name: Said
    word: Said  # the verdict
    sure: str  # probability of the verdict, '' if it is not judged
    reason: Said | None  # why it is not judged
    advice: Said
    detail: Said | None  # of a fault: how sure, and when it shows
    measured: Said | None  # what it is about, beside what kept repetitions have of it
    moment: KeyMoment | None  # to show a fault
    spans: tuple[Span, ...]  # seconds in which a fault shows
    repetitions: tuple[int, ...]  # numbers of those in which it shows


class RepetitionRow(NamedTuple):
    """One repetition: number, when, how long its halves take, the faults seen in it, and what was
    measured, in the main language."""

    number: int
    when: str
    out: str
    back: str
    faults: tuple[Said, ...]
    measured: str


@dataclass(frozen=True)
class Report:
    """What is told of a result."""

    languages: tuple[str, ...]  # ko or en, the main one first
    name: str  # of the video
    about: str  # name, length and size of the video
    headline: Said  # the exercise, or that there is none to name
    exercise: Said | None  # the most probable one; None if nobody was seen
    sure: bool  # whether the exercise is sure enough for its conditions to be judged
    probability: float  # of the exercise
    facts: tuple[tuple[str, Said], ...]  # numbers and what they count
    rows: tuple[Row, ...]  # one per condition
    faults: tuple[Row, ...]  # those that are broken, the surest first
    summary: Said  # what there is to say if there are no faults
    repetitions: tuple[RepetitionRow, ...] | None  # None if they were not counted
    tempo: Said  # how long halves of repetitions take, or why nothing is said of them
    timeline: Timeline
    curves: tuple[Curve, ...]  # angles and distances over time, those of conditions first
    curves_note: Said | None  # what they are
    poses: tuple[tuple[KeyMoment, Said], ...]  # moments of a repetition, with captions
    notes: tuple[Said, ...]  # what limits all of this

    def word(self, key: str) -> Said:
        """An entry of :data:`~fitness_mm.apis.report.sentences.WORDS`."""
        return _said(WORDS[key], self.languages)

    @property
    def moments(self) -> list[KeyMoment]:
        """All moments that are shown."""
        return [*(row.moment for row in self.faults if row.moment),
                *(moment for moment, _ in self.poses)]

    def shown_at(self, time: float) -> frozenset[int]:
        """Positions of the rows whose fault shows at a time in seconds."""
        return frozenset(i for i, row in enumerate(self.rows)
                         if any(a <= time <= b for a, b in row.spans))


def tell(result: Inference, languages: tuple[str, ...]) -> Report:
    """Puts a result into words.

    Args:
        result: What was found.
        languages: ``ko`` or ``en``, or both, the main one first.
    """
    def say(sentence: Sentence) -> Said:
        return _said(sentence, languages)

    exercise = result.called
    rows = [_row(verdict, result, say) for verdict in result.verdicts]
    faults = tuple(rows[result.verdicts.index(fault)] for fault in result.faults)
    counted = result.repetitions
    return Report(
        languages, result.name,
        say(_joined(' · ', result.name, _seconds(result.duration),
                    f'{result.size[0]}×{result.size[1]}')).main,
        say(WORDS['no person'] if exercise is None else
            exercise if result.sure or result.exercise is OTHER_MOVEMENT else WORDS['unclear']),
        exercise and say(exercise), result.sure, result.probability,
        tuple((say(value).main, say(WORDS[key])) for value, key in _facts(result))
        if result.sure else (),
        tuple(rows), faults,
        Said('') if faults else say(all_kept(sum(row.verdict == KEPT for row in rows), len(rows))),
        None if counted is None else tuple(
            _repetition(r, faults, [v.measured for v in result.verdicts if v.measured], say)
            for r in counted),
        say(_tempo(counted)),
        Timeline(result.duration, tuple((r.start, r.stop) for r in counted or ()),
                 tuple((row.name, row.spans) for row in faults if row.spans)),
        curves_of(result, lambda measure, statistic: say(curve_name(measure, statistic))),
        say(angles_seen_from(result.angles.view)) if result.angles and result.angles.view else None,
        tuple((KeyMoment(time), say(_joined(' · ', WORDS[key], clock_time(time))))
              for time, key in _poses(counted)),
        tuple(say(note) for note in (*result.all_notes, WORDS['disclaimer'])))


def _said(sentence: Sentence, languages: Sequence[str]) -> Said:
    return Said(*dict.fromkeys(getattr(sentence, language) for language in languages))


def _joined(between: str, *parts: Sentence | str) -> Sentence:
    """One sentence of several, and of what is the same in both languages."""
    return Sentence(*(between.join(part if isinstance(part, str) else getattr(part, language)
                                   for part in parts) for language in Sentence._fields))


def _seconds(seconds: float) -> Sentence:
    return Sentence(f'{seconds:.1f}초', f'{seconds:.1f} s')


def _facts(result: Inference) -> list[tuple[Sentence, str]]:
    def same(value: str) -> Sentence:
        return Sentence(value, value)

    facts = [] if result.given else [(same(probable(result.probability)), 'sure')]
    if result.repetitions is not None:
        facts.append((same(str(len(result.repetitions))), 'repetitions'))
    if result.repetitions:
        mean = np.mean([r.stop - r.start for r in result.repetitions])
        facts.append((_seconds(mean), 'per repetition'))
    judged = sum(v.verdict != NOT_JUDGED for v in result.verdicts)
    return [*facts, (same(f'{len(result.faults)} / {judged}'), 'faults of judged')]


def _row(verdict: ConditionVerdict, result: Inference, say) -> Row:
    condition, broken = verdict.condition, verdict.verdict == BROKEN
    sure = '' if verdict.verdict == NOT_JUDGED else probable(
        1 - verdict.probability if broken else verdict.probability)
    detail = moment = None
    if broken:
        shown = (seen_in(verdict.repetitions, len(result.repetitions or ()))
                 if verdict.repetitions else seen_at(verdict.ranges))
        detail = say(_joined(' · ', Sentence(f'확률 {sure}', f'{sure} sure'), shown))
        moment = KeyMoment(verdict.evidence.time, verdict.evidence.joints)
    return Row(
        verdict.verdict, say(Sentence(condition.name_ko, condition.name_en)),
        say(WORDS[verdict.verdict]), sure, verdict.reason and say(verdict.reason),
        say(Sentence(condition.advice_ko, condition.advice_en)), detail,
        verdict.measured and say(measured(verdict.measured.known, verdict.measured.value)),
        moment, verdict.ranges, verdict.repetitions)


def _repetition(counted: Counted, faults: Sequence[Row], known: Sequence[Measured],
                say) -> RepetitionRow:
    values = {one.known.of: one.values[counted.number] for one in known
              if counted.number in one.values}
    return RepetitionRow(
        counted.number, f'{clock_time(counted.start)} – {clock_time(counted.stop)}',
        say(_seconds(counted.turn - counted.start)).main,
        say(_seconds(counted.stop - counted.turn)).main,
        tuple(row.name for row in faults if counted.number in row.repetitions),
        ' · '.join(say(_joined(' ', Sentence(measure.name_ko, measure.name),
                               amount(value, measure.unit))).main
                   for measure, value in values.items()))


def _tempo(counted: Sequence[Counted] | None) -> Sentence:
    if not counted:
        return WORDS['not counted' if counted is None else 'no repetitions']
    out = np.mean([r.turn - r.start for r in counted])
    back = np.mean([r.stop - r.turn for r in counted])
    return _joined(' · ', _joined(' ', WORDS['out'], _seconds(out)),
                   _joined(' ', WORDS['back'], _seconds(back)))


def _poses(counted: Sequence[Counted] | None) -> list[tuple[float, str]]:
    if not counted:
        return []
    shown = counted[len(counted) // 2]
    return [(shown.start, 'start'), (shown.turn, 'turn')]
