"""Repetitions in movements made by hand: what counts, what does not, and when they happen."""

import numpy as np
import pytest
from trials.noise import spoil

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.analysis.repetitions.learn import learn
from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINT_INDEX
from fitness_mm.repetitions.counting import count_repetitions, find_sets
from fitness_mm.repetitions.exercises import exercises
from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.video import Script, rehearse

FPS = 30.0
# Somebody from the front, in px; the trunk is 100 px long.
STANDING = {
    'Nose': (0, -130), 'Left Eye': (4, -135), 'Right Eye': (-4, -135), 'Left Ear': (9, -132),
    'Right Ear': (-9, -132), 'Neck': (0, -100), 'Left Shoulder': (35, -98),
    'Right Shoulder': (-35, -98), 'Back': (0, -60), 'Waist': (0, -15), 'Left Hip': (17, 0),
    'Right Hip': (-17, 0), 'Left Knee': (18, 80), 'Right Knee': (-18, 80), 'Left Ankle': (18, 160),
    'Right Ankle': (-18, 160), 'Left Foot': (24, 168), 'Right Foot': (-24, 168),
}


def body(left: np.ndarray, right: np.ndarray | None = None) -> np.ndarray:
    """(T, 24, 2): arms at progress 0, hanging, to 1, hands at the shoulders."""
    right = left if right is None else right
    keypoints = np.empty((len(left), 24, 2))
    for name, place in STANDING.items():
        keypoints[:, KEYPOINT_INDEX[name]] = place
    for side, sign, progress in (('Left', 1, left), ('Right', -1, right)):
        for joint, low, high in (('Elbow', -50, -50), ('Wrist', -5, -95), ('Palm', 8, -108)):
            keypoints[:, KEYPOINT_INDEX[f'{side} {joint}'], 0] = sign * 42
            keypoints[:, KEYPOINT_INDEX[f'{side} {joint}'], 1] = low + (high - low) * progress
    return keypoints + np.array([240.0, 200.0])


def waves(periods: float, seconds: float = 2.0, start: float = 0.0, fps: float = FPS) -> np.ndarray:
    """Progress of some repetitions, from a share of the first one on."""
    phase = start + np.arange(0, periods * seconds * fps) / (seconds * fps)
    return 0.5 - 0.5 * np.cos(2 * np.pi * phase)


def rest(seconds: float, level: float = 0.0) -> np.ndarray:
    return np.full(round(seconds * FPS), level)


def found(keypoints: np.ndarray, exercise: str = 'dumbbell curl', fps: float = FPS):
    return count_repetitions(keypoints, np.ones(keypoints.shape[:2]), fps, exercise)


def count(*parts: np.ndarray) -> int:
    return len(found(body(np.concatenate(parts))))


def seconds_out(reps) -> list[float]:
    return [(rep.turn - rep.start) / FPS for rep in reps]


def seconds_back(reps) -> list[float]:
    return [(rep.stop - rep.turn) / FPS for rep in reps]


def test_seven_periods_are_seven_repetitions():
    reps = found(body(waves(7)))
    assert len(reps) == 7
    # A sine of two seconds turns at 1, 3, 5 ... seconds.
    np.testing.assert_allclose([rep.turn for rep in reps], 30 + 60 * np.arange(7), atol=2)
    np.testing.assert_allclose([rep.start for rep in reps], 60 * np.arange(7), atol=5)
    np.testing.assert_allclose([rep.stop for rep in reps], 60 + 60 * np.arange(7), atol=5)
    assert seconds_out(reps) == pytest.approx(7 * [1.0], abs=0.2)
    assert seconds_back(reps) == pytest.approx(7 * [1.0], abs=0.2)


def test_out_and_back_have_their_own_tempo():
    slow_down = np.concatenate([waves(0.5, 1.0), waves(0.5, 4.0, start=0.5), rest(0.5)] * 4)
    reps = found(body(slow_down))
    assert len(reps) == 4
    assert seconds_out(reps) == pytest.approx(4 * [0.5], abs=0.2)
    assert seconds_back(reps) == pytest.approx(4 * [2.0], abs=0.3)


def test_time_before_and_after_does_not_count():
    reps = found(body(np.concatenate([rest(7), waves(3), rest(9)])))
    assert len(reps) == 3
    assert abs(reps[0].start - 210) < 6 and abs(reps[-1].stop - 390) < 6


@pytest.mark.parametrize('pause', [1.0, 3.0, 6.0, 20.0])
def test_pauses_in_the_start_position_do_not_count(pause):
    assert count(waves(2), rest(pause), waves(3)) == 5


def test_a_stay_at_the_far_end_is_part_of_a_repetition():
    assert count(waves(2), waves(0.5), rest(1.5, 1.0), waves(0.5, start=0.5), waves(1)) == 4


