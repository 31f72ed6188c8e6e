"""Where a spot of the video is in crops, and in frames read from them."""

import numpy as np
import pytest

from fitness_mm.apis.video.crops import CropReader, cut_out
from fitness_mm.keypoints.box import Box

SPOT = (70.0, 52.0)


def video_frame(size=(160, 120)):
    columns, rows = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    spot = 250 * np.exp(-((columns - SPOT[0])**2 + (rows - SPOT[1])**2) / 32)
    return np.repeat(spot[..., None], 3, axis=2).astype(np.uint8)


def centre(image):
    light = image[..., 0].astype(float)
    rows, columns = np.indices(light.shape)
    return np.array([(light * columns).sum(), (light * rows).sum()]) / light.sum()


@pytest.mark.parametrize('max_height', [1000, 50, 33])
@pytest.mark.parametrize('box', [Box(40, 30, 100, 80), Box(-20, 10, 110.4, 300)])
def test_a_crop_says_where_it_is(box, max_height):
    crop = cut_out(video_frame(), box, 0.1, max_height)
    assert crop.image.shape[0] <= max_height and crop.video_size == (160, 120)
    np.testing.assert_allclose(centre(crop.image), crop.mapping.apply(np.array(SPOT)), atol=0.1)


def test_frames_of_crops_lie_in_the_same_pixels():
    frame = video_frame()
    # the box was moved in between, and the third crop is of another resolution
    crops = [cut_out(frame, Box(40, 30, 100, 80), 0.2, 60), cut_out(frame, Box(50, 20, 120, 90),
                                                                    0.2, 60),
             cut_out(frame, Box(30, 30, 110, 90), 0.0, 30)]
    reader = CropReader(crops)
    (whole, ), mapping = reader([0])
    assert whole is crops[0].image and mapping == crops[0].mapping
    frames, mapping = reader([0, 1, 2, 1], Box(45, 33, 95, 77))
    assert len({image.shape for image in frames}) == 1
    for image in frames:
        np.testing.assert_allclose(centre(image), mapping.apply(np.array(SPOT)), atol=0.3)
    # cut out of its own pixels nothing is interpolated
    part = crops[0].mapping.apply_box((45, 33, 95, 77)).whole()
    np.testing.assert_array_equal(frames[0], crops[0].image[part.slices])
