import math

import numpy as np
import pytest
import torch
from fused_models import NORMALISE, SIZE, build, make_batch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope

from fitness_mm.action import HeatmapFusionDataPreprocessor


def test_frames_are_normalised_and_keypoints_rendered():
    batch = make_batch()
    frames = batch['inputs'][1].double()
    out = HeatmapFusionDataPreprocessor(sigma=2.0, **NORMALISE)(batch)['inputs']
    assert out['imgs'].dtype == out['heatmaps'].dtype == torch.float32
    mean, std = (torch.tensor(NORMALISE[k]).view(3, 1, 1) for k in ('mean', 'std'))
    torch.testing.assert_close(out['imgs'][1].double(), (frames - mean) / std, atol=1e-5, rtol=0)


@pytest.mark.parametrize('stride', [1, 2, 4])
def test_maps_are_exact_at_the_centres_of_their_pixels(stride):
    batch = make_batch()
    maps = HeatmapFusionDataPreprocessor(
        sigma=6.0, amplitude=2.0, stride=stride, **NORMALISE)(batch)['inputs']['heatmaps']
    assert maps.shape == (2, 4, 24, SIZE[0] // stride, SIZE[1] // stride)
    x, y, _ = batch['data_samples'][1].keypoints[2, 7].tolist()
    for i, j in ((0, 0), (3, 5), (SIZE[0] // stride - 1, SIZE[1] // stride - 1)):
        # the centre of the map's pixel, in pixels of the input
        at_x, at_y = ((k + 0.5) * stride - 0.5 for k in (j, i))
        expected = 2 * math.exp(-((at_x - x)**2 + (at_y - y)**2) / (2 * 6.0**2))
        assert maps[1, 2, 7, i, j].item() == pytest.approx(expected, abs=1e-5)


def test_maps_have_the_size_that_a_stem_leaves_of_odd_frames():
    model = build('stem')
    inputs = model.data_preprocessor(make_batch(size=(66, 50)))['inputs']
    assert inputs['heatmaps'].shape[-2:] == (17, 13)
    model(inputs, mode='tensor')  # or it raises


def test_under_autocast_both_have_the_first_layers_type():
    with torch.autocast('cpu', torch.bfloat16):
        out = HeatmapFusionDataPreprocessor(**NORMALISE)(make_batch())['inputs']
    assert out['imgs'].dtype == out['heatmaps'].dtype == torch.bfloat16
    assert out['heatmaps'].max() > 0.5


@pytest.mark.parametrize('damage, message', [
    (lambda s: s.pop('keypoints'), 'FormatKeypoints'),
    (lambda s: s.set_field(s.keypoints[:2], 'keypoints'), '2 frames and 4 frames'),
])
def test_what_a_sample_lacks_is_named(damage, message):
    batch = make_batch()
    damage(batch['data_samples'][1])
    with pytest.raises(ValueError, match=message):
        HeatmapFusionDataPreprocessor(**NORMALISE)(batch)


@pytest.mark.parametrize('kwargs, message', [
    (dict(format_shape='NCTHW'), 'NCTHW'), (dict(sigma=0), 'positive'),
    (dict(stride=0), 'at least 1')])
def test_what_it_cannot_do_is_rejected(kwargs, message):
    with pytest.raises(ValueError, match=message):
        HeatmapFusionDataPreprocessor(**kwargs)


def blended(blending, stride, size, seed):
    """A batch of six with its maps, before and after blending."""
    init_default_scope('mmaction')
    kwargs = dict(sigma=3.0, stride=stride, **NORMALISE)
    plain = MODELS.build(dict(type='HeatmapFusionDataPreprocessor', **kwargs))
    mixing = MODELS.build(dict(type='HeatmapFusionDataPreprocessor', blending=blending, **kwargs))
    before = plain(make_batch(n=6, size=size), training=True)
    batch = make_batch(n=6, size=size)
    torch.manual_seed(seed)
    np.random.seed(seed)
    after = mixing(batch, training=True)
    labels = torch.stack([s.gt_label for s in after['data_samples']])
    return before['inputs'], after['inputs'], labels


def shares_of_frames(before, after):
    """How much of each frame's pixel comes from which sample, (N, N, H, W), from pixels alone."""
    n = len(before['imgs'])
    basis = before['imgs'].flatten(1, 2).permute(2, 3, 1, 0)  # (H, W, T * 3, N)
    mixed = after['imgs'].flatten(1, 2).permute(2, 3, 1, 0)
    solved = torch.linalg.lstsq(basis.double(), mixed.double()).solution  # (H, W, N, N)
    assert solved.shape[2:] == (n, n)
    return solved.permute(3, 2, 0, 1)


MIXUP = dict(type='MixupBlending', num_classes=5, alpha=1.0)
CUTMIX = dict(type='CutmixBlending', num_classes=5, alpha=1.0)
EITHER = dict(type='RandomBatchAugment', augments=[dict(MIXUP), dict(CUTMIX)])


@pytest.mark.parametrize('size', [(32, 24), (34, 26)], ids=['even', 'odd'])
@pytest.mark.parametrize('stride', [1, 2, 4])
@pytest.mark.parametrize('blending', [MIXUP, CUTMIX, EITHER], ids=['mixup', 'cutmix', 'either'])
def test_frames_maps_and_labels_are_blended_alike(blending, stride, size):
    touched = set()
    for seed in range(3):
        before, after, labels = blended(blending, stride, size, seed)
        shares = shares_of_frames(before, after)  # (N, N, H, W)
        torch.testing.assert_close(shares.sum(1), torch.ones_like(shares[0]), rtol=0, atol=1e-4)
        maps = before['heatmaps'].double()
        expected = torch.empty_like(maps)
        for i in range(maps.shape[-2]):  # what a pixel of the maps covers of the frames
            for j in range(maps.shape[-1]):
                block = shares[..., i * stride:(i + 1) * stride, j * stride:(j + 1) * stride]
                expected[..., i, j] = torch.einsum(
                    'ab,btk->atk', block.mean((2, 3)), maps[..., i, j])
        torch.testing.assert_close(after['heatmaps'].double(), expected, rtol=0, atol=1e-4)
        truth = torch.nn.functional.one_hot(torch.arange(len(maps)) % 5, 5).double()
        torch.testing.assert_close(labels.double(), shares.mean((2, 3)) @ truth, rtol=0, atol=1e-4)
        touched.add(bool((labels.max(1).values < 0.999).any()))
    assert True in touched  # something was blended at all


@pytest.mark.parametrize('fusion', ['early', 'stem', 'sum'])
@pytest.mark.parametrize('blending', [MIXUP, CUTMIX], ids=['mixup', 'cutmix'])
def test_every_fusion_trains_on_blended_batches(fusion, blending):
    model = build(fusion, preprocessor=dict(blending=blending)).train()
    data = model.data_preprocessor(make_batch(), training=True)
    loss, _ = model.parse_losses(model(**data, mode='loss'))
    loss.backward()
    assert torch.isfinite(loss) and data['data_samples'][0].gt_label.shape == (5, )
