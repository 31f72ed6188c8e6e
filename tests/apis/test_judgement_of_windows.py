from dataclasses import replace

import numpy as np
import pytest

from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.aihub.index import select_exercises
from fitness_mm.apis.networks.recogniser import WindowScores
from fitness_mm.apis.result import Counted
from fitness_mm.apis.stages.by_repetition import repetition_logits, repetition_windows
from fitness_mm.apis.stages.judgement import fault_course, judge_conditions, judge_exercise
from fitness_mm.apis.stages.track import Track
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.posture.calibration import PostureCalibration

EXERCISES = select_exercises(['barbell squat', 'barbell row'])  # 4 and 5 conditions
CONDITIONS = conditions_of(EXERCISES)
CALIBRATION = PostureCalibration.unknown(
    [e.name for e in EXERCISES], [e.conditions for e in EXERCISES], judged=True)


def scores(exercise, conditions, times=(1., 2., 3., 4.), by_frame=None):
    logits = None if conditions is None else np.array([*conditions, 0, 0, 0, 0, 0], np.float32)
    frames = None
    if by_frame is not None:
        frames = np.zeros((len(times), 9), np.float32)
        frames[:, 0] = by_frame
    return WindowScores(np.array(times), np.array(exercise, np.float32), logits, frames)


def track(seconds=10.0, unseen=()):
    times = np.arange(0, seconds, 0.1)
    seen = np.full((len(times), 24), 0.9, np.float32)
    seen[:, list(unseen)] = 0.1
    return Track(times, np.zeros((len(times), 24, 2), np.float32), seen)


def judge(windows, **kwargs):
    return judge_conditions(windows, judge_exercise(windows, EXERCISES, CALIBRATION), EXERCISES,
                            CONDITIONS, CALIBRATION, kwargs.pop('track', track()), **kwargs)


def test_the_exercise_is_that_of_the_mean_logits():
    windows = [scores((2, 0), None), scores((2, 0), None), scores((0, 1), None, (5., 6.))]
    judged = judge_exercise(windows, EXERCISES, CALIBRATION)
    # means 4/3 and 1/3: softmax of a difference of 1
    assert judged.exercise == 0
    assert judged.probability == pytest.approx(1 / (1 + np.exp(-1)))
    assert [e.name for e, _ in judged.ranking] == ['barbell squat', 'barbell row']
    assert [w.exercise for w in judged.windows] == ['barbell squat'] * 2 + ['barbell row']
    assert (judged.windows[2].start, judged.windows[2].stop) == (5, 6)
    assert judged.agreeing == [0, 1]


def test_what_is_no_exercise_is_not_judged():
    exercises = select_exercises(['barbell squat', 'other movement'])
    calibration = PostureCalibration.unknown(
        [e.name for e in exercises], [e.conditions for e in exercises], judged=True)
    other = judge_exercise([scores((0, 4), None)], exercises, calibration)
    assert other.other and not other.sure and other.probability > 0.9
    squat = judge_exercise([scores((4, 0), None)], exercises, calibration)
    assert squat.sure and not squat.other


FAMILY = select_exercises(['dumbbell curl', 'barbell curl', 'overhead press'])  # 5, 5 and 4
OF_FAMILY = PostureCalibration.unknown(
    [e.name for e in FAMILY], [e.conditions for e in FAMILY], judged=True)


def of_family(probabilities, conditions=(0, ) * 14):
    return WindowScores(np.array([0., 3.]), np.log(np.float32(probabilities)),
                        np.float32(conditions), None)


@pytest.mark.parametrize('probabilities, called, probability', [
    ((.7, .2, .1), 'barbell or dumbbell curl', .9),  # less than 0.8 of the family's
    ((.75, .15, .1), 'dumbbell curl', .75),
    ((.42, .05, .53), 'overhead press', .53),
    ((.3, .25, .45), 'barbell or dumbbell curl', .55),
    ((.45, .1, .44), 'barbell or dumbbell curl', .55),  # in its family clear, and not sure
])
def test_an_exercise_is_named_only_if_it_is_sure_within_its_family(
        probabilities, called, probability):
    judged = judge_exercise([of_family(np.array(probabilities) / sum(probabilities))], FAMILY,
                            OF_FAMILY)
    exercise = FAMILY[judged.exercise]
    assert called == (exercise.family if judged.as_family else exercise).name
    assert judged.probability == pytest.approx(probability, abs=0.01)
    assert judged.sure == (judged.probability >= 0.5)


