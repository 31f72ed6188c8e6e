"""What an inference finds, and how it is written down."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fitness_mm.aihub.catalog import OTHER_MOVEMENT, Exercise
from fitness_mm.aihub.conditions import Condition
from fitness_mm.keypoints.skeleton import KEYPOINTS
from fitness_mm.posture.angle_track import AngleTrack
from fitness_mm.posture.calibration import BROKEN
from fitness_mm.posture.kept_ranges import KeptRange
from fitness_mm.posture.naming import SURE

from .report.angles.words import measured as measured_sentence
from .report.sentences import Sentence, exercise_name
from .stages.person import Person
from .stages.track import Track


@dataclass(frozen=True)
class Evidence:
    """Where to look at a fault.

    Attributes:
        time: When, in seconds.
        joints: Keypoint indices: those of what was measured, else those that the condition takes.
    """

    time: float
    joints: tuple[int, ...]


@dataclass(frozen=True)
class Measured:
    """What was measured of a condition in the repetitions.

    Attributes:
        known: What was measured, and what is known of it.
        values: By the number of the repetition, of those in which it is known.
        repetition: Number of the one, of those in which a fault shows if there are any, that is
            furthest to where broken repetitions are.
        value: In this one.
    """

    known: KeptRange
    values: dict[int, float]
    repetition: int
    value: float


@dataclass(frozen=True)
class ConditionVerdict:
    """The judgement of one condition.

    Attributes:
        condition: Which.
        verdict: ``kept``, ``broken`` or ``not judged``.
        probability: That it holds, calibrated; None if it was not judged at all.
        reason: Why it is not judged; None if it is.
        ranges: Where a fault shows, first and last second of each.
        repetitions: Numbers of the repetitions in which it shows, from 1.
        evidence: Of a fault; else None.
        measured: What was measured; None if nothing can be that tells.
    """

    condition: Condition
    verdict: str
    probability: float | None
    reason: Sentence | None = None
    ranges: tuple[tuple[float, float], ...] = ()
    repetitions: tuple[int, ...] = ()
    evidence: Evidence | None = None
    measured: Measured | None = None


@dataclass(frozen=True)
class Counted:
    """One repetition.

    Attributes:
        number: From 1.
        start: Seconds.
        turn: Seconds, where the movement turns.
        stop: Seconds.
    """

    number: int
    start: float
    turn: float
    stop: float


@dataclass(frozen=True)
class PerformedSet:
    """Repetitions of one exercise without a long pause between them.

    Attributes:
        exercise: Which.
        repetitions: In order, numbered through all sets of the exercise.
        unfinished: Whether another one is begun behind the last and the video ends before it does.
    """

    exercise: Exercise
    repetitions: tuple[Counted, ...]
    unfinished: bool

    @property
    def start(self) -> float:
        """Seconds."""
        return self.repetitions[0].start

    @property
    def stop(self) -> float:
        """Seconds."""
        return self.repetitions[-1].stop


@dataclass(frozen=True, eq=False)
class WindowResult:
    """What was recognised in one window: when it begins and ends, the exercise, how surely."""

    start: float
    stop: float
    exercise: str
    probability: float


@dataclass(eq=False)
class Inference:
    """All that was found in a video.

    Attributes:
        name: Of the video.
        size: Width and height in pixels.
        fps: Frames per second.
        frame_times: Of all frames in seconds, (F,).
        person: Whom it is about; None if nobody was seen.
        track: The person's keypoints; None if nobody was seen.
        angles: The person's angles and distances; None if nobody was seen.
        exercise: The exercise; None if nobody was seen.
        probability: Of the exercise, or of its family if that is named, calibrated.
        ranking: The most probable exercises with their probabilities.
        verdicts: One per condition of the exercise.
        repetitions: Of the exercise, in order; None if they were not counted.
        sets: Of all exercises that were done, in order; these repetitions are in them.
        windows: What each window was taken for.
        as_family: Whether only its family is sure enough to be named.
        given: Whether the user said which exercise it is.
        notes: Sentences about what limits the result.
        drawing_notes: The same about what was drawn of it last.
        seconds: Time that each stage took.
        kinds: What each keypoint is: observed, derived or assumed.
    """

    name: str
    size: tuple[int, int]
    fps: float
    frame_times: np.ndarray
    person: Person | None = None
    track: Track | None = None
    angles: AngleTrack | None = None
    exercise: Exercise | None = None
    probability: float = 0.0
    ranking: list[tuple[Exercise, float]] = field(default_factory=list)
    verdicts: list[ConditionVerdict] = field(default_factory=list)
    repetitions: list[Counted] | None = None
    sets: list[PerformedSet] = field(default_factory=list)
    windows: list[WindowResult] = field(default_factory=list)
    as_family: bool = False
    given: bool = False
    notes: list[Sentence] = field(default_factory=list)
    drawing_notes: list[Sentence] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds."""
        return float(self.frame_times[-1] + 1 / self.fps) if len(self.frame_times) else 0.0

    @property
    def sure(self) -> bool:
        """Whether there is an exercise or family, other movements being none, that is more probable
        than not, or was given."""
        return self.exercise not in (None, OTHER_MOVEMENT) and (
            self.given or self.probability >= SURE)

    @property
    def called(self) -> Sentence | None:
        """The exercise's name, or its family's; None if nobody was seen."""
        return self.exercise and exercise_name(self.exercise, self.as_family)

    @property
    def faults(self) -> list[ConditionVerdict]:
        """The conditions that are broken, the surest first."""
        broken = [v for v in self.verdicts if v.verdict == BROKEN]
        return sorted(broken, key=lambda v: v.probability)

    @property
    def all_notes(self) -> list[Sentence]:
        """What limits the result and what was drawn of it."""
        return [*self.notes, *self.drawing_notes]

    def as_dict(self) -> dict:
        """For JSON; ``docs/inference.md`` says what each entry is."""
        return {
            'video': {'name': self.name, 'width': self.size[0], 'height': self.size[1],
                      'fps': _rounded(self.fps, 3), 'frames': len(self.frame_times),
                      'seconds': _rounded(self.duration, 3)},
            'person': None if self.person is None else {
                'box': _rounded(self.person.box, 1), 'found_by': self.person.how,
                'confidence': _rounded(self.person.confidence, 3),
                'seen_from': self.angles and self.angles.view,
                'other_people': self.person.others},
            'exercise': None if self.exercise is None else {
                'name': self.called.en, 'name_ko': self.called.ko,
                'is_family': self.as_family, 'given': self.given,
                'probability': _rounded(self.probability, 4),
                'ranking': [{'name': e.name, 'name_ko': e.name_ko, 'probability': _rounded(p, 4)}
                            for e, p in self.ranking]},
            'conditions': [_verdict_dict(verdict) for verdict in self.verdicts],
            'repetitions': None if self.repetitions is None else {
                'count': len(self.repetitions),
                'list': [{'number': r.number, 'start': _rounded(r.start, 3),
                          'turn': _rounded(r.turn, 3), 'stop': _rounded(r.stop, 3),
                          'first_half_seconds': _rounded(r.turn - r.start, 3),
                          'second_half_seconds': _rounded(r.stop - r.turn, 3)}
                         for r in self.repetitions]},
            'sets': [{
                'exercise': s.exercise.name, 'exercise_ko': s.exercise.name_ko,
                'start': _rounded(s.start, 3), 'stop': _rounded(s.stop, 3),
                'count': len(s.repetitions), 'first_number': s.repetitions[0].number,
                'unfinished': s.unfinished} for s in self.sets],
            'windows': [{'start': _rounded(w.start, 3), 'stop': _rounded(w.stop, 3),
                         'exercise': w.exercise, 'probability': _rounded(w.probability, 4)}
                        for w in self.windows],
            'keypoints': None if self.track is None else {
                'names': list(KEYPOINTS), 'kinds': list(self.kinds),
                'times': _rounded(self.track.times, 3),
                'positions': _rounded(self.track.keypoints, 1),
                'scores': _rounded(self.track.scores, 3)},
            'notes': [note.en for note in self.all_notes],
            'notes_ko': [note.ko for note in self.all_notes],
            'seconds': {stage: _rounded(s, 3) for stage, s in self.seconds.items()},
        }


