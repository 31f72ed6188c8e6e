"""Skeletons turned and stretched, the same in all frames of a clip."""

import numpy as np
import pytest

from fitness_mm.action import RandomKeypointAffine


def sample(points):
    return dict(keypoint=np.float32(points)[None], img_shape=(100, 200))


@pytest.fixture(autouse=True)
def seeded():
    np.random.seed(3)


def test_nothing_is_asked_and_nothing_changes():
    points = np.random.rand(4, 24, 2) * 100

    result = RandomKeypointAffine(rotation_deg=0, stretch=0)(sample(points))

    assert np.allclose(result['keypoint'][0], points, atol=1e-4)


def test_a_rotation_keeps_the_middle_and_all_distances():
    points = np.random.rand(4, 24, 2) * 100
    points[:, 0] = 100, 50  # the middle of the image

    result = RandomKeypointAffine(rotation_deg=30, stretch=0)(sample(points))['keypoint'][0]

    assert np.allclose(result[:, 0], [100, 50], atol=1e-4)
    assert np.allclose(np.linalg.norm(result[0, 1] - result[3, 5]),
                       np.linalg.norm(points[0, 1] - points[3, 5]), rtol=1e-4)
    arrows = [complex(*(p[0, 1] - [100, 50])) for p in (result, points)]
    towards = np.angle(arrows[0] / arrows[1])
    assert 0 < abs(np.rad2deg(towards)) <= 30


def test_a_stretch_stays_within_its_bounds_along_the_axes():
    points = np.array([[[100, 50], [110, 50], [100, 60]]])
    shares = []
    for _ in range(200):
        moved = RandomKeypointAffine(rotation_deg=0, stretch=0.2)(sample(points))['keypoint'][0, 0]
        assert np.allclose(moved[1, 1], 50) and np.allclose(moved[2, 0], 100)
        shares.append([(moved[1, 0] - 100) / 10, (moved[2, 1] - 50) / 10])
    shares = np.array(shares)
    assert shares.min() >= 0.8 - 1e-5 and shares.max() <= 1.2 + 1e-5
    assert shares.min(0).max() < 0.82 and shares.max(0).min() > 1.18  # width and height, apart
    assert abs(np.corrcoef(shares.T)[0, 1]) < 0.3


@pytest.mark.parametrize('arguments', [dict(rotation_deg=-1), dict(stretch=1), dict(stretch=-0.1)])
def test_impossible_arguments(arguments):
    with pytest.raises(ValueError, match='has to be at least 0'):
        RandomKeypointAffine(**arguments)
