"""Sets of a video: counted where the windows say that an exercise is done."""

import numpy as np
import pytest

from fitness_mm.aihub.index import select_exercises
from fitness_mm.apis.networks.recogniser import WindowScores
from fitness_mm.apis.report.sentences import sets_done
from fitness_mm.apis.result import Counted, Inference, PerformedSet
from fitness_mm.apis.stages.by_repetition import sets_of, windows_of_sets
from fitness_mm.apis.stages.judgement import judge_exercise
from fitness_mm.apis.stages.track import Track
from fitness_mm.posture.calibration import PostureCalibration
from fitness_mm.sample.video import Script, rehearse

NAMES = ['barbell squat', 'side lateral raise', 'other movement']
EXERCISES = select_exercises(NAMES)
CALIBRATION = PostureCalibration.unknown(
    [e.name for e in EXERCISES], [e.conditions for e in EXERCISES], judged=True)
FPS = 15.0


@pytest.fixture(scope='module')
def session():
    """Twelve seconds of squats, talking, and lateral raises, one after the other."""
    parts = [rehearse(Script(name, reps, rep_sec, 0.5, 0.5, fps=FPS, performer=4)).keypoints
             for name, reps, rep_sec in (
                 ('barbell squat', 4, 2.75), ('standing and talking', 3, 3.5),
                 ('side lateral raise', 5, 2.2))]
    keypoints = np.concatenate(parts).astype(np.float32)
    rng = np.random.default_rng(0)
    keypoints += rng.normal(0, 0.5, keypoints.shape)
    return Track(np.arange(len(keypoints)) / FPS + 100.0, keypoints,
                 np.full(keypoints.shape[:2], 0.9, np.float32))


def judged(*probabilities, **kwargs):
    """Windows of ten seconds, every five seconds from the 100th on."""
    scores = [WindowScores(np.array([100.0 + 5 * i, 110.0 + 5 * i]), np.log(np.float32(p)), None,
                           None) for i, p in enumerate(probabilities)]
    return judge_exercise(scores, EXERCISES, CALIBRATION, **kwargs)


SQUAT, RAISE, OTHER = (0.96, 0.02, 0.02), (0.02, 0.96, 0.02), (0.02, 0.02, 0.96)


def found(session, said):
    return [(one.exercise.name, len(one.repetitions)) for one in sets_of(session, said, EXERCISES)]


def test_every_exercise_that_windows_are_sure_of_has_its_sets(session):
    said = judged(SQUAT, SQUAT, OTHER, OTHER, RAISE, RAISE)
    sets = sets_of(session, said, EXERCISES)
    assert [(s.exercise.name, len(s.repetitions)) for s in sets] == [
        ('barbell squat', 4), ('side lateral raise', 5)]
    squats, raises = sets
    assert 100 <= squats.start < squats.stop < 113 and 122 < raises.start < raises.stop <= 136
    assert [r.number for r in raises.repetitions] == [1, 2, 3, 4, 5]
    assert not squats.unfinished and not raises.unfinished


def test_nothing_is_counted_where_windows_say_that_nobody_exercises(session):
    assert found(session, judged(SQUAT, SQUAT, OTHER, OTHER, OTHER, OTHER)) == [
        ('barbell squat', 4)]
    assert judged(*[OTHER] * 6).other
    assert found(session, judged(*[OTHER] * 6)) == []


def test_what_the_user_names_is_counted_even_where_windows_doubt_it(session):
    said = judged(*[OTHER] * 6, given=0)
    assert ('barbell squat', 4) in found(session, said)


def test_people_who_talk_between_sets_exercise_all_the_same():
    said = judged(OTHER, SQUAT, SQUAT, OTHER, OTHER, OTHER)
    assert EXERCISES[said.exercise].name == 'barbell squat' and said.probability > 0.9
    doubtful = judged(OTHER, (0.6, 0.2, 0.2), OTHER)
    assert doubtful.other, 'one window that is not very sure is not enough'


def test_of_several_exercises_the_one_with_the_most_repetitions_is_judged(session):
    said = judged((0.81, 0.01, 0.18), (0.6, 0.38, 0.02), OTHER, OTHER, (0.38, 0.6, 0.02),
                  (0.01, 0.81, 0.18))
    windows = windows_of_sets(session, said, EXERCISES)
    assert windows.tolist() == [False] * 4 + [True, True]
    assert windows_of_sets(session, judged(*[OTHER] * 6), EXERCISES) is None


def test_too_short_a_video_is_not_counted(session):
    short = Track(session.times[:2], session.keypoints[:2], session.scores[:2])
    assert sets_of(short, judged(SQUAT), EXERCISES) is None


def test_how_sets_are_written_down():
    squat = EXERCISES[0]
    one = PerformedSet(squat, (Counted(1, 2.0, 3.0, 4.0), Counted(2, 4.5, 5.0, 66.25)), True)
    result = Inference('v', (4, 4), 30.0, np.arange(3) / 30, sets=[one]).as_dict()
    assert result['sets'] == [{
        'exercise': 'barbell squat', 'exercise_ko': '바벨 스쿼트', 'start': 2.0, 'stop': 66.25,
        'count': 2, 'first_number': 1, 'unfinished': True}]
    said = sets_done([(squat, 2, 2.0, 66.25, True), (EXERCISES[1], 5, 70.0, 80.0, False)])
    assert said.en == ('2 sets: barbell squat, 2 (0:02 to 1:06, one more begun and not ended); '
                       'side lateral raise, 5 (1:10 to 1:20).')
    assert said.ko == ('세트 2개: 바벨 스쿼트 2회(0:02~1:06, 하나 더 시작하고 끝내지 않음), '
                       '사이드 레터럴 레이즈 5회(1:10~1:20).')
