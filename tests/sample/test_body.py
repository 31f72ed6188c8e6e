"""Bodies have the proportions of real labels and keep them while they move."""

import numpy as np
import pytest
from sample_bodies import length, movement

from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINT_INDEX
from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.exercises.drawn import STANDING
from fitness_mm.sample.performer.body import SHARES_OF_TRUNK, TRUNK_CM, sample_body
from fitness_mm.sample.performer.posture import (
    BONE_INDEX,
    BONES,
    keypoints_of,
    mirrored,
    posture_from,
)

BODIES = [sample_body(np.random.default_rng(seed)) for seed in range(200)]


def test_trunks_and_heights_are_those_of_adults_and_vary():
    trunks = np.array([body.trunk for body in BODIES])
    assert trunks.mean() == pytest.approx(TRUNK_CM[0], rel=0.02)
    assert trunks.std() == pytest.approx(TRUNK_CM[1], rel=0.15)
    heights = np.array([body.height for body in BODIES])
    assert heights.min() > 130 and heights.max() < 215 and 160 < heights.mean() < 180


@pytest.mark.parametrize('name', SHARES_OF_TRUNK)
def test_lengths_are_near_the_measured_ones_and_vary(name):
    ratio = np.array([getattr(body, name) / body.trunk for body in BODIES])
    assert np.median(ratio) == pytest.approx(SHARES_OF_TRUNK[name], rel=0.03)
    assert 0.03 < np.log(ratio).std() < 0.12


def test_long_arms_go_with_long_legs():
    arm, leg, wide = (np.array([getattr(body, name) / body.trunk for body in BODIES])
                      for name in ('forearm', 'thigh', 'shoulders'))
    assert np.corrcoef(arm, leg)[0, 1] > 0.4 > abs(np.corrcoef(arm, wide)[0, 1])


@pytest.mark.parametrize('exercise', DRAWN)
def test_limbs_keep_their_length(exercise):
    body, joints = movement(exercise)
    for side in ('Left', 'Right'):
        for start, end, expected in (('Shoulder', 'Elbow', body.upper_arm),
                                     ('Elbow', 'Wrist', body.forearm), ('Wrist', 'Palm', body.palm),
                                     ('Hip', 'Knee', body.thigh), ('Knee', 'Ankle', body.shin),
                                     ('Ankle', 'Foot', body.foot)):
            np.testing.assert_allclose(length(joints, f'{side} {start}', f'{side} {end}'),
                                       expected, rtol=1e-6)


def test_mirrors_exchange_sides():
    posture = posture_from({'left thigh': (0.3, -0.5, 0.8), 'trunk': (0.2, 1, 0)}, STANDING)
    other = mirrored(posture)
    np.testing.assert_allclose(other[BONE_INDEX['right thigh']], (-0.3, -0.5, 0.8))
    np.testing.assert_allclose(other[BONE_INDEX['trunk']], (-0.2, 1, 0))
    np.testing.assert_allclose(other[BONE_INDEX['shoulders']], (1, 0, 0))
    np.testing.assert_array_equal(mirrored(other), posture)
    # The keypoints of the mirror image are the mirror image of the keypoints.
    points, images = keypoints_of(BODIES[0], posture), keypoints_of(BODIES[0], other)

    np.testing.assert_allclose(images[list(FLIP_INDICES)] * (-1, 1, 1), points, atol=1e-9)


def test_one_side_stands_for_both():
    posture = posture_from({'thigh': (0.3, -0.5, 0.8)}, STANDING)
    np.testing.assert_allclose(posture, mirrored(posture), atol=1e-12)
    assert len(posture) == len(BONES)
    with pytest.raises(KeyError, match='knee'):
        posture_from({'knee': (0, 0, 1)}, STANDING)


def test_elbows_and_knees_bend_no_further_than_they_can():
    folded = posture_from({'upper arm': (0, -1, 0), 'forearm': (0, 1, 0.02)}, STANDING)
    points = keypoints_of(BODIES[0], folded)

    shoulder, elbow, wrist = (points[KEYPOINT_INDEX[f'Left {name}']]
                              for name in ('Shoulder', 'Elbow', 'Wrist'))
    upper, fore = elbow - shoulder, wrist - elbow
    angle = np.degrees(np.arccos(upper @ fore / np.linalg.norm(upper) / np.linalg.norm(fore)))
    assert angle == pytest.approx(156.0)
    assert fore[2] > 0
