import math

import pytest
import torch

from fitness_mm.action import gaussian_heatmaps


def reference(x, y, size, sigma):
    """One map, pixel by pixel in double precision."""
    height, width = size
    return torch.tensor([[
        math.exp(-((j - x)**2 + (i - y)**2) / (2 * sigma**2)) for j in range(width)
    ] for i in range(height)], dtype=torch.float64)


@pytest.mark.parametrize('x, y', [
    (7, 4),  # a pixel's centre
    (7.3, 4.9),  # between pixels
    (-0.5, -0.5), (15.499, 11.499),  # borders
    (-3.2, 5.0), (18.0, 14.5),  # off the image: the tail remains
    (-400.0, 900.0),  # far off
])  # yapf: disable
def test_agrees_with_a_pixelwise_reference(x, y):
    size, sigma = (12, 16), 2.5
    rendered = gaussian_heatmaps(torch.tensor([[x, y, 1.0]]), size, sigma)[0]
    torch.testing.assert_close(
        rendered.double(), reference(x, y, size, sigma), rtol=0, atol=1e-5)


def test_peak_is_one_at_the_pixel_that_holds_the_keypoint():
    rendered = gaussian_heatmaps(torch.tensor([[5, 3, 0.4]]), (8, 9), 2.0)[0]
    assert rendered[3, 5] == 1.0
    assert rendered.argmax() == 3 * 9 + 5


@pytest.mark.parametrize('x, score', [(4.0, 0.0), (float('nan'), 0.0), (float('inf'), -1.0)])
def test_absent_keypoints_leave_an_empty_map(x, score):
    rendered = gaussian_heatmaps(torch.tensor([[x, 2.0, score]]), (6, 6), 1.0)
    assert torch.equal(rendered, torch.zeros(1, 6, 6))


def test_amplitude_is_the_peak():
    keypoints = torch.tensor([[5, 3, 1.0]])
    rendered = gaussian_heatmaps(keypoints, (8, 9), 2.0, amplitude=7.0)
    torch.testing.assert_close(rendered, 7 * gaussian_heatmaps(keypoints, (8, 9), 2.0))
    assert rendered.max() == 7


@pytest.mark.parametrize('stride', [2, 3, 4])
def test_coarse_maps_lie_where_the_image_does(stride):
    keypoints = torch.tensor([[25.3, 17.8, 1.0]])
    whole = gaussian_heatmaps(keypoints, (36, 48), 6.0)[0]
    coarse = gaussian_heatmaps(keypoints, (36 // stride, 48 // stride), 6.0, stride=stride)[0]
    shrunk = torch.nn.functional.avg_pool2d(whole[None], stride)[0]
    torch.testing.assert_close(coarse, shrunk, rtol=0, atol=0.04)


def test_any_leading_shape_and_a_strided_destination():
    keypoints = torch.rand(2, 3, 5, 3, generator=torch.manual_seed(0)) * 10
    expected = gaussian_heatmaps(keypoints, (8, 6), 1.5)
    assert expected.shape == (2, 3, 5, 8, 6)
    buffer = torch.full((2, 3, 8, 8, 6), 7.0)
    gaussian_heatmaps(keypoints, (8, 6), 1.5, out=buffer[:, :, 3:])
    assert torch.equal(buffer[:, :, 3:], expected)
    assert (buffer[:, :, :3] == 7).all()


def test_half_precision_is_written_as_such_and_close():
    keypoints = torch.rand(2, 3, 5, 3, generator=torch.manual_seed(0)) * 10
    expected = gaussian_heatmaps(keypoints, (8, 6), 1.5)
    half = gaussian_heatmaps(keypoints, (8, 6), 1.5, out=torch.empty(2, 3, 5, 8, 6).bfloat16())
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.float(), expected, rtol=0, atol=3 * 2**-9)
