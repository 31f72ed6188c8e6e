"""The posture network: what its features say, and what they must not depend on."""

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope

import fitness_mm.action  # noqa: F401 - registers the models
from fitness_mm.action.models.posture_features import (
    NUM_PLANE_FEATURES,
    NUM_SPACE_FEATURES,
    plane_features,
    space_features,
    standardized,
)
from fitness_mm.action.models.posture_network import PostureNetwork
from fitness_mm.action.models.posture_recognizer import _some_of
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, LIMBS, NUM_KEYPOINTS

K, L = NUM_KEYPOINTS, len(LIMBS)


@pytest.fixture
def clips():
    """Two clips of five frames, all joints seen, with a depth as a fourth value."""
    generator = torch.Generator().manual_seed(0)
    points = torch.randn(2, 5, K, 3, generator=generator) * 40 + 100
    return torch.cat([points[..., :2], torch.ones(2, 5, K, 1), points[..., 2:]], dim=-1)


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = PostureNetwork(width=16, channels=20)
    for norm in (network.plane_norm, network.space_norm):
        norm.running_mean.normal_()  # as if trained
        norm.running_var.uniform_(0.5, 2)
    return network.eval()


def feature(network, clips):
    return network(clips[..., :3], clips[..., 3])[0]


def test_a_limb_has_its_direction_and_length():
    # all joints at the origin but one hand's palm, 6 to the right and 8 down of its wrist
    points, given = torch.zeros(1, 1, K, 2), torch.ones(1, 1, K, 1)
    palm = KEYPOINT_INDEX['Left Palm']
    points[0, 0, palm] = torch.tensor([6.0, 8.0])

    features = plane_features(standardized(points, given)[0], given)[0, 0]

    # centre (6, 8) / 24; mean square distance from it: 100 / 24 - 100 / 24^2
    spread = np.sqrt(100 / 24 - 100 / 24**2)
    at = LIMBS.index((palm, KEYPOINT_INDEX['Left Wrist']))
    direction = features[2 * K + 2 * at:2 * K + 2 * at + 2]
    length = 10 / spread
    assert np.allclose(direction, np.array([0.6, 0.8]) * length / (length + 0.05), atol=1e-5)
    lengths = features[2 * K + 2 * L:2 * K + 3 * L]
    assert np.isclose(lengths[at], 3 * length, atol=1e-5)
    assert np.isclose(lengths.sum(), 3 * length, atol=1e-5)  # no other limb
    assert np.allclose(features[:2], -np.array([6, 8]) / 24 / spread, atol=1e-5)  # the nose
    assert len(features) == NUM_PLANE_FEATURES and features[-K:].eq(1).all()


def test_what_differs_from_the_mean_of_the_clip(clips):
    given = torch.ones(2, 5, K, 1)
    points, _ = standardized(clips[..., :2], given)
    features = plane_features(points, given)
    from_mean = features[..., 2 * K + 3 * L:4 * K + 3 * L]
    expected = 3 * (points - points.mean(1, keepdim=True)).flatten(2)
    assert torch.allclose(from_mean, expected, atol=1e-5)
    assert torch.allclose(features[..., 2 * K + 3 * L:-K].sum(1), torch.zeros(2, 2 * (K + L)),
                          atol=1e-4)


def test_space_has_the_angles_of_adjoining_limbs_whichever_way_the_body_faces(clips):
    given = torch.ones(2, 5, K, 1)
    points, _ = standardized(clips[..., [0, 1, 3]], given)
    features = space_features(points, given)

    c, s = np.cos(2.0), np.sin(2.0)
    turn = torch.tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=torch.float32)
    assert torch.allclose(space_features(points @ turn.T, given), features, atol=1e-3)
    assert features.shape == (2, 5, NUM_SPACE_FEATURES)
    pairs = [(a, b) for a in range(L) for b in range(a) if set(LIMBS[a]) & set(LIMBS[b])]
    limb = [points[:, :, a] - points[:, :, b] for a, b in LIMBS]
    direction = [one / (one.norm(dim=-1, keepdim=True) + 0.05) for one in limb]
    expected = torch.stack([(direction[a] * direction[b]).sum(-1) for a, b in pairs], -1)
    assert torch.allclose(features[..., -len(pairs):], expected, atol=1e-3)


