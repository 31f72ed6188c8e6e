import numpy as np
import pytest

from fitness_mm.action import JitterKeypoints


def results(frames=40):
    rng = np.random.default_rng(0)
    keypoint = rng.uniform((100, 50), (150, 250), (1, frames, 24, 2)).astype(np.float32)
    keypoint[0, 0, :2] = [[100, 50], [150, 250]]  # a box of 50 x 200
    score = np.ones((1, frames, 24), np.float32)
    score[0, :, 5] = 0
    keypoint[0, :, 5] = 1e6  # never seen, and nowhere
    return dict(keypoint=keypoint, keypoint_score=score)


def test_noise_is_a_share_of_the_boxs_longer_side(monkeypatch):
    monkeypatch.setattr(np.random, 'uniform', lambda low, high: high)
    before = results()
    np.random.seed(0)
    after = JitterKeypoints(sigma=0.02, dropout=0).transform(dict(before))
    moved = (after['keypoint'] - before['keypoint'])[..., before['keypoint_score'][0, 0] > 0, :]
    assert moved.std() == pytest.approx(0.02 * 200, rel=0.05)
    assert moved.mean() == pytest.approx(0, abs=0.3)
    np.testing.assert_array_equal(after['keypoint_score'], before['keypoint_score'])
    assert after['keypoint'].dtype == np.float32


def test_every_sample_draws_its_own_strength():
    spreads = []
    for seed in range(30):
        np.random.seed(seed)
        before = results()
        moved = JitterKeypoints(sigma=0.1, dropout=0).transform(dict(before))['keypoint']
        spreads.append((moved - before['keypoint'])[0, :, :5].std() / 200)
    assert max(spreads) < 0.11
    assert np.mean(spreads) == pytest.approx(0.05, abs=0.015)
    assert min(spreads) < 0.02


def test_lost_joints_have_no_score_and_stand_in_the_middle():
    before = results(400)
    np.random.seed(0)
    after = JitterKeypoints(sigma=0, dropout=0.2).transform(dict(before))
    lost = after['keypoint_score'] == 0
    assert lost[..., [0, 1, 2]].mean() == pytest.approx(0.2, abs=0.03)
    seen = before['keypoint_score'] > 0
    middle = before['keypoint'][0, 7][seen[0, 7]].mean(0)
    gone = np.flatnonzero(lost[0, 7] & seen[0, 7])
    assert len(gone)
    np.testing.assert_allclose(after['keypoint'][0, 7, gone], np.tile(middle, (len(gone), 1)),
                               rtol=1e-4)
    np.testing.assert_array_equal(after['keypoint'][~lost], before['keypoint'][~lost])


def test_the_seed_decides_and_the_input_is_left_alone():
    before = results()
    kept = before['keypoint'].copy()
    drawn = []
    for _ in range(2):
        np.random.seed(3)
        drawn.append(JitterKeypoints().transform(dict(before)))
    for name in ('keypoint', 'keypoint_score'):
        np.testing.assert_array_equal(drawn[0][name], drawn[1][name])
    np.testing.assert_array_equal(before['keypoint'], kept)


def test_a_clip_without_any_joint_stays_as_it_is():
    empty = results()
    empty['keypoint_score'][:] = 0
    assert JitterKeypoints().transform(empty) is empty


@pytest.mark.parametrize('kwargs, message', [
    (dict(sigma=-0.1), 'sigma'), (dict(bias=-0.1), 'bias'), (dict(dropout=1), 'dropout'),
    (dict(dropout=-0.1), 'dropout')])
def test_arguments_that_make_no_jitter(kwargs, message):
    with pytest.raises(ValueError, match=message):
        JitterKeypoints(**kwargs)


def test_bias_is_the_same_in_every_frame_of_a_clip(monkeypatch):
    monkeypatch.setattr(np.random, 'uniform', lambda low, high: high)
    before = results()
    np.random.seed(0)
    after = JitterKeypoints(sigma=0, dropout=0, bias=0.03).transform(dict(before))
    moved = (after['keypoint'] - before['keypoint'])[0][:, before['keypoint_score'][0, 0] > 0]
    np.testing.assert_allclose(moved, np.broadcast_to(moved[:1], moved.shape), atol=1e-3)
    assert moved[0].std() == pytest.approx(0.03 * 200, rel=0.3)
