import math

import numpy as np
import pytest

from fitness_mm.keypoints.measures import torso_length_px, union_box
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, NUM_KEYPOINTS

TORSO = ('Left Shoulder', 'Right Shoulder', 'Left Hip', 'Right Hip')


@pytest.mark.parametrize('points, visible, margin, box', [
    ([[50, 30], [70, 46]], [1, 1], 0.0, (50, 30, 71, 47)),
    ([[50, 30], [70, 46]], [1, 1], 0.1, (41, 21, 80, 56)),  # 9 px of 90 lines
    ([[50, 30], [70, 46]], [1, 0], 0.0, (50, 30, 51, 31)),
    ([[50.4, 30], [70.2, 46]], [1, 1], 0.0, (50, 30, 72, 47)),
    ([[5, 85], [158, 88]], [1, 1], 0.1, (0, 76, 160, 90)),
    ([[50, 30], [70, 46]], [0, 0], 0.1, (0, 0, 160, 90)),
])
def test_union_box(points, visible, margin, box):
    assert union_box(np.array(points), np.array(visible), (90, 160), margin) == box


def torso_labels(lengths):
    keypoints = np.zeros((len(lengths), NUM_KEYPOINTS, 2), np.float32)
    for frame, length in zip(keypoints, lengths, strict=True):
        frame[[KEYPOINT_INDEX[name] for name in TORSO]] = [
            (30, 10), (10, 10), (25, 10 + length), (15, 10 + length)]
    return keypoints


def test_torso_is_the_median_of_frames_that_show_it():
    visible = np.ones((4, NUM_KEYPOINTS), bool)
    assert torso_length_px(torso_labels([40, 44, 900, 42]), visible) == pytest.approx(43)
    visible[2, KEYPOINT_INDEX['Left Hip']] = False
    assert torso_length_px(torso_labels([40, 44, 900, 42]), visible) == pytest.approx(42)
    assert math.isnan(torso_length_px(torso_labels([40]), np.zeros((1, NUM_KEYPOINTS))))
