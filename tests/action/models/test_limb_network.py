"""The limb network: what its features say, and what they must not depend on."""

import numpy as np
import pytest
import torch

from fitness_mm.action.models.limb_network import LimbNetwork, limb_features
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, LIMBS, NUM_KEYPOINTS

K, L = NUM_KEYPOINTS, len(LIMBS)


@pytest.fixture
def clips():
    """Two clips of five frames, all joints seen."""
    generator = torch.Generator().manual_seed(0)
    points = torch.randn(2, 5, K, 2, generator=generator) * 40 + 100
    return torch.cat([points, torch.ones(2, 5, K, 1)], dim=-1)


def test_place_and_size_of_the_body_change_nothing(clips):
    moved = clips.clone()
    moved[..., :2] = moved[..., :2] * 3.5 + torch.tensor([250.0, -70.0])

    assert torch.allclose(limb_features(clips), limb_features(moved), atol=1e-4)


def test_a_limb_has_its_direction_and_length():
    # all joints at the origin but one hand's palm, 6 to the right and 8 down of its wrist
    clip = torch.zeros(1, 1, K, 3)
    clip[..., 2] = 1
    palm = KEYPOINT_INDEX['Left Palm']
    clip[0, 0, palm, :2] = torch.tensor([6.0, 8.0])

    features = limb_features(clip)[0, 0]

    # centre (6, 8) / 24; mean square distance from it: 100 / 24 - 100 / 24^2
    spread = np.sqrt(100 / 24 - 100 / 24**2)
    at = LIMBS.index((palm, KEYPOINT_INDEX['Left Wrist']))
    direction = features[3 * K + 2 * at:3 * K + 2 * at + 2]
    length = 10 / spread
    assert np.allclose(direction, np.array([0.6, 0.8]) * length / (length + 0.05), atol=1e-5)
    assert np.isclose(features[3 * K + 2 * L + at], 3 * length, atol=1e-5)
    assert np.isclose(features[3 * K + 2 * L:].sum(), 3 * length, atol=1e-5)  # no other limb
    assert np.allclose(features[:2], -np.array([6, 8]) / 24 / spread, atol=1e-5)  # the nose


def test_where_an_unseen_joint_is_said_to_be_changes_nothing(clips):
    clips[:, 2, 7, 2] = 0
    elsewhere = clips.clone()
    elsewhere[:, 2, 7, :2] = 1e4

    assert torch.equal(limb_features(clips), limb_features(elsewhere))
    assert not torch.equal(limb_features(clips)[0, 2], limb_features(clips)[0, 3])


def test_a_clip_without_any_joint_is_finite():
    assert torch.isfinite(LimbNetwork(width=8).eval()(torch.zeros(1, 1, 4, K, 3))).all()


def test_frames_are_a_set_and_clips_do_not_touch(clips):
    torch.manual_seed(0)
    network = LimbNetwork(width=16).eval()
    x = clips[:, None]  # (N, M, T, K, 3)

    feature = network(x)

    assert feature.shape == (2, 1, 16, 1, 1)
    assert torch.allclose(network(x[:, :, [3, 0, 4, 1, 2]]), feature, atol=1e-5)
    assert torch.allclose(network(x[1:]), feature[1:], atol=1e-5)


def test_frames_that_are_not_given_do_not_count(clips):
    torch.manual_seed(0)
    network = LimbNetwork(width=16).eval()
    more = torch.cat([clips, 9 * torch.ones_like(clips[:, :2])], dim=1)
    more[:, 5:, :, 2] = 0

    assert torch.allclose(network(more[:, None]), network(clips[:, None]), atol=1e-6)


def test_pooling_is_mean_maximum_and_deviation(clips):
    network = LimbNetwork(width=16).eval()
    pooled = []
    network.clip.register_forward_pre_hook(lambda module, inputs: pooled.append(inputs[0]))

    network(clips[:, None])

    frames = network.frame(limb_features(clips))
    expected = [frames.mean(1), frames.amax(1), (frames.var(1, unbiased=False) + 1e-6).sqrt()]
    assert torch.allclose(pooled[0], torch.cat(expected, 1), atol=1e-4)


def test_every_weight_learns(clips):
    network = LimbNetwork(width=16)

    network(clips[:, None]).square().sum().backward()

    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())
