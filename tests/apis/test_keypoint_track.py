import numpy as np
import pytest

from fitness_mm.apis.stages.track import Track, smoothed


def track(times, x, scores=None):
    """One keypoint of which y is twice x."""
    x = np.asarray(x, np.float32)
    keypoints = np.stack([x, 2 * x], -1)[:, None]
    scores = np.ones((len(x), 1)) if scores is None else np.asarray(scores)[:, None]
    return Track(np.asarray(times, float), keypoints, scores.astype(np.float32))


def test_between_frames_keypoints_are_on_the_line():
    found = track([0, 1, 3], [0, 10, 20], [1, 0.5, 0.5]).at(np.array([-1, 0.5, 1, 2, 9]))
    assert found.keypoints[:, 0, 0].tolist() == [0, 5, 10, 15, 20]
    assert found.keypoints[:, 0, 1].tolist() == [0, 10, 20, 30, 40]
    np.testing.assert_allclose(found.scores[:, 0], [1, 0.75, 0.5, 0.5, 0.5])
    alone = track([2], [7]).at(np.array([0., 5]))
    assert alone.keypoints[:, 0, 0].tolist() == [7, 7]


def test_the_part_that_shows_the_person_is_found():
    scores = np.array([0.1, 0.1, 0.9, 0.1, 0.9, 0.1])
    part = track(np.arange(6), np.arange(6), scores).of_person()
    assert part.times.tolist() == [2, 3, 4] and part.keypoints[:, 0, 0].tolist() == [2, 3, 4]
    assert len(track(np.arange(6), np.arange(6), 0 * scores).of_person()) == 6


def test_a_varying_rate_becomes_even_and_an_even_one_stays():
    even = track(np.arange(10) / 10, np.arange(10))
    assert even.uniform() is even and even.fps == pytest.approx(10)
    varying = track([0, 0.1, 0.2, 0.5, 0.6], [0, 1, 2, 5, 6]).uniform()
    np.testing.assert_allclose(varying.times, np.arange(7) / 10, atol=1e-9)
    np.testing.assert_allclose(varying.keypoints[:, 0, 0], np.arange(7), atol=1e-5)


def test_smoothing_keeps_a_parabola_and_takes_noise_off():
    times = np.arange(40) / 20
    parabola = 100 * (times - 1)**2
    kept = smoothed(track(times, parabola), 0.3).keypoints[3:-3, 0, 0]
    np.testing.assert_allclose(kept, parabola[3:-3], atol=1e-3)  # a filter of second order
    noise = np.random.default_rng(0).normal(size=40)
    shaken = smoothed(track(times, parabola + noise), 0.5).keypoints[:, 0, 0]
    assert np.abs(shaken - parabola)[5:-5].mean() < 0.7 * np.abs(noise)[5:-5].mean()


def test_a_keypoint_lost_for_a_moment_is_bridged_and_for_long_is_not():
    times = np.arange(30) / 10
    x = np.arange(30.)
    x[10:12], x[18:28] = 500, 500
    scores = np.where(x == 500, 0.1, 0.9)
    bridged = smoothed(track(times, x, scores), 0.01)
    np.testing.assert_allclose(bridged.keypoints[9:13, 0, 0], [9, 10, 11, 12], atol=1e-3)
    np.testing.assert_allclose(bridged.keypoints[20:26, 0, 0], 500, atol=1e-3)
    np.testing.assert_array_equal(bridged.scores[:, 0], scores.astype(np.float32))


@pytest.mark.parametrize('length', [1, 2, 3, 4])
def test_short_tracks_go_through(length):
    short = track(np.arange(length) / 10, np.arange(length))
    found = smoothed(short, 5.0)
    np.testing.assert_allclose(found.keypoints, short.keypoints, atol=1e-4)
    assert smoothed(short, 0) is short