def test_the_conditions_of_a_family_are_judged_by_all_that_is_said_of_them():
    kept_by_one = [-1, -2, 4, 0, 0, 4, -2, 4, 0, 0, -9, -9, -9, -9]
    windows = [of_family((.5, .25, .25), kept_by_one), of_family((.1, .7, .2), kept_by_one)]
    judged = judge_exercise(windows, FAMILY, OF_FAMILY)
    assert (FAMILY[judged.exercise].name, judged.as_family) == ('barbell curl', True)
    assert judged.agreeing == [0, 1]  # which of the two is most probable changes
    # geometric means of 0.224 and 0.418: shares of 0.35 and 0.65
    assert judged.shares == pytest.approx([0.348, 0.652, 0], abs=0.001)
    conditions = conditions_of(FAMILY)

    def verdicts(judged):
        return [v.verdict for v in judge_conditions(windows, judged, FAMILY, conditions, OF_FAMILY,
                                                    track())[:3]]

    assert verdicts(judged) == ['kept', 'broken', 'kept']  # -0.35 + 2.61 of the first
    given = judge_exercise(windows, FAMILY, OF_FAMILY, given=0)
    assert (given.exercise, given.as_family, given.sure) == (0, False, True)
    assert given.probability < 0.5
    assert verdicts(given) == ['broken', 'broken', 'kept']  # of the one that the user named


def test_conditions_are_judged_by_the_mean_of_the_windows():
    verdicts = judge([scores((1, 0), (3, -1, 0.1, 1)), scores((1, 0), (1, -3, -0.1, 1))])
    assert [v.verdict for v in verdicts] == ['kept', 'broken', 'not judged', 'kept']
    assert verdicts[0].probability == pytest.approx(1 / (1 + np.exp(-2)))
    assert [v.condition for v in verdicts] == list(CONDITIONS[:4])
    assert 'too close' in verdicts[2].reason.en and verdicts[0].reason is None


def test_what_was_not_seen_is_not_judged():
    joints = CONDITIONS[1].joints
    verdicts = judge([scores((1, 0), (-3, -3, -3, -3))], track=track(unseen=joints))
    assert verdicts[1].verdict == 'not judged' and 'seen' in verdicts[1].reason.en


def test_what_the_pose_source_only_assumes_is_not_judged():
    back = KEYPOINT_INDEX['Back']
    assert [back in condition.joints for condition in CONDITIONS[:4]] == [True, False, False, False]
    windows = [scores((1, 0), (-3, -3, -3, 3))]
    spine, *others = judge(windows, assumed=frozenset({back}))
    assert (spine.verdict, spine.probability, spine.ranges) == ('not judged', None, ())
    assert spine.reason.en.endswith('Guessed: back.') and spine.condition is CONDITIONS[0]
    assert [v.verdict for v in others] == ['broken', 'broken', 'kept']
    assert judge(windows)[0].verdict == 'broken'


def test_a_moment_or_a_network_without_posture_judges_nothing():
    short = judge([scores((1, 0), (3, -3, 3, 3))], track=track(seconds=1.0))
    assert {v.verdict for v in short} == {'not judged'} and short[0].probability is None
    none = judge([scores((1, 0), None)])
    assert len(none) == 4 and {v.verdict for v in none} == {'not judged'}


THREE = [Counted(1, 0, 1, 2), Counted(2, 2, 3, 4), Counted(3, 4, 5, 6)]


def of_three(windows, *logits, repetitions=THREE):
    """The first condition, by its logit in the windows and in each repetition."""
    each = np.full((len(repetitions), 9), 2.0)
    each[:, 0] = logits
    return judge([scores((1, 0), (windows, 3, 3, 3))], repetitions=repetitions,
                 by_repetition=each)[0]


def test_a_fault_is_placed_in_the_repetitions_in_which_it_shows():
    fault = of_three(-3, -1, 2, -1)
    assert fault.repetitions == (1, 3) and fault.ranges == ((0, 2), (4, 6))
    # in none of them alone: then the nearest to it
    assert of_three(-3, 2, 0.5, 1).repetitions == (2, )


