"""The table from other skeletons to the 24 keypoints, by hand."""

import numpy as np
import pytest

from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.layouts import BLAZEPOSE, LAYOUTS, OBSERVED, assumed, layout_of
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
    keypoints, scores = BLAZEPOSE.keypoints(person(), np.ones(33), SIZE)
    np.testing.assert_allclose(keypoints[KEYPOINT_INDEX[name]], expected, rtol=1e-6)
    assert keypoints.dtype == scores.dtype == np.float32 and (scores == 1).all()


def test_the_hips_go_down_the_trunk_wherever_that_points():
    lying = person()[:, ::-1]
    np.testing.assert_allclose(BLAZEPOSE.keypoints(lying, np.ones(33), SIZE)[0][11], (205, 520))


@pytest.mark.parametrize('layout', LAYOUTS.values(), ids=LAYOUTS)
def test_both_sides_are_made_alike(layout):
    mirrored = list(layout.flip_indices)
    assert sorted(mirrored) == list(range(len(layout.points)))
    np.testing.assert_allclose(layout.weights[list(FLIP_INDICES)][:, mirrored], layout.weights)
    np.testing.assert_allclose(layout.weights.sum(1), 1)
    assert layout_of(len(layout.points)) is layout is layout_of(len(layout.points), layout.name)


def test_names_are_in_the_order_of_the_zoo():
    from mmpose.datasets.datasets.utils import parse_pose_metainfo
    for file, name in (('coco', 'coco17'), ('halpe26', 'halpe26'),
                       ('coco_wholebody', 'wholebody133')):
        info = parse_pose_metainfo(dict(from_file=f'configs/_base_/datasets/{file}.py'))
        assert tuple(info['keypoint_id2name'].values()) == LAYOUTS[name].points
        assert all(ours == theirs or 'face' in point for point, ours, theirs in zip(
            LAYOUTS[name].points, LAYOUTS[name].flip_indices, info['flip_indices'], strict=True))


@pytest.mark.parametrize('name, guessed', [
    ('coco17', {'Palm', 'Foot', 'Back'}), ('openpose18', {'Palm', 'Foot', 'Back'}),
    ('halpe26', {'Palm', 'Back'}), ('openpose25', {'Palm', 'Back'}), ('blazepose33', {'Back'}),
    ('wholebody133', {'Back'}), ('halpe136', {'Back'}), ('fitness24', set())])
def test_what_says_nothing_of_the_person(name, guessed):
    layout = LAYOUTS[name]
    assert {KEYPOINTS[k].rpartition(' ')[2] for k in assumed(layout.kinds)} == guessed
    assert set(layout.kinds[:17]) == {OBSERVED}


def test_hands_and_feet_without_fingers_and_toes():
    points = np.zeros((17, 2))
    points[7], points[9], points[13], points[15] = (0, 0), (100, 0), (0, 100), (0, 200)
    keypoints, _ = LAYOUTS['coco17'].keypoints(points, np.ones(17), SIZE)
    np.testing.assert_allclose(keypoints[KEYPOINT_INDEX['Left Palm']], (120.6, 0), rtol=1e-6)
    np.testing.assert_allclose(keypoints[KEYPOINT_INDEX['Left Foot']], (0, 214), rtol=1e-6)


@pytest.mark.parametrize('points, name, message', [
    (21, None, '21 points a person are no skeleton that is known'),
    (17, 'halpe26', 'not those of halpe26'), (17, 'coco', "no skeleton 'coco'; there are coco17")])
def test_other_skeletons_are_refused(points, name, message):
    with pytest.raises(ArgumentError, match=message):
        layout_of(points, name)


@pytest.mark.parametrize('hidden, unseen', [
    (0, {'Nose'}), (19, {'Left Palm'}), (16, {'Right Wrist', 'Right Palm'}),
    (27, {'Left Ankle', 'Left Foot'}), (29, set()),  # heels are no part of anything
    (23, {'Left Hip', 'Back', 'Waist'}),  # the neck and the other hip hardly depend on it
    (11, {'Left Shoulder', 'Neck', 'Back', 'Waist'}),
])
def test_a_keypoint_is_seen_as_well_as_the_worst_of_what_it_is_made_of(hidden, unseen):
    visibility = np.full((2, 33), 0.9)
    visibility[1, hidden] = 0.2
    _, scores = BLAZEPOSE.keypoints(np.stack([person()] * 2), visibility, SIZE)
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
    assert BLAZEPOSE.keypoints(points, np.full(33, 0.8), SIZE)[1][0] == pytest.approx(score)