def test_place_and_size_of_the_body_change_nothing(network, clips):
    moved = clips.clone()
    moved[..., [0, 1, 3]] = moved[..., [0, 1, 3]] * 3.5 + torch.tensor([250.0, -70.0, 33.0])

    assert torch.allclose(feature(network, moved), feature(network, clips), atol=1e-3)


def test_where_an_unseen_joint_is_said_to_be_changes_nothing(network, clips):
    seen = feature(network, clips)
    clips[:, 2, 7, 2] = 0
    elsewhere = clips.clone()
    elsewhere[:, 2, 7, :2], elsewhere[:, 2, 7, 3] = 1e4, torch.nan

    assert torch.equal(feature(network, clips), feature(network, elsewhere))
    assert not torch.allclose(feature(network, clips), seen, atol=1e-4)


def test_a_clip_without_any_joint_is_finite(network):
    assert torch.isfinite(network(torch.zeros(1, 4, K, 3))[0]).all()


def test_frames_are_a_set_and_clips_do_not_touch(network, clips):
    all_of_them = feature(network, clips)

    assert all_of_them.shape == (2, 20)
    assert torch.allclose(feature(network, clips[:, [3, 0, 4, 1, 2]]), all_of_them, atol=1e-5)
    assert torch.allclose(feature(network, clips[1:]), all_of_them[1:], atol=1e-5)
    more = torch.cat([clips, 9 * torch.ones_like(clips[:, :2])], dim=1)
    more[:, 5:, :, 2] = 0
    assert torch.allclose(feature(network, more), all_of_them, atol=1e-5)


def test_pooling_is_mean_extremes_and_deviation(network, clips):
    frames, pooled = [], []
    network.frame.register_forward_hook(lambda module, inputs, output: frames.append(output))
    network.clip.register_forward_pre_hook(lambda module, inputs: pooled.append(inputs[0]))

    feature(network, clips)

    deviation = (frames[0].var(1, unbiased=False) + 1e-6).sqrt()
    expected = [frames[0].mean(1), frames[0].amax(1), frames[0].amin(1), deviation]
    assert torch.allclose(pooled[0], torch.cat(expected, 1), atol=1e-4)


def test_depth_that_is_not_known_is_estimated(network, clips):
    unknown = clips.clone()
    unknown[0, ..., 3] = torch.nan
    with_depth, lifted = network(unknown[..., :3], unknown[..., 3])

    assert torch.allclose(with_depth[1], feature(network, clips)[1], atol=1e-5)
    assert torch.allclose(with_depth[0], network(clips[:1, ..., :3])[0][0], atol=1e-5)
    assert torch.allclose(lifted.mean(-1), torch.zeros(2, 5), atol=1e-5)
    # it is as good as any other: told what was estimated, the network says the same
    _, spread = standardized(clips[..., :2], torch.ones(2, 5, K, 1))
    assert torch.allclose(network(clips[..., :3], lifted * spread[..., 0])[0],
                          network(clips[..., :3])[0], atol=1e-4)


@pytest.fixture
def recognizer(network):
    init_default_scope('mmaction')
    recognizer = MODELS.build(dict(
        type='PostureRecognizer', loss_depth=2.0,
        backbone=dict(type='PostureNetwork', width=16, channels=20),
        cls_head=dict(type='PostureHead', num_conditions=[1, 2],
                      head=dict(type='GCNHead', in_channels=20))))
    recognizer.backbone = network
    return recognizer


@pytest.fixture
def views(clips):
    """Two clips of three views and, of the first, their front, (N, V, 1, T, K, 4)."""
    views = torch.stack([clips, clips[..., [1, 0, 2, 3]], -clips.abs(), clips + 3], 1)
    views[..., 2] = 1
    views[1, -1, ..., 2] = 0
    return views[:, :, None]


