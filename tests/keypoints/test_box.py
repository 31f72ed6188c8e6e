import numpy as np
import pytest

from fitness_mm.keypoints.box import Box, boxes_around, outline
from fitness_mm.keypoints.measures import person_box, seen


@pytest.mark.parametrize('points, scores, margin, expected', [
    ([[50, 30], [70, 46]], [1, 1], 0.0, (50, 30, 71, 47)),  # the last pixel counts
    ([[50, 30], [69, 46]], [1, 1], 0.5, (40, 20, 80, 57)),  # half of 20 columns on every side
    ([[50, 30], [70, 46]], [1, 0], 0.0, (50, 30, 51, 31)),
    ([[50, 30], [70, 46]], [0.9, 0.2], 0.0, (50, 30, 51, 31)),  # hardly seen is not seen
    ([[50.4, 30], [70.2, 46]], [1, 1], 0.0, (50, 30, 72, 47)),
    ([[5, 70], [144, 88]], [1, 1], 0.1, (0, 56, 159, 90)),
    ([[50, 30], [70, 46]], [0, 0], 0.1, (0, 0, 160, 90)),
])
def test_the_crop_of_a_person(points, scores, margin, expected):
    crop = person_box(np.array(points), np.array(scores), (160, 90)).crop(margin, (160, 90))
    assert crop == expected
    image = np.zeros((90, 160))
    image[crop.slices] = 1
    for (x, y), there in zip(points, seen(scores), strict=True):
        assert not there or image[int(y), int(x)] == 1


def test_many_boxes_are_those_one_by_one():
    rng = np.random.default_rng(0)
    points, there = rng.uniform(0, 99, (20, 24, 2)), rng.random((20, 24)) < 0.5
    np.testing.assert_array_equal(
        boxes_around(points, there),
        [Box.around(p, t) for p, t in zip(points, there, strict=True)])
    assert Box.around(points[0], np.zeros(24, bool)) is None
    # pixel 3 has its centre at 3 and reaches half a pixel on either side
    assert outline(Box.around(np.array([[3, 5]]))).tolist() == [2.5, 4.5, 3.5, 5.5]
    assert Box.around(np.array([[3, 5], [6, 5]])).centre == (4.5, 5)


def test_union_overlap_and_clamping():
    a, b, away = Box(0, 0, 4, 4), Box(2, 0, 6, 4), Box(4, 4, 9, 9)
    assert a.union(b, away) == (0, 0, 9, 9) and a.common(b) == (2, 0, 4, 4)
    assert a.iou(a) == 1 and a.iou(b) == pytest.approx(8 / 24)
    assert a.iou(away) == Box(0, 0, 2, 2).iou(Box(7, 7, 8, 8)) == 0
    assert Box(-3, 2, 50, 7).clamped((20, 5)) == (0, 2, 20, 5)
    assert Box(30, 2, 50, 7).clamped((20, 10)).area == 0


def test_rounding_errors_take_no_further_pixel():
    assert Box(0.1 + 0.2 - 0.3, 3 - 1e-12, 4 + 1e-12, 5.2).whole() == (0, 3, 4, 6)
