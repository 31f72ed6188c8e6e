"""From a source of frames to a result: person, keypoints, repetitions, exercise, posture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fitness_mm.posture.calibration import NOT_JUDGED, PostureCalibration
from fitness_mm.repetitions.counting import count_repetitions

from .errors import InferenceError
from .networks.pose_estimator import PoseEstimator
from .networks.recogniser import PostureRecogniser, Window, WindowScores
from .options import Options
from .report.sentences import NO_PERSON, Sentence, exercise_uncertain, other_people
from .result import SURE, Counted, Inference
from .stages.by_repetition import repetition_logits, repetition_windows
from .stages.judgement import fault_course, judge_conditions, judge_exercise
from .stages.occlusion import find_evidence
from .stages.person import MIN_CONFIDENCE, SURVEY_FRAMES, Detector, find_person
from .stages.pose import PoseResult, run_pose
from .stages.track import Track, smoothed
from .stages.windows import plan_windows
from .stopwatch import Stopwatch
from .video.crops import framing_of
from .video.frames import FrameSource

_UNSURE_EXERCISE = Sentence('어떤 운동인지 확실하지 않아서 판정하지 않았어요.',
                            'Not judged: it is not clear which exercise this is.')
_DOUBTFUL_BOX = Sentence(
    '지정한 상자 안에서 몸이 잘 보이지 않아요. 온몸이 상자에 들어 있는지 확인해 주세요.',
    'The body is hardly seen in the box given. Check that it holds all of it.')

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Models:
    """The networks of an inference.

    Attributes:
        pose: From crops to keypoints.
        posture: From windows to exercise and conditions.
        calibration: Of the latter.
        detector: Finds people; None if the pose estimator is to find them.
    """

    pose: PoseEstimator
    posture: PostureRecogniser
    calibration: PostureCalibration
    detector: Detector | None = None


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
        InferenceError: If the box given lies outside the picture.
    """
    plan = plan_windows(source.duration, options.window, options.stride)
    with clock.stage('find person'):
        frames = source.survey(SURVEY_FRAMES)
        if options.box is not None and not _meets(options.box, source.size):
            raise InferenceError(f'the box {tuple(options.box)} lies outside the picture of '
                                 f'{source.size[0]}x{source.size[1]} pixels')
        person = find_person(frames, models.pose, options.box, models.detector)
        del frames
    if person is None:
        return _nobody(source, clock)
    if abs(plan.duration - source.duration) > plan.step:  # the survey found out
        plan = plan_windows(source.duration, options.window, options.stride)

    expected = max(1, round(source.duration * source.fps))
    heights = (models.pose.input_size[1], models.posture.input_size[1])
    with clock.stage('read'):
        poses = run_pose(
            source, person, models.pose, plan, options.pose_fps,
            max(models.pose.margin, models.posture.margin), 2 * max(heights),
            models.posture.needs_pixels,
            lambda done: progress('keypoints', done, max(expected, done)), clock)
    track = smoothed(poses.track, options.smooth)
    result = Inference(source.name, source.size, source.fps, poses.times, person, track)

    with clock.stage('recognise'):
        windows = [_window(poses, track, moments, source.size)
                   for moments in plan.windows(len(poses.kept.numbers))]
        scores = []
        step = models.posture.batch_size
        for start in range(0, len(windows), step):
            scores += models.posture(windows[start:start + step])
            progress('windows', len(scores), len(windows))
    judged = judge_exercise(scores, models.posture.exercises, models.calibration)
    result.exercise = models.posture.exercises[judged.exercise]
    result.probability, result.ranking = judged.probability, judged.ranking
    result.windows = judged.windows
    result.repetitions = _repetitions(track, result.exercise.name)
    scores = [scores[i] for i in judged.agreeing]
    windows = [windows[i] for i in judged.agreeing]
    own = repetition_windows(track, result.repetitions or (), person.box, source.size)
    by_repetition = repetition_logits(models.posture, scores, result.repetitions, own)
    result.verdicts = judge_conditions(
        scores, judged.exercise, models.posture.exercises, models.posture.conditions,
        models.calibration, track, result.repetitions or (), by_repetition)
    if result.probability < SURE:
        result.verdicts = [
            replace(v, verdict=NOT_JUDGED, probability=None, ranges=(), repetitions=(),
                    reason=_UNSURE_EXERCISE) for v in result.verdicts]
    if options.evidence and result.faults:
        with clock.stage('evidence'):
            _add_evidence(result, models.posture, windows, scores, own, by_repetition, progress)
    result.notes = [*_warnings(source), *_notes(result)]
    return result


