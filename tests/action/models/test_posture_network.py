"""The posture network: what its features say, and what they must not depend on."""

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope

import fitness_mm.action  # noqa: F401 - registers the models
from fitness_mm.action.models.posture_features import NUM_FEATURES, posture_features
from fitness_mm.action.models.posture_network import PostureNetwork, Views
from fitness_mm.action.models.posture_recognizer import some_of
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

    assert torch.allclose(posture_features(clips), posture_features(moved), atol=1e-4)


def test_a_limb_has_its_direction_and_length():
    # all joints at the origin but one hand's palm, 6 to the right and 8 down of its wrist
    clip = torch.zeros(1, 1, K, 3)
    clip[..., 2] = 1
    palm = KEYPOINT_INDEX['Left Palm']
    clip[0, 0, palm, :2] = torch.tensor([6.0, 8.0])

    features = posture_features(clip)[0, 0]

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

    assert torch.equal(posture_features(clips), posture_features(elsewhere))
    assert not torch.equal(posture_features(clips)[0, 2], posture_features(clips)[0, 3])


def test_a_clip_without_any_joint_is_finite():
    assert torch.isfinite(PostureNetwork(width=8).eval()(torch.zeros(1, 1, 4, K, 3))).all()


def test_what_differs_from_the_mean_of_the_clip(clips):
    features = posture_features(clips)
    positions, from_mean = features[..., :2 * K], features[..., 3 * K + 3 * L:5 * K + 3 * L]
    expected = 3 * (positions - positions.mean(1, keepdim=True))
    assert torch.allclose(from_mean, expected, atol=1e-5)
    assert torch.allclose(features[..., 3 * K + 3 * L:].sum(1), torch.zeros(2, 2 * (K + L)),
                          atol=1e-4)
    assert features.shape == (2, 5, NUM_FEATURES)


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = PostureNetwork(width=16, channels=20)
    network.norm.running_mean.normal_()  # as if trained
    network.norm.running_var.uniform_(0.5, 2)
    return network.eval()


@pytest.fixture
def views(clips):
    """Two clips of three views (N, V, T, K, 3)."""
    generator = torch.Generator().manual_seed(1)
    points = torch.randn(2, 3, 5, K, 2, generator=generator) * 40 + 100
    return torch.cat([points, torch.ones(2, 3, 5, K, 1)], dim=-1)


def test_frames_and_views_are_sets_and_clips_do_not_touch(network, views):
    feature = network(views)

    assert feature.shape == (2, 1, 20, 1, 1)
    assert torch.allclose(network(views[:, :, [3, 0, 4, 1, 2]]), feature, atol=1e-5)
    assert torch.allclose(network(views[:, [2, 0, 1]]), feature, atol=1e-5)
    assert torch.allclose(network(views[1:]), feature[1:], atol=1e-5)
    assert not torch.allclose(network(views[:, :1]), feature, atol=1e-2)


def test_frames_and_views_that_are_not_given_do_not_count(network, views):
    more = torch.cat([views, 9 * torch.ones_like(views[:, :, :2])], dim=2)
    more[:, :, 5:, :, 2] = 0
    more = torch.cat([more, more[:, :1] * torch.tensor([1, 1, 0])], dim=1)

    assert torch.allclose(network(more), network(views), atol=1e-5)


def test_pooling_is_mean_extremes_and_deviation(network, clips):
    pooled = []
    network.clip.register_forward_pre_hook(lambda module, inputs: pooled.append(inputs[0]))

    frames = network.views(clips[:, None]).frames[:, 0]

    deviation = (frames.var(1, unbiased=False) + 1e-6).sqrt()
    expected = [frames.mean(1), frames.amax(1), frames.amin(1), deviation]
    assert torch.allclose(pooled[0], torch.cat(expected, 1), atol=1e-4)


def test_each_view_is_judged_as_if_it_were_alone(network, views):
    views[0, 1, ..., 2] = 0  # the first clip lacks its second view
    each = network.views(views).clips

    for n, v in ((0, 0), (0, 2), (1, 1)):
        assert torch.allclose(each[n, v], network(views[n:n + 1, v:v + 1]).flatten(), atol=1e-5)


def test_training_has_losses_of_views_and_depth_and_every_weight_learns(views):
    torch.manual_seed(0)
    init_default_scope('mmaction')
    recognizer = MODELS.build(dict(
        type='PostureRecognizer', loss_depth=2.0,
        backbone=dict(type='PostureNetwork', width=16, channels=20),
        cls_head=dict(type='PostureHead', num_conditions=[1, 2],
                      head=dict(type='GCNHead', in_channels=20))))
    sample = ActionDataSample()
    sample.set_field(torch.tensor([0, 1]), 'gt_label')
    sample.set_field(torch.tensor([[1, -1, -1], [-1, 0, 1]], dtype=torch.int8), 'gt_conditions')
    depth = torch.where(torch.arange(K) < 3, torch.nan, 0.3).expand(views.shape[:-1])
    inputs = torch.cat([views, depth[..., None]], -1)[:, :, None]

    losses = recognizer(inputs, [sample], mode='loss')

    told = recognizer.backbone.depth(recognizer.backbone.views(inputs[:, :, 0, ..., :3]).frames)
    assert told.shape == views.shape[:-1]
    names = {name for name in losses if 'loss' in name}
    assert names == {'loss_cls', 'loss_conditions', 'views_loss_cls', 'views_loss_conditions',
                     'loss_depth'}
    sum(losses[name] for name in names).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in recognizer.parameters())
    with torch.no_grad():
        recognizer.backbone.depth.weight.zero_()
        recognizer.backbone.depth.bias.fill_(0.31)
        losses = recognizer(inputs, [sample], mode='loss')
    assert losses['loss_depth'] == pytest.approx(2 * 0.5 * 0.01**2 / 0.05, rel=1e-3)


def test_of_the_views_of_a_clip_each_number_is_drawn():
    given = torch.ones(4000, 3, 2, dtype=torch.bool)
    given[:, 1] = False
    some = some_of(Views(torch.zeros(4000, 3, 2, 1), torch.zeros(4000, 3, 1), given)).given

    assert torch.equal(some[..., 0], some[..., 1]) and not some[:, 1].any()
    for chosen in ((True, False, False), (False, False, True)):
        share = (some[..., 0] == torch.tensor(chosen)).all(1).float().mean()
        assert share == pytest.approx(0.25, abs=0.03)
    assert some[..., 0].all(1).sum() == 0 and some.any(2).sum(1).min() == 1
