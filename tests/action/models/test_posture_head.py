import copy

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope
from torch.nn.functional import binary_cross_entropy_with_logits

import fitness_mm.action  # noqa: F401 - registers the head

CONDITIONS = (2, 1, 3)  # 3 exercises, 6 conditions

INNER = {
    'tsm': (dict(type='TSMHead', in_channels=4, num_segments=2, dropout_ratio=0.0),
            (2 * 2, 4, 3, 3), dict(num_segs=2)),
    'lstm': (dict(type='LSTMHead', in_channels=4, num_segments=2, hidden_size=5, mlp_width=5),
             (2 * 2, 4, 3, 3), dict(num_segs=2)),
    'gcn': (dict(type='GCNHead', in_channels=4), (2, 1, 4, 3, 24), {}),
    'i3d': (dict(type='I3DHead', in_channels=4, dropout_ratio=0.0), (2, 4, 2, 3, 3), {}),
}


def build(inner='gcn', **kwargs):
    init_default_scope('mmaction')
    torch.manual_seed(0)
    return MODELS.build(dict(type='PostureHead', head=INNER[inner][0], num_conditions=CONDITIONS,
                             **kwargs))


def sample(label, conditions, **fields):
    made = ActionDataSample().set_gt_label(label)
    made.set_field(torch.tensor(conditions, dtype=torch.int8), 'gt_conditions')
    for name, value in fields.items():
        made.set_field(value, name)
    return made


FIRST = (0, [1, 0, -1, -1, -1, -1])
SECOND = (2, [-1, -1, -1, 0, -1, 1])  # one condition of its exercise is not given
QUARANTINED = (1, [-1] * 6)


@pytest.mark.parametrize('inner', INNER)
def test_any_head_is_widened_and_trained(inner):
    head = build(inner)
    _, shape, kwargs = INNER[inner]
    feats = torch.randn(shape)
    losses = head.loss(feats, [sample(*FIRST), sample(*SECOND)], **kwargs)
    assert losses.keys() == {'top1_acc', 'top5_acc', 'loss_cls', 'loss_conditions',
                             'conditions_acc'}
    (losses['loss_cls'] + losses['loss_conditions']).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in head.parameters())

    first, second = head.predict(feats, [sample(*FIRST), sample(*SECOND)], **kwargs)
    scores = head(feats, **kwargs)
    clip = scores if scores.ndim == 2 else scores[:, 0]
    torch.testing.assert_close(first.pred_logits, clip[0, :3])
    torch.testing.assert_close(first.pred_score, clip[0, :3].softmax(0))
    torch.testing.assert_close(second.condition_logits, clip[1, 3:])
    assert first.pred_label.tolist() == [clip[0, :3].argmax()]
    assert ('frame_condition_logits' in first) == (inner == 'tsm')


@pytest.mark.parametrize('inner', ['gcn', 'tsm'])
def test_conditions_of_one_kind_share_a_score(inner):
    head = build(inner, condition_kinds=[0, 1, 0, 2, 1, 0])
    feats, kwargs = torch.randn(INNER[inner][1]), INNER[inner][2]
    own = head.head(feats, **kwargs)  # 3 exercises, 6 conditions, 3 kinds
    scores = head(feats, **kwargs)
    assert scores.shape == (*own.shape[:-1], 9)
    torch.testing.assert_close(scores[..., :3], own[..., :3])
    torch.testing.assert_close(scores[..., 3:], own[..., 3:9] + own[..., [9, 10, 9, 11, 10, 9]])

    first, _ = head.predict(feats, [sample(*FIRST), sample(*SECOND)], **kwargs)
    clip = scores if scores.ndim == 2 else scores[:, 0]
    torch.testing.assert_close(first.condition_logits, clip[0, 3:])
    head.loss(feats, [sample(*FIRST), sample(*FIRST)], **kwargs)['loss_conditions'].backward()
    layer = [m for m in head.head.modules() if isinstance(m, torch.nn.Linear)][-1]
    taught = layer.weight.grad.abs().sum(1) > 0
    # the first two conditions, and with them the kinds of these two
    assert taught.tolist() == [False] * 3 + [True, True] + [False] * 4 + [True, True, False]


def test_losses_against_hand_computed_numbers():
    head = build(loss_exercise=dict(type='CrossEntropyLoss', loss_weight=2.0),
                 loss_conditions=dict(type='BCELossWithLogits', loss_weight=0.5))
    scores = torch.tensor([[1.0, 0.0, 0.0, 2.0, 0.0, 9.0, 9.0, 9.0, 9.0],
                           [0.0, 0.0, 3.0, 9.0, 9.0, 9.0, 0.0, 9.0, -1.0]])
    losses = head.loss_by_feat(scores, [sample(*FIRST), sample(*SECOND)])
    e = np.e
    exercise = -(np.log(e / (e + 2)) + np.log(e**3 / (e**3 + 2))) / 2
    # kept with 2, broken with 0, broken with 0, kept with -1; not one of the nines
    conditions = (np.log(1 + e**-2) + np.log(2) + np.log(2) + np.log(1 + e)) / 4
    assert losses['loss_cls'].item() == pytest.approx(2 * exercise, rel=1e-5)
    assert losses['loss_conditions'].item() == pytest.approx(0.5 * conditions, rel=1e-5)
    # 0 counts as broken
    assert losses['conditions_acc'].item() == pytest.approx(3 / 4)