def _nobody(source: FrameSource, clock: Stopwatch) -> Inference:
    """The result of a video in which no person is seen."""
    with clock.stage('read'):
        times = np.array([frame.time for frame in source.frames()])
    return Inference(source.name, source.size, source.fps, times, notes=[
        *_warnings(source), NO_PERSON])


def _window(poses: PoseResult, track: Track, moments: range, size: tuple[int, int]) -> Window:
    numbers = list(dict.fromkeys(poses.kept.numbers[m] for m in moments))
    first = {poses.kept.numbers[m]: m for m in reversed(moments)}
    box = poses.boxes[numbers]
    union = np.concatenate([box[:, :2].min(0), box[:, 2:].max(0)])
    return Window(track.times[numbers], track.keypoints[numbers], track.scores[numbers],
                  poses.kept.crops([first[n] for n in numbers]), size, framing_of(union, size))


def _repetitions(track: Track, exercise: str) -> list[Counted] | None:
    even = track.uniform()
    if len(even) < 3:
        return None
    found = count_repetitions(even.keypoints, even.scores, even.fps, exercise)
    begin = float(even.times[0])
    return [Counted(i, *(begin + float(frame) / even.fps for frame in (r.start, r.turn, r.stop)))
            for i, r in enumerate(found, 1)]


def _add_evidence(result: Inference, posture: PostureRecogniser, windows: Sequence[Window],
                  scores: Sequence[WindowScores], own: Sequence[Window],
                  by_repetition: np.ndarray | None, progress: Progress) -> None:
    """Evidence for every fault, out of the repetition or the window in which it is strongest."""
    faults = result.faults
    for done, verdict in enumerate(faults, 1):
        position = posture.conditions.index(verdict.condition)
        worst = min(range(len(scores)), key=lambda i: scores[i].conditions[position])
        if scores[worst].frame_conditions is not None:
            times, logits = fault_course([scores[worst]], position)
            evidence = find_evidence(posture, windows[worst], position,
                                     float(times[logits.argmin()]))
        elif by_repetition is not None:
            evidence = find_evidence(posture, own[int(by_repetition[:, position].argmin())],
                                     position)
        else:
            evidence = find_evidence(posture, windows[worst], position)
        result.verdicts[result.verdicts.index(verdict)] = replace(verdict, evidence=evidence)
        progress('evidence', done, len(faults))


def _warnings(source: FrameSource) -> list[Sentence]:
    """About files; in English only, as all messages about files are."""
    return [Sentence(warning, warning) for warning in source.warnings]


def _notes(result: Inference) -> list[Sentence]:
    notes = []
    person = result.person
    if person.others:
        notes.append(other_people(person.others))
    if person.how == 'given' and person.confidence < MIN_CONFIDENCE:
        notes.append(_DOUBTFUL_BOX)
    if result.probability < SURE:
        notes.append(exercise_uncertain(result.exercise, result.probability))
    disagreeing = sum(w.exercise != result.exercise.name for w in result.windows)
    if disagreeing and result.probability >= SURE:
        notes.append(Sentence(
            f'영상의 {len(result.windows)}개 구간 중 {disagreeing}개는 다른 운동처럼 보여서 '
            '판정에 쓰지 않았어요.',
            f'{disagreeing} of {len(result.windows)} parts of the video look like another '
            'exercise and were not used.'))
    return notes


def _meets(box: Sequence[float], size: tuple[int, int]) -> bool:
    return box[0] < size[0] and box[1] < size[1] and box[2] > 0 and box[3] > 0


