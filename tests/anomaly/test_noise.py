import numpy as np
import pytest
from residual_cases import rows

from fitness_mm.anomaly import Residuals, distances
from fitness_mm.anomaly.noise import confidence, difficulty, joint_noise_px, persistence

SEEN = np.ones((5, 3), bool)


def test_noise_is_the_median_distance_of_each_joint():
    distance = np.array([[1.0, 10, 7], [2, 20, 7], [3, 30, 7], [4, 40, 7], [500, 50, 7]])
    visible = SEEN.copy()
    visible[4, 1] = False
    visible[:, 2] = False
    noise = joint_noise_px(distance, visible, np.array(list('AABBB')))
    # the second joint's is the median of 10, 20, 30 and 40; the third is never seen
    assert noise.tolist() == [[3.0, 25.0, 1.0]] * 5


def test_a_camera_with_enough_frames_has_a_noise_of_its_own():
    view = np.repeat(['A', 'B', 'C'], [100, 100, 40])
    distance = np.select([view == 'A', view == 'B'], [10.0, 30.0], 50.0)[:, None]
    noise = joint_noise_px(distance, np.ones((240, 1), bool), view)
    # of 240 distances, 100 are 10, 100 are 30 and 40 are 50: the median of all is 30
    assert noise[[0, 100, 200], 0].tolist() == [10.0, 30.0, 30.0]


def test_a_network_that_wavers_is_a_poor_witness():
    scores = np.array([[0.8, 0.0, 2.0], [0.8, 0.0, 2.0], [0.2, 0.0, 4.0], [0.8, 0.0, 2.0],
                       [0.9, 0.0, -1.0]])
    found = confidence(scores, SEEN)
    assert found[:, 0] == pytest.approx([1.0, 1.0, 0.25, 1.0, 1.0])
    assert found[:, 1].tolist() == [0.0] * 5  # a joint that is never found
    assert found[:, 2].tolist() == [1.0, 1.0, 1.0, 1.0, 0.0]


def moments(errors):
    """Residuals of three cameras, two clips and three frames each, in a shuffled order."""
    parts = []
    for clip in (f'training/Day01_200921_F/1/00{n}-1-1-01-Z1' for n in (1, 2)):
        parts += [rows(3, noise_px=0.0, clip_view=f'{clip}_{view}') for view in 'ABC']
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.random.default_rng(0).permutation(18)
    residuals = Residuals(**columns).select(order)
    return np.asarray(errors, float).reshape(18)[order], residuals, np.argsort(order)


def test_difficulty_is_what_the_other_views_of_the_moment_say():
    # frames 1, 3, 5 of cameras A, B, C; usually the error is 2
    errors, residuals, back = moments([[[2, 2, 9], [2, 6, 2], [2, 10, 2]], [[2, 2, 2]] * 3])
    found = difficulty(errors, residuals)[back].reshape(2, 3, 3)
    # frame 3 of the first clip: A has 6 and 10 beside it, B 2 and 10, C 2 and 6
    assert found[0, :, 1] == pytest.approx([4.0, 3.0, 2.0])
    # in frame 5 only A is far off, which says nothing about A, but half as much about the others
    assert found[0, :, 2] == pytest.approx([1.0, 2.75, 2.75])
    assert (found[0, :, 0] == 1).all() and (found[1] == 1).all()


def test_a_view_without_others_has_no_difficulty():
    residuals = Residuals(**rows(4))
    assert difficulty(np.array([1.0, 1.0, 1.0, 50.0]), residuals).tolist() == [1.0] * 4


def test_distances_in_units_of_noise_by_hand():
    columns = rows(5, noise_px=0.0)
    # 10, 20, ... 50 px of the image, 0.8 px of the input each
    columns['predictions'][:, 0, 0] += [10, 20, 30, 40, 50]
    columns['scores'][4, 0] = 0.45  # half of the usual 0.9
    found = distances(Residuals(**columns), 'noise')
    assert found[:, 0] == pytest.approx([1 / 3, 2 / 3, 1, 4 / 3, 5 / 6], rel=1e-5)
    assert (found[:, 1:] == 0).all()


def test_joints_that_are_never_seen_or_never_wrong_are_no_division_by_zero():
    columns = rows(5, noise_px=0.0)
    columns['visible'][:, 5] = False
    columns['visible'][2] = False
    columns['predictions'][1, 3] += 1.0
    found = distances(Residuals(**columns), 'noise')
    assert np.isfinite(found).all() and found[1, 3] > 100


def test_an_error_that_stands_alone_is_played_down_and_a_run_is_not():
    order = np.random.default_rng(0).permutation(10)
    other_view = rows(5, clip_view='training/Day01_200921_F/1/001-1-1-01-Z1_B')
    columns = {name: np.concatenate([part, other_view[name]]) for name, part in rows(5).items()}
    residuals = Residuals(**columns).select(order)
    errors = np.array([0.5, 1, 16, 1, 1, 16, 16, 16, 0.1, 16.0])
    found = np.empty(10)
    found[order] = persistence(errors[order], residuals)
    # alone: the fourth root of 16 * 16 * 1 * 1 is 4
    assert found[:5] == pytest.approx([1, 1, 4 / 16, 1, 1])
    # at the end of a run: the fourth root of 16 * 16 * 16 is 8; the first has one neighbour only,
    # and the last one's is a good frame of its own clip-view: the third root of 16 * 16 * 1
    assert found[5:] == pytest.approx([1, 1, 0.5, 1, 16**(2 / 3) / 16])
