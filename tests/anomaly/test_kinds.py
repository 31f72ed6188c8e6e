import numpy as np
import pytest
from residual_cases import STANDING, TORSO_PX

from fitness_mm.anomaly.kinds import (
    DISPLACED,
    OTHER,
    SCRAMBLED,
    SWAPPED,
    explain,
    frame_errors,
    noise_level,
)
from fitness_mm.keypoints.skeleton import FLIP_INDICES

ALL = np.ones(24, bool)


def body(rng):
    """A person of any size and place, every limb somewhere else."""
    points = STANDING + rng.normal(0, 6, STANDING.shape)
    return points * rng.uniform(0.5, 3.0) + rng.uniform(0, 800, 2)


def torso(points):
    return float(np.linalg.norm(points[5:7].mean(0) - points[11:13].mean(0)))


def swap_sides(points, rng):
    return points[list(FLIP_INDICES)]


def scramble(points, rng):
    chosen = rng.permutation(24)[:rng.integers(14, 25)]
    wrong = points.copy()
    wrong[chosen] = points[np.roll(chosen, rng.integers(1, len(chosen)))]
    return wrong


def shift(points, rng):
    angle = rng.uniform(0, 2 * np.pi)
    return points + rng.uniform(0.6, 3.0) * torso(points) * np.array(
        [np.cos(angle), np.sin(angle)])


def shift_and_scale(points, rng):
    scaled = points.mean(0) + rng.choice([0.4, 0.55, 1.6, 2.2]) * (points - points.mean(0))
    return shift(scaled, rng) if rng.random() < 0.5 else scaled


@pytest.mark.parametrize('noise', [0.03, 0.08])
@pytest.mark.parametrize('spoil, kind', [
    (swap_sides, SWAPPED), (scramble, SCRAMBLED), (shift, DISPLACED), (shift_and_scale, DISPLACED)])
def test_every_kind_is_recognised_and_mended(spoil, kind, noise):
    for seed in range(60):
        rng = np.random.default_rng(seed)
        clean = body(rng)
        length = torso(clean)
        prediction = clean + rng.normal(0, noise * length, clean.shape)
        # the mean distance is sqrt(pi / 2) standard deviations
        found = explain(spoil(clean, rng), prediction, ALL, length, 1.25 * noise, FLIP_INDICES)
        assert found.kind == kind, seed
        from_clean = np.linalg.norm(found.corrected - clean, axis=-1) / length
        # Neighbours such as eye and nose may stay confused, but then lie close.
        assert from_clean.mean() < noise
        if kind == SWAPPED:
            assert from_clean.max() == 0


@pytest.mark.parametrize('noise', [0.03, 0.08])
def test_another_pose_has_no_correction(noise):
    for seed in range(60):
        rng = np.random.default_rng(seed)
        clean = body(rng)
        length = torso(clean)
        other = clean.copy()
        other[[7, 9, 18, 8, 10, 19]] += [0.2 * length, -1.2 * length]  # arms up
        other[[13, 15, 22]] += [1.1 * length, -0.7 * length]  # a leg out to the side
        other[[0, 1, 2, 3, 4, 17]] += [0.8 * length, 0.5 * length]  # head down
        prediction = clean + rng.normal(0, noise * length, clean.shape)
        found = explain(other, prediction, ALL, length, 1.25 * noise, FLIP_INDICES)
        assert (found.kind, found.corrected) == (OTHER, None), seed


def test_invisible_joints_do_not_hide_the_kind():
    visible = ALL.copy()
    visible[[22, 23, 15]] = False
    label = STANDING[list(FLIP_INDICES)].copy()
    label[~visible] = -500.0
    found = explain(label, STANDING, visible, TORSO_PX, 0.05, FLIP_INDICES)
    assert found.kind == SWAPPED
    # a joint whose other side is invisible got that one's place
    both = visible & visible[list(FLIP_INDICES)]
    assert (found.corrected[both] == STANDING[both]).all()


def test_a_label_cut_off_at_the_border_is_still_displaced():
    label = np.minimum(STANDING + np.array([90.0, 0.0]), [215.0, 999.0])  # the left arm is cut off
    assert (label[:, 0] == 215).sum() >= 3
    found = explain(label, STANDING, ALL, TORSO_PX, 0.08, FLIP_INDICES)
    assert found.kind == DISPLACED
    whole = label[:, 0] < 215
    np.testing.assert_allclose(found.corrected[whole], STANDING[whole], atol=1e-9)


def test_error_of_a_frame_is_limited_per_joint():
    distance = np.array([[0.2, 0.4, 50.0, 7.0], [9.0, 9.0, 9.0, 9.0]])
    visible = np.array([[True, True, True, False], [False] * 4])
    assert frame_errors(distance, visible).tolist() == [pytest.approx((0.2 + 0.4 + 1.0) / 3), 0.0]


def test_noise_is_that_of_frames_that_are_not_flagged():
    distance = np.concatenate([np.full((95, 2), 0.1), np.full((5, 2), 0.9)])
    flagged = np.arange(100) >= 95
    visible = np.ones((100, 2), bool)
    assert noise_level(distance, visible, flagged) == pytest.approx(0.1)
    assert noise_level(distance, visible, np.ones(100, bool)) == pytest.approx(0.14)
    assert noise_level(0 * distance, visible, flagged) == 0.01
