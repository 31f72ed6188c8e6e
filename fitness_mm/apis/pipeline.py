"""From a source of frames to a result: person, keypoints, repetitions, exercise, posture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from fitness_mm.aihub.catalog import Exercise, exercise_by_name
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.layouts import assumed
from fitness_mm.keypoints.measures import shows_person
from fitness_mm.keypoints.pixels import PixelMap
from fitness_mm.posture.angle_track import measure_track
from fitness_mm.posture.calibration import NOT_JUDGED, PostureCalibration
from fitness_mm.repetitions.exercises import exercises

from .errors import InferenceError
from .networks.recogniser import PostureRecogniser
from .options import Options
from .report.sentences import (
    NO_PERSON,
    Sentence,
    exercise_name,
    exercise_uncertain,
    given_doubted,
    none_of_the_list,
    only_family_known,
    other_people,
    sets_done,
    several_scenes,
)
from .result import ConditionVerdict, Inference
from .stages.by_repetition import Repetitions, find_repetitions
from .stages.evidence import with_evidence
from .stages.judgement import TOO_SHORT, Judgement, judge_conditions, too_short
from .stages.person import (
    MIN_CONFIDENCE,
    SURVEY_FRAMES,
    Person,
    one_picture,
)
from .stages.pose import Look, PoseResult
from .stages.pose_source import PoseSource
from .stages.recognition import Recognition, recognise
from .stages.stretches import longest_stretch
from .stages.track import smoothed
from .stages.windows import WindowPlan, plan_windows
from .stopwatch import Stopwatch
from .video.frames import FrameSource

_UNSURE_EXERCISE = Sentence('어떤 운동인지 확실하지 않아서 판정하지 않았어요.',
                            'Not judged: it is not clear which exercise this is.')
_STILL = Sentence('영상에서 아무것도 움직이지 않아서 판정하지 않았어요.',
                  'Not judged: nothing moves in the video.')
_NO_REPETITION = Sentence('이 운동을 반복하는 동작이 보이지 않아서 판정하지 않았어요.',
                          'Not judged: no repetition of this exercise was seen.')
_DOUBTFUL_BOX = Sentence(
    '지정한 상자 안에서 몸이 잘 보이지 않아요. 온몸이 상자에 들어 있는지 확인해 주세요.',
    'The body is hardly seen in the box given. Check that it holds all of it.')

_ABSENT_SECONDS, _ABSENT_SHARE = 2.0, 0.1
_LEFT_OUT_SECONDS = 0.5

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Models:
    """The networks of an inference.

    Attributes:
        pose: Finds the person and gives keypoints.
        posture: From windows to exercise and conditions.
        calibration: Of the latter.
    """

    pose: PoseSource
    posture: PostureRecogniser
    calibration: PostureCalibration

    @property
    def assumed(self) -> frozenset[int]:
        """Keypoints that are not observed but laid where others suggest them."""
        return assumed(self.pose.kinds)


def analyse(source: FrameSource, models: Models, options: Options, progress: Progress,
            clock: Stopwatch) -> Inference:
    """Reads a source and judges what is done in it.

    Args:
        source: The video.
        models: The networks.
        options: How to look at it.
        progress: Told the stage, what is done, and what is to do.
        clock: Takes the stages' times.

    Raises:
        InferenceError: If the box given lies outside the picture, or the exercise given is none
            of the network's.
    """
    given_exercise(options, models.posture)  # or it is no exercise of the network's
    with clock.stage('find person'):
        frames = source.survey(SURVEY_FRAMES)
        person = person_in(frames, source.size, models, options)
    if person is None:
        return nobody(source, clock)
    # by now a source knows its duration
    plan = plan_windows(source.duration, options.window, options.stride)
    with clock.stage('read'):
        poses = _poses(source, person, models, options, plan, progress, clock)
    result = conclude(source, person, poses, plan, models, options, progress, clock,
                      still=one_picture(frames))
    result.notes = [*_warnings(source), *result.notes]
    return result


def conclude(source: FrameSource, person: Person, poses: PoseResult, plan: WindowPlan,
             models: Models, options: Options, progress: Progress, clock: Stopwatch,
             still: bool = False) -> Inference:
    """What keypoints say of what is done.

    Args:
        source: What they are of: its name, size and frame rate.
        person: Whose they are.
        poses: The keypoints, smoothed.
        plan: The windows.
        models: The networks.
        options: How to look.
        progress: Told the stage, what is done, and what is to do.
        clock: Takes the stages' times.
        still: Whether nothing moves at all.
    """
    given = given_exercise(options, models.posture)
    with clock.stage('recognise'):
        recognition = recognise(poses, plan, source.size, models.posture, models.calibration,
                                partial(progress, 'windows'), given)
    judged = recognition.judged
    exercise = models.posture.exercises[judged.exercise]
    repetitions = Repetitions(None, [], None) if still or judged.other else find_repetitions(
        poses.track, judged, person.box, source.size, models.posture, recognition.scores)
    reason = _STILL if still else None if judged.sure else _UNSURE_EXERCISE
    verdicts = _verdicts(models, poses, recognition, repetitions, reason)
    if repetitions.counted == [] and exercise.name in exercises():
        verdicts = [v if v.verdict == NOT_JUDGED else replace(
            v, verdict=NOT_JUDGED, probability=None, ranges=(), repetitions=(),
            reason=_NO_REPETITION) for v in verdicts]
    counted = repetitions.counted or []
    with clock.stage('angles'):
        angles = measure_track(poses.track.times, poses.track.keypoints, poses.track.scores,
                               models.assumed, [(r.start, r.stop) for r in counted])
        if reason is None:
            verdicts = with_evidence(verdicts, angles, counted, models.assumed)
    return Inference(
        source.name, source.size, source.fps, poses.times, person=person, track=poses.track,
        angles=angles, exercise=exercise, as_family=judged.as_family, given=judged.given,
        probability=judged.probability, ranking=judged.ranking,
        verdicts=verdicts, repetitions=repetitions.counted,
        sets=repetitions.sets, windows=judged.windows, kinds=models.pose.kinds,
        notes=[*([_STILL] if still else [TOO_SHORT] if too_short(poses.track) else ()),
               *_gaps(poses), *_notes(person, exercise, judged, models.posture.exercises),
               *_sets(repetitions)])


def _sets(repetitions: Repetitions) -> list[Sentence]:
    """What was done when, if the count does not say all of it."""
    sets = repetitions.sets
    if len(sets) < 2 and not any(one.unfinished for one in sets):
        return []
    return [sets_done([(one.exercise, len(one.repetitions), one.start, one.stop, one.unfinished)
                       for one in sets])]


def person_in(frames: Sequence[np.ndarray], size: tuple[int, int], models: Models,
                options: Options) -> Person | None:
    """The person in frames that may be smaller than the video, of a width and height."""
    if options.box is not None and not Box(*options.box).clamped(size).area:
        raise InferenceError(f'the box {tuple(options.box)} lies outside the picture of '
                             f'{size[0]}x{size[1]} pixels')
    shrink = PixelMap.of_box(Box.of_image(size), frames[0].shape[1::-1])
    box = None if options.box is None else shrink.apply_box(options.box)
    person = models.pose.find(frames, box, options.person)
    return person and replace(person, box=shrink.inverse().apply_box(person.box).clamped(size))


def given_exercise(options: Options, posture: PostureRecogniser) -> int | None:
    """Position of the exercise that the user named among the network's; None if none is."""
    if options.exercise is None:
        return None
    exercise = exercise_by_name(options.exercise)
    if exercise not in posture.exercises:
        raise InferenceError(f'{exercise.name} is none of the {len(posture.exercises)} exercises '
                             'of the posture model: '
                             + ', '.join(known.name for known in posture.exercises))
    return posture.exercises.index(exercise)


