"""Bodies have human proportions and keep them while they move."""

import numpy as np
import pytest
from sample_bodies import good_movement, length

from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.performer.body import FRACTIONS_OF_HEIGHT, HEIGHT_RANGE_CM, sample_body
from fitness_mm.sample.performer.pose import Pose, solve

BODIES = [sample_body(np.random.default_rng(seed)) for seed in range(200)]


def test_heights_are_those_of_adults_and_vary():
    heights = np.array([body.height for body in BODIES])
    assert heights.min() >= HEIGHT_RANGE_CM[0] and heights.max() <= HEIGHT_RANGE_CM[1]
    assert heights.std() > 5.0


@pytest.mark.parametrize('name', FRACTIONS_OF_HEIGHT)
def test_segments_are_near_the_tables_and_vary(name):
    ratio = np.array([getattr(body, name) / body.height for body in BODIES])
    assert ratio.mean() == pytest.approx(FRACTIONS_OF_HEIGHT[name], rel=0.02)
    assert np.all(np.abs(ratio / FRACTIONS_OF_HEIGHT[name] - 1) < 0.17)
    assert ratio.std() / ratio.mean() > 0.008


@pytest.mark.parametrize('exercise', DRAWN)
@pytest.mark.parametrize('side', ['Left', 'Right'])
def test_limbs_keep_their_length(exercise, side):
    body, _, joints = good_movement(exercise)
    for start, end, expected in (('Shoulder', 'Elbow', body.upper_arm),
                                 ('Elbow', 'Wrist', body.forearm), ('Wrist', 'Palm', body.palm),
                                 ('Hip', 'Knee', body.thigh), ('Knee', 'Ankle', body.shin)):
        lengths = length(joints, f'{side} {start}', f'{side} {end}')
        np.testing.assert_allclose(lengths, expected, rtol=1e-6)


def test_a_straight_body_is_as_tall_as_its_height():
    body, pose, _ = good_movement('side lateral raise')
    straight = Pose(**{**vars(pose), 'trunk': 0 * pose.s + 1, 'knee': 0 * pose.s + 2,
                       'head': 0 * pose.s, 'roll': 0 * pose.s, 'bend': 0 * pose.s})
    joints = solve(body, straight)
    crown = joints.point('mid_head')[:, 1] + 0.5 * body.head
    np.testing.assert_allclose(crown, body.height, rtol=0.03)