def test_gradients_are_those_of_each_clips_own_conditions():
    scores = torch.randn(3, 9, requires_grad=True)
    losses = build().loss_by_feat(
        scores, [sample(*FIRST), sample(*SECOND), sample(*QUARANTINED)])
    losses['loss_conditions'].backward()
    expected = torch.zeros(3, 9)
    # d/dx of the cross entropy is sigmoid(x) - target, and 4 judgements are averaged
    for row, place, target in ((0, 3, 1.0), (0, 4, 0.0), (1, 6, 0.0), (1, 8, 1.0)):
        expected[row, place] = (scores[row, place].sigmoid().item() - target) / 4
    torch.testing.assert_close(scores.grad, expected)


def test_a_batch_without_usable_conditions_has_a_zero_loss_with_a_graph():
    head = build()
    losses = head.loss(torch.randn(INNER['gcn'][1]), [sample(*QUARANTINED), sample(*QUARANTINED)])
    assert losses['loss_conditions'].item() == 0
    assert 'conditions_acc' not in losses
    losses['loss_conditions'].backward()
    assert all((p.grad == 0).all() for p in head.parameters())


def test_weights_and_smoothing_of_conditions():
    logits = torch.randn(1, 9)
    plain = -torch.log(torch.sigmoid(torch.stack([logits[0, 3], -logits[0, 4]])))
    weighted = build(fault_weight=[1, 3, 1, 1, 1, 1]).loss_by_feat(logits, [sample(*FIRST)])
    assert weighted['loss_conditions'].item() == pytest.approx(
        ((plain[0] + 3 * plain[1]) / 2).item())
    smooth = build(condition_smooth_eps=0.2).loss_by_feat(logits, [sample(*FIRST)])
    expected = binary_cross_entropy_with_logits(logits[0, 3:5], torch.tensor([0.9, 0.1]))
    assert smooth['loss_conditions'].item() == pytest.approx(expected.item())


def test_half_precision_scores_train():
    scores = torch.randn(2, 9, dtype=torch.bfloat16, requires_grad=True)
    losses = build().loss_by_feat(scores, [sample(*FIRST), sample(*SECOND)])
    (losses['loss_cls'] + losses['loss_conditions']).backward()
    assert scores.grad.dtype == torch.bfloat16


def test_clips_of_a_sample_are_averaged_as_logits():
    head = build('tsm')
    feats = torch.randn(2 * 3 * 2, 4, 3, 3)  # 2 samples of 3 clips of 2 frames
    scores = head(feats, num_segs=6)  # (6, 1 + 2, 9)
    first, second = head.predict(feats, [sample(*FIRST), sample(*SECOND)], num_segs=6)
    torch.testing.assert_close(first.condition_logits, scores[:3, 0, 3:].mean(0))
    torch.testing.assert_close(second.pred_logits, scores[3:, 0, :3].mean(0))
    assert first.frame_condition_logits.shape == (6, 6)
    torch.testing.assert_close(second.frame_condition_logits[2], scores[4, 1, 3:])
    torch.testing.assert_close(second.frame_condition_logits.mean(0), second.condition_logits)


def test_what_the_inner_head_needs_of_samples_reaches_it():
    head = build('lstm')
    feats = torch.randn(INNER['lstm'][1])
    masked = [sample(*FIRST, frame_mask=torch.tensor([True, False])),
              sample(*SECOND, frame_mask=torch.tensor([True, True]))]
    changed = feats.clone()
    changed[1] += 100  # the frame that does not count
    before = head.predict(feats, copy.deepcopy(masked), num_segs=2)
    after = head.predict(changed, copy.deepcopy(masked), num_segs=2)
    torch.testing.assert_close(after[0].condition_logits, before[0].condition_logits)
    for name, value in head.loss(feats, masked, num_segs=2).items():
        torch.testing.assert_close(head.loss(changed, masked, num_segs=2)[name], value)


def test_copies_are_independent_and_weights_fit():
    head = build('lstm')
    twin = copy.deepcopy(head)
    twin.load_state_dict(head.state_dict())
    with torch.no_grad():
        next(twin.parameters()).add_(1)
    assert not torch.equal(next(twin.parameters()), next(head.parameters()))


@pytest.mark.parametrize('samples, message', [
    ([ActionDataSample().set_gt_label(0)], 'no `gt_conditions`.*algorithm_keys'),
    ([sample(0, [1, 0])], 'has 2 conditions, but PostureHead 6'),
    ([sample(torch.tensor([0.5, 0.5, 0.0]), FIRST[1])], 'blended'),
])
def test_samples_that_cannot_train_it(samples, message):
    with pytest.raises(ValueError, match=message):
        build().loss_by_feat(torch.zeros(1, 9), samples)


@pytest.mark.parametrize('kwargs, message', [
    (dict(num_conditions=[]), 'num_conditions'),
    (dict(num_conditions=[0, 0]), 'num_conditions'),
    (dict(fault_weight=[1, 2]), '6 of them'),
    (dict(fault_weight=0), 'positive'),
    (dict(condition_smooth_eps=1), 'condition_smooth_eps'),
    (dict(condition_kinds=[0, 1]), 'condition_kinds has to be 6 numbers'),
    (dict(condition_kinds=[0, 1, 2, 3, 4, -1]), 'condition_kinds has to be 6 numbers'),
])
def test_arguments_that_make_no_head(kwargs, message):
    init_default_scope('mmaction')
    with pytest.raises(ValueError, match=message):
        MODELS.build({'type': 'PostureHead', 'head': INNER['gcn'][0], 'num_conditions': CONDITIONS,
                      **kwargs})
