"""Checks of labels against hand-made skeletons: what they find, and what they leave alone."""

import numpy as np
import pytest
from skeleton_cases import clip, motion, project, swap

from fitness_mm.analysis.audit.checks.agreement import agreement_scores
from fitness_mm.analysis.audit.checks.limbs import LENGTH_THRESHOLD_TORSO, limb_scores
from fitness_mm.analysis.audit.checks.place import (
    EDGE_THRESHOLD_TORSO,
    SIZE_THRESHOLD,
    place_scores,
)
from fitness_mm.analysis.audit.checks.scale import clip_torso_px
from fitness_mm.analysis.audit.checks.sides import side_scores
from fitness_mm.analysis.audit.checks.suspicious import CHECKS
from fitness_mm.keypoints.quantiles import nan_quantile
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

TORSO_PX = 200.0  # of a clip without noise: 50 cm, 4 px each
C = 2


def still():
    """The same pose in all 16 frames: what is usual is known exactly."""
    keypoints = np.repeat(project(motion(1, seed=3)), 16, axis=1)[None].astype(np.float32)
    return keypoints, np.ones(keypoints.shape[:-1], bool)


@pytest.mark.parametrize('check', CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize('turn_deg', [0, 35, 90, 180])
def test_good_labels_are_left_alone(check, turn_deg):
    scores = check(*clip(turn_deg=turn_deg))
    assert scores.shape == (1, 5, 16) and scores.dtype == np.float32
    assert np.all(scores < 1)


@pytest.mark.parametrize('check', CHECKS.values(), ids=CHECKS)
def test_scores_do_not_depend_on_the_images_size_or_on_other_clips(check):
    keypoints, visible = clip()
    wrong = swap(keypoints, 1, slice(3, 7))
    wrong[0, 4, 9] += 150
    wrong[0, 3, 12, 5:] = wrong[0, 3, 12, :4:-1]
    alone = check(wrong, visible)
    both = check(np.concatenate([wrong, keypoints * 0.25]), np.concatenate([visible, visible]))
    np.testing.assert_allclose(both[0], alone[0], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(check(wrong * 0.25, visible), alone, rtol=1e-3, atol=1e-3)


# Limbs


def test_a_limb_score_is_the_mean_deviation_in_torso_lengths():
    keypoints, visible = still()
    torso = clip_torso_px(keypoints, visible)[0]
    # both limbs of the palm's end and no other: one, from the wrist
    keypoints[0, C, 5, KEYPOINT_INDEX['Left Palm'], :] = \
        keypoints[0, C, 5, KEYPOINT_INDEX['Left Wrist'], :]
    lost = np.linalg.norm(keypoints[0, C, 4, KEYPOINT_INDEX['Left Palm']]
                          - keypoints[0, C, 4, KEYPOINT_INDEX['Left Wrist']])
    scores = limb_scores(keypoints, visible)
    assert scores[0, C, 5] == pytest.approx(lost / torso / 23 / LENGTH_THRESHOLD_TORSO, rel=1e-4)
    scores[0, C, 5] = 0
    assert np.all(scores == 0)


def test_scrambled_joints_are_found_even_in_every_frame():
    keypoints, visible = clip()
    rng = np.random.default_rng(0)
    for t in range(16):
        keypoints[0, C, t] = keypoints[0, C, t][rng.permutation(24)]
    scores = limb_scores(keypoints, visible)
    assert np.all(scores[0, C] >= 1)
    assert np.all(np.delete(scores, C, axis=1) < 1)


def test_lengths_that_change_in_every_view_are_movement():
    keypoints, visible = clip()
    # lies down and gets up: half the height, again and again, seen by all cameras
    factor = 0.75 + 0.25 * np.cos(np.linspace(0, 4 * np.pi, 16))
    keypoints[..., 1] = 900 + (keypoints[..., 1] - 900) * factor[None, None, :, None]
    assert np.all(limb_scores(keypoints, visible) < 1)
    assert np.all(place_scores(keypoints, visible) < 1)


def test_joints_that_are_not_visible_do_not_count():
    keypoints, visible = clip()
    hidden = [KEYPOINT_INDEX[f'{side} Foot'] for side in ('Left', 'Right')]
    visible[0, C, 3, hidden] = False
    keypoints[0, C, 3, hidden] = 0
    for name, check in CHECKS.items():
        assert np.all(check(keypoints, visible) < 1), name


# Place


def test_a_displaced_skeleton_scores_its_shift_in_torso_lengths():
    keypoints, visible = still()
    torso = clip_torso_px(keypoints, visible)[0]
    keypoints[0, C, 5] += (0.3 * torso, 0.5 * torso)  # two edges by 0.5, two by 0.3
    scores = place_scores(keypoints, visible)
    assert scores[0, C, 5] == pytest.approx(0.5 / EDGE_THRESHOLD_TORSO, rel=1e-3)
    scores[0, C, 5] = 0
    assert np.all(scores < 1e-3)


@pytest.mark.parametrize('factor', [0.5, 1.8])
def test_a_skeleton_of_another_size_scores_the_logarithm(factor):
    keypoints, visible = still()
    middle = keypoints[0, C, 5].mean(axis=0)
    keypoints[0, C, 5] = middle + factor * (keypoints[0, C, 5] - middle)
    scores = place_scores(keypoints, visible)
    assert scores[0, C, 5] >= abs(np.log(factor)) / SIZE_THRESHOLD * 0.999


def test_a_body_that_moves_in_every_view_is_in_its_place():
    keypoints, visible = clip()
    keypoints[:, :, 8:, :, 1] += 300  # drops to the floor
    assert np.all(place_scores(keypoints, visible) < 1)


# Sides


@pytest.mark.parametrize('view', range(5))
@pytest.mark.parametrize('frames', [slice(None), slice(4, 9)], ids=['every frame', 'a run'])
def test_swapped_sides_of_one_view_are_found_exactly(view, frames):
    keypoints, visible = clip()
    expected = np.zeros((1, 5, 16), bool)
    expected[0, view, frames] = True
    flagged = side_scores(swap(keypoints, view, frames), visible) >= 1
    np.testing.assert_array_equal(flagged, expected)


def test_two_swapped_views_of_five_are_a_minority():
    keypoints, visible = clip()
    flagged = side_scores(swap(swap(keypoints, 0), 3), visible) >= 1
    np.testing.assert_array_equal(flagged.all(axis=2)[0], [True, False, False, True, False])


@pytest.mark.parametrize('off_deg', [-15, 15])
def test_cameras_may_stand_elsewhere_by_some_degrees(off_deg):
    azimuths = np.array([-140, -40, 0, 40, 140]) + off_deg * np.array([1, -1, 0.5, 1, -1])
    keypoints, visible = clip(azimuths=azimuths)
    assert np.all(side_scores(keypoints, visible) < 1)
    for view in range(5):
        flagged = side_scores(swap(keypoints, view), visible) >= 1
        assert flagged[0, view].all() and not np.delete(flagged, view, axis=1).any()


def test_a_view_without_labels_is_not_judged_and_does_not_matter():
    keypoints, visible = clip()
    visible[0, 1] = False
    keypoints[0, 1] = 0
    scores = side_scores(swap(keypoints, C), visible)
    assert np.isnan(scores[0, 1]).all()
    np.testing.assert_array_equal((scores >= 1).all(axis=2)[0], [False, False, True, False, False])
    visible[0, 3:] = False  # A and C are left: no majority
    assert np.isnan(side_scores(keypoints, visible)).all()


# Agreement


@pytest.mark.parametrize('view', range(5))
def test_a_view_that_shows_another_moment_is_the_one_that_disagrees(view):
    keypoints, visible = clip()
    wrong = keypoints.copy()
    wrong[0, view, 2:6] = keypoints[0, view, [10, 13, 7, 15]] + (40, -30)
    flagged = agreement_scores(wrong, visible) >= 1
    assert flagged[0, view, 2:6].all()
    assert not np.delete(flagged, view, axis=1).any()
    assert not flagged[0, view, [0, 1, *range(6, 16)]].any()


def test_an_exact_body_agrees_exactly():
    keypoints = project(motion(), scale=4.0)[None]  # float64: affine cameras, no noise
    scores = agreement_scores(keypoints, np.ones(keypoints.shape[:-1], bool))
    assert np.nanmax(scores) < 1e-3


def test_agreement_needs_four_views():
    keypoints, visible = clip()
    visible[0, 0] = False
    wrong = keypoints.copy()
    wrong[0, 3, 5] += 100
    scores = agreement_scores(wrong, visible)
    assert scores[0, 3, 5] >= 1 and np.isnan(scores[0, 0]).all()
    visible[0, 1] = False
    assert np.isnan(agreement_scores(wrong, visible)).all()


# Odd input


@pytest.mark.parametrize('check', CHECKS.values(), ids=CHECKS)
def test_a_clip_that_shows_nothing_is_not_judged_and_spoils_no_other(check):
    keypoints, visible = clip()
    nothing = np.zeros_like(keypoints), np.zeros_like(visible)
    with np.errstate(all='raise'):
        both = check(np.concatenate([keypoints, nothing[0]]),
                     np.concatenate([visible, nothing[1]]))
    assert np.isnan(both[1]).all()
    np.testing.assert_array_equal(both[0], check(keypoints, visible)[0])


@pytest.mark.parametrize('quantile', [0.0, 0.25, 0.5, 1.0])
def test_quantiles_are_numpys(quantile):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(7, 9, 3))
    values[rng.random(values.shape) < 0.4] = np.nan
    values[2, :, 1] = np.nan
    with np.testing.suppress_warnings() as quiet:
        quiet.filter(RuntimeWarning)
        expected = np.nanquantile(values, quantile, axis=1, keepdims=True)
    np.testing.assert_allclose(nan_quantile(values, quantile, 1), expected, equal_nan=True)