def test_a_clip_is_seen_in_each_of_its_views_and_from_its_front(recognizer, views):
    views[:, :-1, ..., 3] = torch.nan
    views[1, 1, ..., 2] = 0  # a view that there is not

    feature, _ = recognizer.extract_feat(views)

    network = recognizer.backbone
    front = network(views[:1, -1, 0, ..., :3], views[:1, -1, 0, ..., 3])[0]
    single = [network(views[:, v, 0, ..., :3])[0] for v in range(3)]
    assert feature.shape == (2, 1, 20, 1, 1)
    assert torch.allclose(feature[0].flatten(),
                          front[0] / 2 + sum(each[0] for each in single) / 6, atol=1e-5)
    assert torch.allclose(feature[1].flatten(), (single[0][1] + single[2][1]) / 2, atol=1e-5)
    # three values a keypoint are views without a depth
    assert torch.allclose(recognizer.extract_feat(views[1:, :3, ..., :3])[0],
                          feature[1:], atol=1e-5)
    views[..., 2] = 0
    assert recognizer.extract_feat(views)[0].isfinite().all()


def sample():
    sample = ActionDataSample()
    sample.set_field(torch.tensor([0, 1]), 'gt_label')
    sample.set_field(torch.tensor([[1, -1, -1], [-1, 0, 1]], dtype=torch.int8), 'gt_conditions')
    return sample


def test_training_has_losses_of_views_space_and_depth_and_every_weight_learns(recognizer, views):
    recognizer.train()

    losses = recognizer(views, [sample()], mode='loss')

    names = {name for name in losses if 'loss' in name}
    assert names == {'loss_cls', 'loss_conditions', 'space_loss_cls', 'space_loss_conditions',
                     'loss_depth'}
    sum(losses[name] for name in names).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in recognizer.parameters())
    # and of single views, of which nothing else is known
    losses = recognizer(views[:, :1, ..., :3], [sample()], mode='loss')
    assert {name for name in losses if 'loss' in name} == {'loss_cls', 'loss_conditions',
                                                            'loss_depth'}
    assert losses['loss_depth'] == 0


def test_what_the_depth_is_missed_by_is_the_loss(recognizer, views):
    told = []
    recognizer.backbone.register_forward_hook(lambda module, inputs, output: told.append(inputs[1]))
    views[..., 3] = torch.nan
    views[:, :-1, ..., :12, 3] = 1.0
    views[:, :-1, ..., 12:, 3] = 3.0  # a mean of 2: 1 either way
    views[:, :-1, ..., 0, 3] = torch.nan  # 11 of 23
    with torch.no_grad():
        recognizer.backbone.lift[-1].weight.zero_()
        recognizer.backbone.lift[-1].bias.zero_()
        loss = recognizer(views, [sample()], mode='loss')['loss_depth']

    _, spread = standardized(views[:, :-1, 0, ..., :2].flatten(0, 1), torch.ones(6, 5, K, 1))
    off = torch.cat([(torch.tensor([1.0, 3.0]) - 45 / 23).abs() / one for one in spread.flatten()])
    assert not told[0][:4].isfinite().any()  # views are lifted in training too
    assert off.max() < 0.2  # where the loss is a square
    low, high = (off.view(6, 2).square() / 0.4).unbind(1)
    each = 2 * (11 * low + 12 * high) / 23
    assert each.min() <= loss <= each.max()


def test_of_the_views_of_a_clip_some_are_drawn():
    views = torch.ones(4000, 4, 1, 1, 3)
    views[:, 1, ..., 2] = 0
    views[0] = 0
    chosen = _some_of(views, 2)

    assert chosen[0].sum() == 1 and chosen[1:].sum(1).eq(2).all() and not chosen[1:, 1].any()
    assert torch.allclose(chosen[1:, [0, 2, 3]].float().mean(0), torch.full((3, ), 2 / 3),
                          atol=0.03)