def nobody(source: FrameSource, clock: Stopwatch) -> Inference:
    """The result of a video in which no person is seen."""
    with clock.stage('read'):
        times = np.array([frame.time for frame in source.frames()])
    return Inference(source.name, source.size, source.fps, times, notes=[
        *_warnings(source), NO_PERSON])


def look_of(models: Models, options: Options) -> Look:
    """How the networks want a video to be looked at."""
    sees = models.posture.facts
    return Look(options.pose_fps, sees.margin, 2 * sees.input_size[1], sees.loads_frames)


def _poses(source: FrameSource, person: Person, models: Models, options: Options, plan: WindowPlan,
           progress: Progress, clock: Stopwatch) -> PoseResult:
    """Smoothed keypoints of one person, and crops for whichever network wants them."""
    look = look_of(models, options)
    expected = max(1, round(source.duration * source.fps))
    poses = models.pose.read(source, person, plan, look,
                             lambda done: progress('keypoints', done, max(expected, done)), clock)
    track, left_out = longest_stretch(poses.track, poses.cuts)
    return replace(poses, track=smoothed(track, options.smooth), left_out=left_out)


def _verdicts(models: Models, poses: PoseResult, recognition: Recognition,
              repetitions: Repetitions, reason: Sentence | None) -> list[ConditionVerdict]:
    """A verdict per condition; none is judged if there is a reason for that."""
    verdicts = judge_conditions(
        recognition.scores, recognition.judged, models.posture.exercises,
        models.posture.conditions, models.calibration, poses.track, repetitions.counted or (),
        repetitions.logits, models.assumed)
    if reason is None:
        return verdicts
    return [replace(v, verdict=NOT_JUDGED, probability=None, ranges=(), repetitions=(),
                    reason=reason) for v in verdicts]