@pytest.mark.parametrize('windows, each, verdict, repetitions', [
    (3, (3, 3, 3), 'kept', ()),
    (3, (3, -1.5, 3), 'broken', (2, )),  # one, surely: 0.18
    (3, (3, -1.0, 3), 'not judged', ()),  # one, not so surely: 0.27
    (3, (-1.0, 3, -1.0), 'broken', (1, 3)),
    (3, (-0.3, 3, 3), 'kept', ()),  # within the calibration's band
    (0.1, (3, 3, 3), 'not judged', ()),
    (0.1, (3, -2, 3), 'broken', (2, )),
    (3, (np.nan, ) * 3, 'kept', ()),
])
def test_what_is_broken_in_some_repetitions_is_not_kept(windows, each, verdict, repetitions):
    found = of_three(windows, *each)
    assert (found.verdict, found.repetitions) == (verdict, repetitions)
    if verdict == 'broken':
        assert found.probability < 0.3 and found.reason is None
    if windows == 3 and verdict == 'not judged':
        assert found.reason.en == ('Not judged: it is not clear whether it is kept in '
                                   'repetition 2.')


def test_one_of_many_repetitions_is_no_fault_of_the_set():
    many = [Counted(i, i, i + 0.5, i + 1) for i in range(1, 31)]
    each = [3.0] * 28
    assert of_three(3, -2, -2, *each, repetitions=many).verdict == 'not judged'
    assert of_three(3, -2, -2, -2, *each[1:], repetitions=many).repetitions == (1, 2, 3)


def test_repetitions_are_judged_from_the_calibrated_border():
    (first, *others), second = CALIBRATION.condition_reliability
    moved = replace(CALIBRATION, condition_temperature=2.0, condition_reliability=(
        (replace(first, offset=-1.0), *others), second))
    repetitions = [Counted(1, 0, 1, 2), Counted(2, 2, 3, 4)]
    logits = np.full((2, 9), 5.0)
    logits[:, 0] = 1.9, 2.1  # kept from 2 on: a probability of one half
    windows = [scores((1, 0), (1.0, 3, 3, 3))]
    fault = judge_conditions(windows, judge_exercise(windows, EXERCISES, moved), EXERCISES,
                             CONDITIONS, moved, track(), repetitions, logits)[0]
    assert fault.verdict == 'broken' and fault.repetitions == (1, )
    assert logits[0, 0] == 1.9  # the caller's numbers stay


def test_without_repetitions_a_fault_is_placed_in_time():
    by_frame = (1, 1, 1, -4, -4, -4, 1, 1, 1)
    window = scores((1, 0), (-3, 3, 3, 3), times=np.arange(9.), by_frame=by_frame)
    times, course = fault_course([window], 0)
    np.testing.assert_allclose(course[2:5], [-2 / 3, -7 / 3, -4])  # means of three
    assert times.tolist() == list(range(9))
    fault = judge([window])[0]
    assert fault.ranges == ((1.5, 6.5), ) and fault.repetitions == ()
    whole = judge([scores((1, 0), (-3, 3, 3, 3))])[0]
    assert whole.ranges == ((1.0, 4.0), )


def test_repetitions_by_frames_and_by_windows_of_their_own():
    repetitions = [Counted(1, 0, 1, 2), Counted(2, 2.5, 3, 4), Counted(3, 8, 8.5, 9)]
    window = scores((1, 0), (-3, 3, 3, 3), times=(0.5, 1.5, 3.0, 5.0), by_frame=(1, 3, -2, 9))
    found = repetition_logits(None, [window], repetitions, [])
    np.testing.assert_allclose(found[:, 0], [2, -2, np.nan])

    times = np.arange(0, 10, 0.1)
    moving = Track(times, np.tile(times[:, None, None], (1, 24, 2)).astype(np.float32),
                   np.ones((100, 24), np.float32))
    windows = repetition_windows(moving, repetitions, Box(0, 0, 10, 10), (100, 50))
    np.testing.assert_allclose(windows[1].times, 2.5 + 1.5 * (np.arange(16) + 0.5) / 16)
    np.testing.assert_allclose(windows[1].keypoints[:, 5, 0], windows[1].times, atol=1e-5)
