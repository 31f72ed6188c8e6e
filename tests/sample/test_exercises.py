"""Every exercise: on its supports, within human ranges, and every way to break it can be seen."""

from dataclasses import replace

import numpy as np
import pytest
from sample_bodies import FAR, elbow_deg, knee_deg, movement, trunk_lean_deg

from fitness_mm.aihub.catalog import EXERCISES, OTHER_MOVEMENT
from fitness_mm.sample.exercises import DRAWN, drawn_of_type
from fitness_mm.sample.exercises.habits import Habits
from fitness_mm.sample.performer.body import sample_body
from fitness_mm.sample.performer.supports import contact_point, thickness
from fitness_mm.sample.tempo import sample_tempo

SEEDS = range(6)
WAYS = [(name, condition, way) for name, drawn in DRAWN.items()
        for condition, ways in drawn.faults.items() for way in range(len(ways))]


def test_tables_are_of_the_catalogue():
    others = list(DRAWN)[len(EXERCISES):]
    assert list(DRAWN) == [exercise.name for exercise in EXERCISES] + sorted(others)
    assert all(DRAWN[name].entry is OTHER_MOVEMENT for name in others)
    # the types go through them, and an exercise's own types stay with it
    assert {drawn_of_type(number).name for number in OTHER_MOVEMENT.types} == set(others)
    assert drawn_of_type(193) is DRAWN['front raise']


def test_clips_begin_and_end_at_rest_with_two_to_five_repetitions_between():
    for seed in range(20):
        tempo = sample_tempo(np.random.default_rng(seed), 32)
        turns = np.sum((tempo.progress[1:] > 0.5) != (tempo.progress[:-1] > 0.5))
        assert 4 <= turns <= 10 and turns % 2 == 0
        assert tempo.progress[0] < 0.4 and tempo.progress[-1] < 0.1
        assert tempo.outside[0] <= 0 < 0.5 < tempo.outside[-1] <= 1
        assert np.abs(np.diff(tempo.progress)).max() > 0.3


@pytest.mark.parametrize('name', DRAWN)
def test_what_carries_the_body_does(name):
    """At both ends of the movement, contacts are at their heights, and stay where they are."""
    drawn = DRAWN[name]
    for seed in SEEDS:
        body, joints = movement(name, seed=seed)
        points = joints.keypoints
        for contact, support in drawn.supports[0].heights.items():
            if all(contact in one.heights for one in drawn.supports) and not drawn.alternating:
                place = contact_point(contact, points)
                off = place[:, 1] - support - thickness(body, contact)
                assert np.abs(off[[1, FAR, -2]]).max() < 3.0, (contact, off)
                if not any(contact in one.moved for one in drawn.supports):
                    assert np.ptp(place[:, [0, 2]], axis=0).max() < 3.0, contact
        assert points[..., 1].min() > -6.0


@pytest.mark.parametrize('name', DRAWN)
def test_joints_bend_as_far_as_they_can(name):
    for seed in SEEDS:
        _, joints = movement(name, seed=seed)
        for side in ('Left', 'Right'):
            assert knee_deg(joints, side).max() < 160 and elbow_deg(joints, side).max() < 165


@pytest.mark.parametrize(('name', 'condition', 'way'), WAYS)
def test_a_broken_condition_can_be_seen(name, condition, way):
    one = DRAWN[name].faults[condition][way]
    assert np.linalg.norm([one.changes, one.aside], axis=-1).max() > 0.06


def test_movements_are_what_their_names_say():
    for seed in SEEDS:
        _, squat = movement('barbell squat', seed=seed)
        assert knee_deg(squat)[FAR] > 70 > 40 > knee_deg(squat)[1]
        _, press = movement('overhead press', seed=seed)
        assert (press.point('Left Palm') - press.point('Nose'))[FAR, 1] > 15.0
        _, row = movement('barbell row', seed=seed)
        assert trunk_lean_deg(row)[1] > 30 and elbow_deg(row)[FAR] > elbow_deg(row)[1] + 30
        _, curl = movement('barbell curl', seed=seed)
        assert elbow_deg(curl)[FAR] > 100 > elbow_deg(curl)[1]


def test_arms_go_by_turns_in_some_clips():
    drawn = replace(DRAWN['front raise'], arms_in_turn=1.0)
    tempo, body = sample_tempo(np.random.default_rng(0), 32), sample_body(np.random.default_rng(0))
    joints = drawn.perform(body, dict.fromkeys(drawn.faults, True), Habits(0, 1, 8),
                           np.random.default_rng(0), tempo)
    raised = [np.array([joints.point(f'{side} Wrist')[tempo.rep == rep, 1].max() > 130
                        for side in ('Left', 'Right')]) for rep in range(4)]
    np.testing.assert_array_equal(raised, np.roll(raised, 1, 1)[[1, 0, 3, 2]])
    assert raised[0].sum() == 1
    assert 0 < DRAWN['dumbbell curl'].arms_in_turn < 0.5 and not DRAWN['barbell curl'].arms_in_turn


def test_every_second_repetition_is_to_the_other_side():
    _, lunge = movement('step-forward dynamic lunge')
    first, second = (lunge.point('Left Foot') - lunge.point('Right Foot'))[[FAR, FAR + 13], 2]
    assert abs(first) > 40 and first * second < 0


def test_what_both_hands_hold_keeps_its_length():
    for seed in SEEDS:
        _, joints = movement('barbell row', seed=seed)
        apart = np.linalg.norm(joints.point('Left Palm') - joints.point('Right Palm'), axis=-1)
        assert np.ptp(apart) < 1.5


@pytest.mark.parametrize('side', ['Left', 'Right'])
def test_one_step_leaves_the_other_foot_where_it_is(side):
    _, lunge = movement('step-forward dynamic lunge')
    foot = lunge.point(f'{side} Foot')[1:14]
    ahead = lunge.point('Left Foot')[FAR, 2] > lunge.point('Right Foot')[FAR, 2]
    moves = ahead == (side == 'Left')
    assert (np.ptp(foot[:, 2]) > 40.0) == moves and (np.ptp(foot, axis=0).max() < 2.0) != moves