def _warnings(source: FrameSource) -> list[Sentence]:
    """About files; in English only, as all messages about files are."""
    return [Sentence(warning, warning) for warning in source.warnings]


def _gaps(poses: PoseResult) -> list[Sentence]:
    """That the person is not there all the time, or others are, if it is a time worth a word."""
    shown, times = shows_person(poses.track.scores), poses.track.times
    total = times[-1] - times[0]
    absent = (1 - shown.mean()) * total - poses.left_out
    notes = []
    if shown.any() and absent >= max(_ABSENT_SECONDS, _ABSENT_SHARE * total):
        notes.append(Sentence(
            f'{total:.0f}초 가운데 {absent:.0f}초는 사람이 보이지 않아요. 보이는 부분만 '
            '살펴봤어요.',
            f'Nobody is seen for {absent:.0f} of {total:.0f} s; only the rest was judged.'))
    if poses.left_out >= _LEFT_OUT_SECONDS:
        notes.append(several_scenes(poses.left_out))
    return notes


def _notes(person: Person, exercise: Exercise, judged: Judgement,
           known: Sequence[Exercise]) -> list[Sentence]:
    notes = []
    if person.others:
        notes.append(other_people(person.others))
    if person.how == 'given' and person.confidence < MIN_CONFIDENCE:
        notes.append(_DOUBTFUL_BOX)
    disagreeing = len(judged.windows) - len(judged.agreeing)
    seen = judged.ranking[0][0]
    if judged.given and seen.family != exercise.family:
        notes.append(given_doubted(seen))
    elif judged.other:
        notes.append(none_of_the_list(len(known) - 1))
    elif not judged.sure:
        notes.append(exercise_uncertain(exercise_name(exercise, judged.as_family),
                                        judged.probability))
    elif judged.as_family:
        notes.append(only_family_known(exercise))
    if disagreeing and judged.sure:
        notes.append(Sentence(
            f'영상의 {len(judged.windows)}개 구간 중 {disagreeing}개는 다른 운동처럼 보여서 '
            '판정에 쓰지 않았어요.',
            f'{disagreeing} of {len(judged.windows)} parts of the video look like another '
            'exercise and were not used.'))
    return notes
