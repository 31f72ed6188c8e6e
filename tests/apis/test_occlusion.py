from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample

from fitness_mm.action.data.keypoint_batch import keypoint_batch
from fitness_mm.apis.networks.recogniser import Window
from fitness_mm.apis.stages.occlusion import find_evidence, without_joint, without_moment
from fitness_mm.keypoints.box import Box


def sample(inputs, keypoints=None, frames=None):
    data = ActionDataSample()
    if keypoints is not None:
        data.keypoints = keypoints
    if frames is not None:
        data.set_metainfo(dict(frame_numbers=frames))
    return dict(inputs=inputs, data_samples=data)


def bare(points, scores):
    """A sample of a network that sees only keypoints, of a person in a box of 10 pixels."""
    keypoints = np.concatenate([points, scores[..., None]], -1).astype(np.float32)
    return keypoint_batch(keypoints[None, None], np.arange(len(points))[None, None],
                          np.array([[[0, 0, 10, 10.]]]), np.array([[[10, 10]]]))


def test_a_joint_disappears_from_every_kind_of_input():
    keypoints = torch.ones(4, 24, 3)
    fused = without_joint(sample(torch.ones(4, 3, 8, 6), keypoints), 5)
    assert fused['data_samples'].keypoints[..., 2].sum(0).tolist() == [4] * 5 + [0] + [4] * 18
    assert keypoints.min() == 1  # the sample itself stays
    given = bare(np.ones((4, 24, 2), np.float32), np.ones((4, 24), np.float32))
    alone = without_joint(given, 5)['inputs']
    assert alone[0, 0, :, 5].unique(dim=0).tolist() == [[4.5, 4.5, 0]]  # the middle of the box
    assert alone.sum() == 4 * (23 * 3 + 9) and given['inputs'].sum() == 4 * 24 * 3


def test_a_moment_repeats_its_nearest_neighbour():
    chosen = np.array([True, False, False, True, False, False])  # in two clips of three frames
    frames = torch.arange(6.).view(6, 1, 1, 1).expand(6, 3, 8, 6)
    fused = without_moment(sample(frames, torch.arange(6.).view(6, 1, 1).expand(6, 24, 3)), chosen)
    assert fused['inputs'][:, 0, 0, 0].tolist() == [1, 1, 2, 2, 4, 5]
    assert fused['data_samples'].keypoints[:, 0, 0].tolist() == [1, 1, 2, 2, 4, 5]
    skeleton = torch.arange(6.).view(2, 1, 3, 1, 1).expand(2, 1, 3, 24, 3)
    pixels = torch.arange(6.).view(2, 1, 3, 1, 1).expand(2, 3, 3, 24, 5)  # of a 3D network
    keypoints = torch.arange(6.).view(6, 1, 1).expand(6, 24, 3)  # packed, and seen by none
    moved = without_moment(sample(pixels, keypoints), chosen)['inputs']
    assert moved[:, 0, :, 0, 0].flatten().tolist() == [1, 1, 2, 2, 4, 5]
    found = without_moment(sample(skeleton), chosen)['inputs']
    assert found.shape == skeleton.shape
    assert found[:, 0, :, 0, 0].flatten().tolist() == [1, 1, 2, 2, 4, 5]


class KneeRecogniser:
    """Finds the fault where the left knee, keypoint 13, is high at the third moment."""

    sees_keypoints_only = True

    def samples(self, windows):
        return [bare(w.keypoints, w.scores) for w in windows]

    def predict(self, samples):
        heights = [(s['inputs'][0, 0, :, 13, 0] * s['inputs'][0, 0, :, 13, 2]).max()
                   for s in samples]
        return [SimpleNamespace(condition_logits=-height[None]) for height in heights]


def test_evidence_names_what_the_network_looks_at():
    keypoints = np.zeros((4, 24, 2), np.float32)
    keypoints[2, 13] = 7
    window = Window(np.array([1., 2, 3, 4]), keypoints, np.ones((4, 24)), (), (10, 10),
                    Box(0, 0, 10, 10))
    evidence = find_evidence(KneeRecogniser(), window, 0)
    assert evidence.joints == (('Left Knee', 7.0), )
    assert evidence.moments == ((3.0, 7.0), ) and evidence.time == 3.0
    assert find_evidence(KneeRecogniser(), window, 0, time=2.5).time == 2.5


class PixelRecogniser:
    """Finds the fault where the third moment is bright in a row of pixels, and sees no joint."""

    network = SimpleNamespace(model=None)
    sees_keypoints_only = False

    def __init__(self, shape, dtype=torch.uint8):
        self.shape, self.dtype = shape, dtype

    def samples(self, windows):
        pixels = torch.zeros(self.shape, dtype=self.dtype)
        pixels[..., 5, :] = 9  # a row that is no joint, whatever its number
        keypoints = torch.ones(4, 24, 3)  # packed for whoever wants them
        return [sample(pixels, keypoints, np.arange(4)) for _ in windows]

    def predict(self, samples):
        self.asked = len(samples)
        return [SimpleNamespace(condition_logits=-s['inputs'][..., 5, :].float().mean()[None])
                for s in samples]


@pytest.mark.parametrize('recogniser', [
    PixelRecogniser((4, 3, 24, 3)), PixelRecogniser((1, 3, 4, 32, 24)),
    PixelRecogniser((1, 3, 4, 24, 3)), PixelRecogniser((1, 3, 4, 32, 24), torch.float32)
], ids=['2d', '3d', '3d as narrow as a skeleton', '3d floats'])
def test_a_network_of_pixels_gives_no_evidence_of_joints(recogniser):
    window = Window(np.array([1., 2, 3, 4]), np.zeros((4, 24, 2), np.float32), np.ones((4, 24)),
                    (), (10, 10), Box(0, 0, 10, 10))
    evidence = find_evidence(recogniser, window, 0)
    assert evidence.joints == ()
    assert recogniser.asked == 1 + 4  # no joint was occluded