def test_one_is_one_and_nobody_who_moves_is_none():
    assert count(rest(2), waves(1), rest(2)) == 1
    assert count(rest(20)) == 0
    assert found(np.full((300, 24, 2), np.nan)) == ()
    assert found(np.zeros((1, 24, 2))) == () and found(np.zeros((0, 24, 2))) == ()


def test_parts_of_repetitions_do_not_count():
    assert count(rest(2), waves(0.5), rest(3, 1.0)) == 0, 'out and never back'
    assert count(rest(2), waves(2.5), rest(0.5, 1.0)) == 2
    # From half-way out, three times back, to half-way out.
    assert count(waves(3, start=0.25)) == 2


def test_small_movements_between_do_not_count():
    wobble = 0.25 * waves(3, 1.0)
    assert count(waves(3), wobble, rest(1), waves(3)) == 6


def test_left_and_right_in_turn_count_each():
    left = np.concatenate([np.concatenate([waves(1), rest(2)]) for _ in range(4)])
    assert len(found(body(left, np.roll(left, 60)))) == 8


@pytest.mark.parametrize('drift_px', [(90, 0), (0, -60), (40, 40)])
def test_a_camera_that_drifts(drift_px):
    keypoints = body(waves(7))
    keypoints += np.linspace(0, 1, len(keypoints))[:, None, None] * np.array(drift_px)
    assert len(found(keypoints)) == 7


def test_gaps_lost_joints_and_an_absence():
    keypoints = body(np.concatenate([waves(4), rest(6), waves(3)]))
    gaps = keypoints.copy()
    rng = np.random.default_rng(0)
    for start in rng.integers(0, len(gaps), 40):
        gaps[start:start + 8, rng.integers(24)] = np.nan
    gaps[:, KEYPOINT_INDEX['Left Wrist']] = np.nan
    assert len(found(gaps)) == 7
    scores = np.ones(gaps.shape[:2])
    scores[270:390] = 0.1  # the person leaves for four of the six seconds
    scores[:, KEYPOINT_INDEX['Left Wrist']] = 0.0
    keypoints[:, KEYPOINT_INDEX['Left Wrist']] = 1e6
    assert len(count_repetitions(keypoints, scores, FPS, 'dumbbell curl')) == 7


def test_spikes_and_exchanged_sides_do_not_count():
    keypoints = body(np.concatenate([rest(3), waves(5), rest(3)]))
    rng = np.random.default_rng(1)
    for start in range(10, len(keypoints) - 10, 40):
        keypoints[start:start + 4, rng.integers(24)] += rng.normal(0, 80, 2)
    for start in range(30, len(keypoints) - 10, 70):
        keypoints[start:start + 6] = keypoints[start:start + 6, FLIP_INDICES]
    assert len(found(keypoints)) == 5


# What must not change the count, on movements of the generator

SCRIPTS = [Script(name, reps, 2.5, view=view, faults=faults, seed=3, performer=5)
           for name, reps, view, faults in (
               ('barbell row', 4, 'C', ()), ('barbell squat', 3, 'A', ('고개 정면',)),
               ('dumbbell curl', 5, 'E', ('척추의 중립',)), ('dumbbell pullover', 4, 'B', ()))]


@pytest.fixture(scope='module', params=SCRIPTS, ids=lambda script: script.exercise)
def noisy(request):
    take = rehearse(request.param)
    rng = np.random.default_rng(0)
    return request.param, *spoil(take.keypoints, 0.02, rng, FPS)


def test_what_must_not_change_the_count(noisy):
    script, keypoints, scores = noisy
    height, width = 270, 480
    flipped = (keypoints * (-1, 1) + (width - 1, 0))[:, FLIP_INDICES]
    for name, changed, also in (
            ('as it is', keypoints, scores), ('backwards', keypoints[::-1], scores[::-1]),
            ('mirrored', flipped, scores[:, FLIP_INDICES]), ('larger', keypoints * 4.0, scores),
            ('moved', keypoints + np.array([900, -height]), scores)):
        reps = count_repetitions(changed, also, FPS, script.exercise)
        assert len(reps) == script.reps, name


@pytest.mark.parametrize('fps', [10.0, 24.0, 60.0])
@pytest.mark.parametrize('script', SCRIPTS[:2], ids=lambda script: script.exercise)
def test_another_frame_rate_shows_the_same_moments(script, fps):
    other = Script(**{**vars(script), 'fps': fps})
    usual, changed = (found(rehearse(s).keypoints, s.exercise, s.fps) for s in (script, other))
    assert len(usual) == len(changed) == script.reps
    for a, b in zip(usual, changed, strict=True):
        moments = np.array([[a.start, a.turn, a.stop], [b.start, b.turn, b.stop]])
        np.testing.assert_allclose(moments[0] / FPS, moments[1] / fps, atol=0.2)


