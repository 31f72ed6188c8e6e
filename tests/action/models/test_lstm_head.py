import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope

from fitness_mm.action import LSTMHead

C, HIDDEN = 6, 5


def build(seed=0, **kwargs):
    torch.manual_seed(seed)
    head = LSTMHead(num_classes=4, in_channels=C, hidden_size=HIDDEN, mlp_width=7, **kwargs)
    return head.eval()


def features(n, t, seed=1, size=()):
    return torch.randn(n * t, C, *size, generator=torch.Generator().manual_seed(seed))


def run_lstm(frames, weights, suffix):
    """The LSTM's equations, gate by gate, for one sequence: outputs (T, HIDDEN)."""
    w_in, w_h, b_in, b_h = (weights[f'{name}_l{suffix}'].double()
                            for name in ('weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'))
    h = c = torch.zeros(HIDDEN, dtype=torch.float64)
    outputs = []
    for x in frames.double():
        gates = w_in @ x + b_in + w_h @ h + b_h
        i, f, g, o = (gates[k * HIDDEN:(k + 1) * HIDDEN] for k in range(4))
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs)


def by_hand(head, frames):
    """Scores of one sequence (T, C), without torch's LSTM."""
    weights = dict(head.lstm.named_parameters())
    sequence = frames
    for layer in range(head.lstm.num_layers):
        outputs = [run_lstm(sequence, weights, f'{layer}')]
        if head.lstm.bidirectional:
            outputs.append(run_lstm(sequence.flip(0), weights, f'{layer}_reverse').flip(0))
        sequence = torch.cat(outputs, 1)
    if head.pooling == 'last':
        feature = torch.cat([outputs[0][-1], *(o[0] for o in outputs[1:])])
    elif head.pooling == 'mean':
        feature = sequence.mean(0)
    else:
        scores = sequence @ head.attention.weight[0].double()
        feature = (scores.exp() / scores.exp().sum()) @ sequence
    first, second = (head.mlp[k] for k in (1, 4))
    hidden = (first.weight.double() @ feature + first.bias.double()).clamp(min=0)
    return second.weight.double() @ hidden + second.bias.double()


@pytest.mark.parametrize('bidirectional', [False, True])
@pytest.mark.parametrize('num_layers', [1, 2])
@pytest.mark.parametrize('pooling', ['last', 'mean', 'attention'])
def test_scores_are_those_of_the_equations(pooling, num_layers, bidirectional):
    head = build(pooling=pooling, num_layers=num_layers, bidirectional=bidirectional)
    x = features(3, 4)
    with torch.no_grad():
        scores = head(x, num_segs=4)
        expected = torch.stack([by_hand(head, clip) for clip in x.unflatten(0, (3, 4))])
    torch.testing.assert_close(scores.double(), expected, rtol=0, atol=1e-6)


def test_defaults_are_the_original_studys():
    head = LSTMHead(num_classes=12, in_channels=C)
    lstm = head.lstm
    assert (lstm.num_layers, lstm.hidden_size, lstm.bidirectional) == (1, 512, False)
    assert head.pooling == 'last'
    assert sum(isinstance(m, torch.nn.Linear) for m in head.mlp) == 2


def test_maps_are_pooled_over_space():
    head, x = build(), features(2, 3, size=(4, 5))
    with torch.no_grad():
        torch.testing.assert_close(head(x, 3), head(x.mean((2, 3)), 3))


@pytest.mark.parametrize('bidirectional', [False, True])
@pytest.mark.parametrize('pooling', ['last', 'mean', 'attention'])
def test_masked_frames_change_nothing(pooling, bidirectional):
    head = build(pooling=pooling, bidirectional=bidirectional, num_layers=2)
    x = features(2, 6).unflatten(0, (2, 6))
    mask = torch.tensor([[1, 1, 1, 0, 0, 0], [0, 1, 0, 1, 1, 1]], dtype=torch.bool)
    other = torch.where(mask[..., None], x, 1e3 * torch.randn_like(x))
    with torch.no_grad():
        masked, changed = (head(v.flatten(0, 1), 6, mask) for v in (x, other))
        alone = torch.stack([head(x[n, mask[n]], int(mask[n].sum()))[0] for n in range(2)])
        unmasked = head(x.flatten(0, 1), 6)
    assert torch.equal(masked, changed)
    torch.testing.assert_close(masked, alone, rtol=0, atol=1e-6)
    assert (masked - unmasked).abs().max() > 1e-4


