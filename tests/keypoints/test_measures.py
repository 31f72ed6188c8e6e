import math

import numpy as np
import pytest

from fitness_mm.keypoints.measures import torso_length_px
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, NUM_KEYPOINTS

TORSO = ('Left Shoulder', 'Right Shoulder', 'Left Hip', 'Right Hip')


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
