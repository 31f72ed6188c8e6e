"""The exercises move as they do in reality, and every broken condition can be seen."""

import numpy as np
import pytest
from sample_bodies import good_movement, knee_angle_deg, movement, trunk_lean_deg

from fitness_mm.aihub.catalog import STUDY_EXERCISES
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, KEYPOINTS
from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.tempo import sample_tempo

NAMES = [exercise.name for exercise in STUDY_EXERCISES]
CONDITIONS = [(exercise.name, condition) for exercise in STUDY_EXERCISES
              for condition in exercise.conditions]
SEEDS = range(4)


def test_the_exercises_of_the_study_are_there_in_the_order_of_the_catalogue():
    assert list(DRAWN) == NAMES


def test_about_four_repetitions_in_sparse_images():
    for seed in range(20):
        tempo = sample_tempo(np.random.default_rng(seed), 32)
        turns = np.sum((tempo.progress[1:] > 0.5) != (tempo.progress[:-1] > 0.5))
        assert 6 <= turns <= 10
        assert np.abs(np.diff(tempo.progress)).max() > 0.3


@pytest.mark.parametrize('seed', SEEDS)
@pytest.mark.parametrize('name', NAMES)
def test_feet_stay_on_the_floor(name, seed):
    _, _, joints = good_movement(name, seed)
    for side in ('Left', 'Right'):
        for joint in ('Foot', 'Ankle'):
            assert np.ptp(joints.point(f'{side} {joint}'), axis=0).max() < 0.01
        assert 0.0 < joints.point(f'{side} Foot')[:, 1].min() < 4.0
    assert joints.keypoints[..., 1].min() > 0.0


@pytest.mark.parametrize('seed', SEEDS)
def test_stiff_leg_deadlift_keeps_its_knees_and_bends_its_hips(seed):
    _, _, joints = good_movement('barbell stiff-leg deadlift', seed)
    assert np.ptp(knee_angle_deg(joints)) < 6.0
    assert np.ptp(trunk_lean_deg(joints)) > 30.0


@pytest.mark.parametrize('seed', SEEDS)
def test_deadlift_bends_knees_and_hips_together(seed):
    _, _, joints = good_movement('barbell deadlift', seed)
    knee, lean = knee_angle_deg(joints)[:, 0], trunk_lean_deg(joints)
    assert np.ptp(knee) > 18.0 and np.ptp(lean) > 45.0
    assert np.corrcoef(knee, lean)[0, 1] > 0.97


@pytest.mark.parametrize('name, least_lean_deg', [('barbell row', 50.0),
                                                  ('dumbbell bent-over row', 25.0)])
@pytest.mark.parametrize('seed', SEEDS)
def test_rows_hold_the_hinge_and_pull_the_elbows(name, least_lean_deg, seed):
    _, pose, joints = good_movement(name, seed)
    lean = trunk_lean_deg(joints)
    assert np.ptp(lean) < 10.0 and least_lean_deg < lean.mean() < 85.0
    assert np.ptp(knee_angle_deg(joints)) < 6.0
    behind = joints.point('Left Elbow')[:, 1] - joints.point('Left Shoulder')[:, 1]
    assert behind[pose.s > 0.9].mean() - behind[pose.s < 0.1].mean() > 15.0


@pytest.mark.parametrize('seed', SEEDS)
def test_bar_stays_close_to_the_legs_but_not_inside(seed):
    body, _, joints = good_movement('barbell deadlift', seed)
    palm, knee = joints.point('Left Palm'), joints.point('Left Knee')
    at_knee = np.abs(palm[:, 1] - knee[:, 1]) < 8
    gap = (palm - knee)[at_knee, 2] - body.thickness(0.035)
    assert gap.size and gap.min() > -1.0 and gap.max() < 14.0


def test_squat_is_deep_and_press_goes_overhead():
    _, _, joints = good_movement('barbell squat')
    assert knee_angle_deg(joints).max() > 90.0
    _, _, joints = good_movement('overhead press')
    assert (joints.point('Left Palm') - joints.point('Nose'))[:, 1].max() > 20.0


@pytest.mark.parametrize(('exercise', 'condition'), CONDITIONS)
def test_a_broken_condition_can_be_seen(exercise, condition):
    for seed in SEEDS:
        _, _, good = good_movement(exercise, seed)
        _, _, bad = movement(exercise, (condition,), seed)
        moved = np.linalg.norm(good.keypoints - bad.keypoints, axis=-1)[::2]
        assert np.sum(moved.max(1) > 6.0) >= 3, 'of the 16 labelled frames'


@pytest.mark.parametrize(('exercise', 'condition', 'moving'), [
    ('barbell curl', '손목의 중립', ('Palm',)),
    ('barbell row', '손목의 중립', ('Palm',)),
    ('barbell deadlift', '바벨 궤적과 몸 밀착', ('Elbow', 'Wrist', 'Palm')),
    ('upright row', '견갑골 하강 유지', ('Shoulder', 'Elbow', 'Wrist', 'Palm')),
    ('barbell squat', '고개 정면', ('Nose', 'Eye', 'Ear')),
    ('dumbbell pullover', '팔꿈치 각도 유지', ('Elbow', 'Wrist', 'Palm')),
])
def test_a_broken_condition_moves_nothing_else(exercise, condition, moving):
    _, _, good = good_movement(exercise)
    _, _, bad = movement(exercise, (condition,))
    moved = np.linalg.norm(good.keypoints - bad.keypoints, axis=-1).max(0)
    still = [KEYPOINT_INDEX[name] for name in KEYPOINTS if name.split()[-1] not in moving]
    assert np.all(moved[still] < 1e-9)


def test_heels_rise_about_toes_that_stay():
    _, pose, joints = movement('barbell squat', ('발바닥 지면 고정',))
    assert np.ptp(joints.point('Left Foot'), axis=0).max() < 0.01
    rise = joints.point('Left Ankle')[:, 1]
    assert rise[pose.s > 0.9].mean() - rise[pose.s < 0.05].mean() > 5.0


def test_knees_fall_inwards():
    _, pose, good = good_movement('barbell squat')
    _, _, bad = movement('barbell squat', ('발과 무릎의 방향 일치',))
    deep = pose.s > 0.9
    width = [(j.point('Left Knee') - j.point('Right Knee'))[deep, 0].mean() for j in (good, bad)]
    assert 0.0 < width[1] < width[0] - 20.0
