"""Where pixels go, with what OpenCV and matplotlib do to images as the reference."""

import cv2
import matplotlib
import numpy as np
import pytest

from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.pixels import PixelMap, to_centres, to_edges

matplotlib.use('Agg')


@pytest.mark.parametrize('box, size, point, expected', [
    ((0, 0, 64, 36), (64, 36), (5, 7), (5, 7)),
    ((10, 20, 30, 60), (20, 40), (10, 20), (0, 0)),
    # enlarged twice, pixel 0 becomes pixels 0 and 1, whose common centre is 0.5
    ((10, 20, 30, 60), (40, 80), (10, 20), (0.5, 0.5)),
    # halved, pixels 0 and 1 become pixel 0; their common centre 0.5 becomes 0
    ((10, 20, 30, 60), (10, 20), (10.5, 20.5), (0, 0)),
    # the outer edges stay edges: half a pixel outside the first and the last pixel
    ((10, 20, 30, 60), (15, 10), (9.5, 59.5), (-0.5, 9.5)),
])
def test_a_cut_out_box_by_hand(box, size, point, expected):
    mapping = PixelMap.of_box(box, size)
    mapped = mapping.apply(np.full((2, 24, 2), point))
    assert mapped.shape == (2, 24, 2) and mapped.dtype == np.float32
    np.testing.assert_allclose(mapped[1, 3], expected, atol=1e-6)
    np.testing.assert_allclose(mapping.inverse().apply(mapped)[1, 3], point, atol=1e-5)
    np.testing.assert_allclose(mapping.matrix @ (*point, 1), expected, atol=1e-6)
    np.testing.assert_allclose(mapping.apply_box(box), (0, 0, *size), atol=1e-9)


def spot(x, y, size=(96, 64)):
    columns, rows = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    return np.exp(-((columns - x)**2 + (rows - y)**2) / 18).astype(np.float32)


def centre(image):
    rows, columns = np.indices(image.shape)
    return np.array([(image * columns).sum(), (image * rows).sum()]) / image.sum()


def test_images_go_where_the_map_says():
    first, box = spot(40, 30), Box(15, 9, 75, 59)
    cut = first[box.slices]
    cropped = PixelMap().cropped(box)
    for image, mapping in (
            (cut, cropped), (cv2.resize(cut, (90, 60)), cropped.resized(90 / 60, 60 / 50)),
            (cv2.resize(cut, (40, 25), interpolation=cv2.INTER_AREA),
             PixelMap.of_box(box, (40, 25)))):
        np.testing.assert_allclose(centre(image), mapping.apply(np.array([40, 30])), atol=0.02)
    mirrored = mapping.mirrored(96, 40)
    np.testing.assert_allclose(centre(image[:, ::-1]),
                               mirrored.apply(centre(first[:, ::-1])), atol=0.02)
    there = PixelMap.of_box((3, 4, 80, 60), (33, 21))
    back = mapping.inverse().then(there)
    np.testing.assert_allclose(back.apply(mapping.apply(np.array([7, 8]))),
                               there.apply(np.array([7, 8])), atol=1e-5)


def test_an_image_is_drawn_where_it_lies():
    mapping = PixelMap.of_box((10, 20, 30, 60), (40, 20))
    left, right, bottom, top = mapping.extent((40, 20))
    assert (left, right, bottom, top) == pytest.approx((9.5, 29.5, 59.5, 19.5))


def test_the_border_to_transforms_that_count_edges():
    points = np.array([[0, 0], [95, 63]])
    edges = to_edges(points)
    assert edges.dtype == np.float32 and edges.tolist() == [[0.5, 0.5], [95.5, 63.5]]
    np.testing.assert_array_equal(to_centres(edges), points)