@pytest.mark.parametrize('bidirectional', [False, True])
@pytest.mark.parametrize('pooling', ['last', 'mean', 'attention'])
def test_gradients_reach_every_frame_that_counts_and_every_weight(pooling, bidirectional):
    head = build(pooling=pooling, bidirectional=bidirectional, num_layers=2).train()
    x = features(2, 4, size=(2, 2)).requires_grad_()
    mask = torch.tensor([[1, 1, 0, 1], [1, 1, 1, 1]], dtype=torch.bool)
    head(x, 4, mask).square().sum().backward()
    per_frame = x.grad.abs().sum((1, 2, 3)).view(2, 4)
    assert torch.equal(per_frame > 0, mask)
    assert all(p.grad.abs().max() > 0 for p in head.parameters())


def test_clips_of_a_sample_are_averaged():
    head, x = build(num_segments=3, average_clips='prob'), features(2, 6)
    samples = [ActionDataSample() for _ in range(2)]
    with torch.no_grad():
        predicted = head.predict(x, samples, num_segs=6)
        clips = head(x, 3).softmax(1).view(2, 2, 4).mean(1)
    torch.testing.assert_close(torch.stack([p.pred_score for p in predicted]), clips)


def test_the_clips_feature_passes_a_module_that_can_be_hooked():
    head, seen = build(bidirectional=True), []
    head.feature.register_forward_hook(lambda module, args, output: seen.append(output))
    with torch.no_grad():
        scores = head(features(3, 4), 4)
        assert seen[0].shape == (3, head.feature_dim) == (3, 2 * HIDDEN)
        torch.testing.assert_close(head.mlp(seen[0]), scores)


@pytest.mark.parametrize('mode', ['loss', 'predict'])
def test_masks_of_the_samples_are_used(mode):
    init_default_scope('mmaction')
    torch.manual_seed(0)
    model = MODELS.build(dict(
        type='Recognizer2D',
        backbone=dict(type='MobileNetV2', widen_factor=0.25, norm_eval=True),
        cls_head=dict(type='LSTMHead', num_classes=4, in_channels=1280, average_clips='prob')))
    model.eval()
    frames = torch.rand(2, 3, 3, 32, 32)
    shown = []
    for last in (frames[:, 2], torch.rand(2, 3, 32, 32)):
        inputs = torch.stack([frames[:, 0], frames[:, 1], last], 1)
        samples = [ActionDataSample().set_gt_label(1) for _ in range(2)]
        for sample in samples:
            sample.frame_mask = torch.tensor([True, True, False])
        with torch.no_grad():
            result = model(inputs, samples, mode=mode)
        shown.append(result['loss_cls'] if mode == 'loss' else
                     torch.stack([s.pred_score for s in result]))
    assert torch.equal(*shown)


@pytest.mark.parametrize('kwargs, x, mask, message', [
    (dict(pooling='max'), None, None, r"'last'.*'max'"),
    (dict(), features(1, 5), None, r'\(N x 3, C, H, W\).*\(5, 6\)'),
    (dict(), features(1, 3, size=(2, 2, 2)), None, r'\(3, 6, 2, 2, 2\)'),
    (dict(), features(2, 3), torch.tensor([[True] * 3, [False] * 3]), 'without any frame'),
])
def test_what_cannot_be_is_explained(kwargs, x, mask, message):
    with pytest.raises(ValueError, match=message):
        build(num_segments=3, **kwargs)(x, 3, mask)