def test_the_moments_are_those_of_the_truth(noisy):
    script, keypoints, scores = noisy
    schedule = rehearse(script).schedule
    reps = count_repetitions(keypoints, scores, FPS, script.exercise)
    # who takes the weight from the floor before seems to begin earlier
    slack = 0.45 + 0.2 * bool(len(DRAWN[script.exercise].apart))
    for name in ('start', 'turn', 'stop'):
        moments = np.array([getattr(rep, name) for rep in reps]) / FPS
        assert np.abs(moments - getattr(schedule, name)).max() < slack, name


def sets(*parts: np.ndarray, doing: np.ndarray | None = None):
    keypoints = body(np.concatenate(parts))
    return find_sets(keypoints, np.ones(keypoints.shape[:2]), FPS, 'dumbbell curl', doing)


def test_a_long_pause_ends_a_set():
    assert [len(one.repetitions) for one in sets(waves(2), rest(4), waves(3))] == [5]
    assert [len(one.repetitions) for one in sets(waves(2), rest(9), waves(3))] == [2, 3]


def test_a_repetition_that_is_not_ended_is_said_and_not_counted():
    ended, = sets(rest(1), waves(3), rest(1))
    assert not ended.unfinished and len(ended.repetitions) == 3
    begun, = sets(rest(1), waves(3.4))
    assert begun.unfinished and len(begun.repetitions) == 3


def test_only_what_is_said_to_be_done_is_counted():
    parts = (waves(3), rest(8), waves(4))
    doing = np.zeros(sum(map(len, parts)), bool)
    assert sets(*parts, doing=doing) == ()
    doing[:150] = True
    first, = sets(*parts, doing=doing)
    assert len(first.repetitions) == 3
    # What continues at once, where nobody says so any more, belongs to it.
    doing[:] = np.arange(len(doing)) < 60
    assert len(sets(*parts, doing=doing)[0].repetitions) == 3


def test_other_postures_do_not_count():
    curls = body(np.concatenate([waves(3), rest(1), waves(3), rest(1), waves(3)]))
    # The second three are done bent forward: the head and shoulders are half a trunk lower.
    bent = slice(210, 390)
    upper = [k for name, k in KEYPOINT_INDEX.items() if not any(
        part in name for part in ('Hip', 'Knee', 'Ankle', 'Foot'))]
    curls[bent, upper] += np.array([60.0, 55.0])
    assert len(found(curls)) == 6


def test_every_exercise_that_moves_is_known():
    assert set(exercises()) == {exercise.name for exercise in EXERCISES} - {'plank'}
    assert found(body(waves(3)), 'plank') == () == found(body(waves(3)), 'other movement')


def test_what_is_known_of_an_exercise_can_be_learned_again(tmp_path):
    names = ['barbell squat']
    learn(tmp_path / 'some.npz', 20, 7, names=names)
    again = exercises(tmp_path / 'some.npz')
    exercises.cache_clear()
    assert list(again) == names
    for name in names:
        known = exercises()[name]
        np.testing.assert_allclose(again[name].far - again[name].start, known.far - known.start,
                                   atol=0.2)
        # On features with the noise of the others, both give the same signal.
        path = known.start + np.linspace(0, 1, 5)[:, None] * (known.far - known.start)
        np.testing.assert_allclose(again[name].progress(path), np.linspace(0, 1, 5), atol=0.3)
        np.testing.assert_allclose(known.progress(path), np.linspace(0, 1, 5), atol=1e-6)


def test_a_signal_needs_no_joint_that_does_not_move():
    known = exercises()['barbell squat']
    path = known.start + np.linspace(0, 1, 5)[:, None] * (known.far - known.start)
    path[:, [3, 7]] = np.nan  # never
    path[2, :6] = np.nan  # once
    np.testing.assert_allclose(known.progress(path)[[0, 1, 3, 4]], [0, 0.25, 0.75, 1], atol=0.05)
    assert known.progress(np.full_like(path, np.nan)) is None


@pytest.mark.parametrize(('arguments', 'sentence'), [
    ((np.zeros((5, 17, 2)), np.zeros((5, 17)), 30.0), r'\(5, 17, 2\), expected \(T, 24, 2\)'),
    ((np.zeros((5, 24, 2)), np.zeros((6, 24)), 30.0), r'scores of shape \(6, 24\)'),
    ((np.zeros((5, 24, 2)), np.zeros((5, 24)), 0.0), 'fps is 0.0, expected a positive number'),
    ((np.zeros((5, 24, 2)), np.zeros((5, 24)), np.nan), 'fps is nan'),
])
def test_bad_input_gets_one_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        count_repetitions(*arguments, 'dumbbell curl')
    with pytest.raises(ArgumentError, match="no exercise is called 'jumping'"):
        count_repetitions(np.zeros((5, 24, 2)), np.zeros((5, 24)), 30.0, 'jumping')
