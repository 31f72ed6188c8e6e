import numpy as np
import pytest

from fitness_mm.anomaly import recommend_threshold, sweep
from fitness_mm.anomaly.thresholds import sweep_range


def severities(share, seed, right=(0.1, 0.3), wrong=(0.7, 0.35), count=4000):
    """Log-normal severities of right and, for a share of frames, wrong labels; and which."""
    rng = np.random.default_rng(seed)
    is_wrong = np.arange(count) < round(share * count)
    centre, spread = np.where(is_wrong[:, None], wrong, right).T
    return centre * np.exp(rng.normal(0, spread)), is_wrong


@pytest.mark.parametrize('share', [0.01, 0.05, 0.2])
@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize('scale', [1.0, 40.0])
def test_the_recommended_threshold_tells_wrong_from_right_in_any_unit(share, seed, scale):
    found, wrong = severities(share, seed)
    flagged = found * scale > recommend_threshold(found * scale)
    assert (flagged & wrong).sum() / wrong.sum() >= 0.95
    assert (flagged & wrong).sum() / flagged.sum() >= 0.9


@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize('spread', [0.1, 0.5])
def test_where_all_labels_are_right_hardly_any_frame_is_flagged(spread, seed):
    found, _ = severities(0.0, seed, right=(0.1, spread))
    assert (found > recommend_threshold(found)).mean() < 0.01


@pytest.mark.parametrize('num_wrong', [3, 20, 200])
def test_the_line_is_in_the_gap_if_there_is_one(num_wrong):
    right = np.linspace(0.04, 0.07, 700)
    wrong = np.linspace(1.49, 1.53, num_wrong)
    assert 0.07 < recommend_threshold(np.concatenate([right, wrong])) < 1.0


def test_frames_without_enough_visible_joints_do_not_count():
    found, _ = severities(0.05, 0)
    padded = np.concatenate([np.zeros(5000), found])
    assert recommend_threshold(padded) == recommend_threshold(found)


def test_equal_severities_have_a_threshold_and_flag_nothing():
    found = np.full(100, 0.2)
    assert not (found > recommend_threshold(found)).any()


def test_too_few_frames_are_said_so():
    with pytest.raises(ValueError, match='from 19 frames with enough visible joints, expected at '
                                         'least 20'):
        recommend_threshold(np.array([0.0] * 9 + [0.1] * 19))


def test_sweep_counts_what_is_above_each_threshold():
    found = np.array([0.0, 1.0, 2.0, 2.0, 5.0])
    assert sweep(found, np.array([0.5, 1.0, 1.5, 2.0, 6.0])).tolist() == [4, 3, 3, 1, 0]


@pytest.mark.parametrize('seed', range(3))
def test_sweep_never_rises_and_covers_every_frame(seed):
    found, _ = severities(0.1, seed, count=500)
    counts = sweep(found, sweep_range(found, 50))
    assert counts[0] == 500 and counts[-1] == 0
    assert (np.diff(counts) <= 0).all()


def test_nothing_to_sweep_is_said_so():
    with pytest.raises(ValueError, match='no frame has enough visible joints'):
        sweep_range(np.zeros(3))