def _verdict_dict(verdict: ConditionVerdict) -> dict:
    condition, evidence = verdict.condition, verdict.evidence
    broken = verdict.verdict == BROKEN
    return {
        'name': condition.name_en, 'name_ko': condition.name_ko,
        'verdict': verdict.verdict,
        'probability_kept': None if verdict.probability is None
        else _rounded(verdict.probability, 4),
        'reason': verdict.reason.en if verdict.reason else '',
        'reason_ko': verdict.reason.ko if verdict.reason else '',
        'ranges': [_rounded(r, 3) for r in verdict.ranges],
        'repetitions': list(verdict.repetitions),
        'advice': condition.advice_en if broken else '',
        'advice_ko': condition.advice_ko if broken else '',
        'evidence': None if evidence is None else {
            'time': _rounded(evidence.time, 3), 'joints': [KEYPOINTS[k] for k in evidence.joints]},
        'measured': verdict.measured and _measured_dict(verdict.measured),
    }


def _measured_dict(measured: Measured) -> dict:
    known, said = measured.known, measured_sentence(measured.known, measured.value)
    return {
        'text': said.en, 'text_ko': said.ko,
        'measure': known.measure, 'measure_ko': known.of.name_ko, 'unit': known.of.unit,
        'statistic': known.statistic, 'view': known.view,
        'by_repetition': [{'repetition': number, 'value': _rounded(value, 2)}
                          for number, value in measured.values.items()],
        'repetition': measured.repetition, 'value': _rounded(measured.value, 2),
        'kept': {'low': known.low, 'mean': known.mean, 'high': known.high, 'clips': known.kept,
                 'people': known.people},
        'view_error': known.error, 'auroc': known.auroc,
    }


def _rounded(value, digits: int):
    """Plain numbers and lists of them."""
    return np.round(np.asarray(value, np.float64), digits).tolist()
