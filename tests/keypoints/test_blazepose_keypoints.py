"""The table from BlazePose's landmarks to the 24 keypoints, by hand."""

import numpy as np
import pytest

from fitness_mm.keypoints.blazepose import ASSUMED_KEYPOINTS, WEIGHTS, from_blazepose
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINT_INDEX, KEYPOINTS

SIZE = (1000, 500)


def person():
    """Landmarks of somebody upright: mid-shoulders (500, 100), mid-hips (500, 200)."""
    points = np.zeros((33, 2))
    points[[0, 2, 5, 7, 8]] = (500, 50), (510, 45), (490, 45), (520, 50), (480, 50)
    points[[11, 12, 23, 24]] = (540, 100), (460, 100), (520, 200), (480, 200)
    points[[13, 14, 15, 16]] = (550, 150), (450, 150), (560, 200), (440, 200)
    points[[17, 18, 19, 20]] = (570, 220), (430, 220), (560, 230), (440, 230)
    points[[25, 26, 27, 28]] = (520, 280), (480, 280), (520, 350), (480, 350)
    points[[31, 32]] = (530, 380), (470, 380)
    return points


@pytest.mark.parametrize('name, expected', [
    ('Nose', (500, 50)), ('Left Eye', (510, 45)), ('Right Ear', (480, 50)),
    ('Left Shoulder', (540, 100)), ('Right Elbow', (450, 150)), ('Left Wrist', (560, 200)),
    ('Left Hip', (520, 205)), ('Right Hip', (480, 205)),  # 0.05 of a trunk of 100
    ('Right Knee', (480, 280)), ('Left Ankle', (520, 350)),
    ('Left Palm', (564, 220)),  # 0.8 of the way from (560, 200) to (565, 225)
    ('Right Foot', (475, 365)),  # half-way
    # on the line from y = 100 to the labels' hips at y = 205
    ('Neck', (500, 100 - 0.17 * 105)), ('Back', (500, 100 + 0.3 * 105)),
    ('Waist', (500, 100 + 0.68 * 105)),
])
def test_where_keypoints_are(name, expected):
    keypoints, scores = from_blazepose(person(), np.ones(33), SIZE)
    np.testing.assert_allclose(keypoints[KEYPOINT_INDEX[name]], expected, rtol=1e-6)
    assert keypoints.dtype == scores.dtype == np.float32 and (scores == 1).all()


def test_the_hips_go_down_the_trunk_wherever_that_points():
    lying = person()[:, ::-1]
    np.testing.assert_allclose(from_blazepose(lying, np.ones(33), SIZE)[0][11], (205, 520))


def test_both_sides_are_made_alike():
    mirrored = np.arange(33)
    for left in (*range(7, 33, 2), 9):
        mirrored[[left, left + 1]] = left + 1, left
    mirrored[[1, 2, 3, 4, 5, 6]] = 4, 5, 6, 1, 2, 3
    np.testing.assert_allclose(WEIGHTS[list(FLIP_INDICES)][:, mirrored], WEIGHTS)
    np.testing.assert_allclose(WEIGHTS.sum(1), 1)


@pytest.mark.parametrize('hidden, unseen', [
    (0, {'Nose'}), (19, {'Left Palm'}), (16, {'Right Wrist', 'Right Palm'}),
    (27, {'Left Ankle', 'Left Foot'}), (29, set()),  # heels are no part of anything
    (23, {'Left Hip', 'Back', 'Waist'}),  # the neck and the other hip hardly depend on it
    (11, {'Left Shoulder', 'Neck', 'Back', 'Waist'}),
])
def test_a_keypoint_is_seen_as_well_as_the_worst_of_what_it_is_made_of(hidden, unseen):
    visibility = np.full((2, 33), 0.9)
    visibility[1, hidden] = 0.2
    _, scores = from_blazepose(np.stack([person()] * 2), visibility, SIZE)
    assert scores.shape == (2, 24) and np.allclose(scores[0], 0.9)
    assert {name for name, score in zip(KEYPOINTS, scores[1], strict=True)
            if np.isclose(score, 0.2)} == unseen
    assert np.isclose(scores[1], 0.9).sum() == 24 - len(unseen)


@pytest.mark.parametrize('nose, score', [
    ((-19, 50), 0.8), ((-21, 50), 0), ((1018, 50), 0.8), ((1020, 50), 0), ((500, -21), 0),
    ((500, 518), 0.8), ((500, 520), 0)])
def test_beside_the_picture_nothing_is_seen(nose, score):
    points = person()
    points[0] = nose
    assert from_blazepose(points, np.full(33, 0.8), SIZE)[1][0] == pytest.approx(score)


def test_what_says_nothing_of_the_person():
    assert {KEYPOINTS[k] for k in ASSUMED_KEYPOINTS} == {'Back', 'Waist'}
