import pytest
import torch
import torchvision
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint

from fitness_mm.action import EarlyFusion, HeatmapFusionDataPreprocessor

BACKBONE = dict(type='ResNetTSM', depth=18, num_segments=4)
HEAD = dict(type='TSMHead', num_classes=5, in_channels=512, num_segments=4, average_clips=None)
NORMALISE = dict(mean=[120., 110., 100.], std=[50., 60., 70.], format_shape='NCHW')


def build(fused: bool, seed: int, pretrained: str | None = None, **kwargs):
    init_default_scope('mmaction')
    torch.manual_seed(seed)
    kind = 'HeatmapFusion' if fused else 'Action'
    model = MODELS.build(dict(
        type='HeatmapFusionRecognizer' if fused else 'Recognizer2D',
        backbone=dict(BACKBONE, pretrained=pretrained, pretrained2d=pretrained is not None),
        cls_head=dict(HEAD),
        data_preprocessor=dict(type=f'{kind}DataPreprocessor', **NORMALISE), **kwargs))
    model.init_weights()
    return model.eval()


def make_batch(n=2, t=4, size=(64, 48), seed=0):
    generator = torch.manual_seed(seed)
    inputs = [torch.randint(256, (t, 3, *size), dtype=torch.uint8, generator=generator)
              for _ in range(n)]
    samples = []
    for _ in range(n):
        sample = ActionDataSample().set_gt_label(1)
        xy = torch.rand(t, 24, 2, generator=generator) * torch.tensor(size[::-1])
        sample.keypoints = torch.cat([xy, torch.ones(t, 24, 1)], -1)
        samples.append(sample)
    return dict(inputs=inputs, data_samples=samples)


@pytest.mark.parametrize('how', ['load_state_dict', 'load_checkpoint', 'imagenet'])
def test_fused_network_with_rgb_weights_is_the_rgb_network(how, tmp_path):
    checkpoint = str(tmp_path / 'rgb.pth')
    if how == 'imagenet':  # torchvision's names and layout, made up
        torch.manual_seed(0)
        torch.save(torchvision.models.resnet18().state_dict(), checkpoint)
        rgb, fused = (build(fused, seed=1, pretrained=checkpoint) for fused in (False, True))
        fused.cls_head.load_state_dict(rgb.cls_head.state_dict())
    else:
        rgb, fused = build(fused=False, seed=0), build(fused=True, seed=1)
        if how == 'load_state_dict':
            fused.load_state_dict(rgb.state_dict())
        else:
            torch.save(dict(state_dict=rgb.state_dict(), meta={}), checkpoint)
            load_checkpoint(fused, checkpoint, strict=True)

    with torch.no_grad():
        outputs = []
        for model in (rgb, fused):
            data = model.data_preprocessor(make_batch())
            outputs.append(model.cls_head(model(data['inputs'], mode='tensor'), 4))
    assert outputs[0].shape == (2, 5)
    assert outputs[0].abs().max() > 1e-3  # not equal because both are nothing
    torch.testing.assert_close(outputs[1], outputs[0], rtol=0, atol=1e-5)


def test_heatmaps_matter_once_their_kernels_do():
    model = build(fused=True, seed=0)
    batch = make_batch()
    moved = make_batch()
    for sample in moved['data_samples']:
        sample.keypoints = sample.keypoints + torch.tensor([9.0, 0.0, 0.0])
    with torch.no_grad():
        first, second = (model(model.data_preprocessor(b)['inputs'], mode='tensor')
                         for b in (batch, moved))
    assert (first - second).abs().max() > 1e-4


def test_fused_checkpoint_loads_unchanged():
    source, target = build(fused=True, seed=0), build(fused=True, seed=1)
    target.load_state_dict(source.state_dict())
    assert torch.equal(target.backbone.conv1.conv.weight, source.backbone.conv1.conv.weight)


def test_loading_does_not_change_the_callers_weights():
    state = build(fused=False, seed=0).state_dict()
    build(fused=True, seed=1).load_state_dict(state)
    assert state['backbone.conv1.conv.weight'].shape[1] == 3


def test_training_step_reaches_the_heatmap_kernels():
    model = build(fused=True, seed=0).train()
    data = model.data_preprocessor(make_batch(), training=True)
    sum(model(**data, mode='loss').values()).backward()
    gradient = model.backbone.conv1.conv.weight.grad
    assert (gradient[:, 3:].abs().amax((0, 2, 3)) > 0).all()


def test_preprocessor_normalises_and_renders_into_27_channels():
    batch = make_batch()
    frames = batch['inputs'][1].double()
    out = HeatmapFusionDataPreprocessor(sigma=2.0, **NORMALISE)(batch)['inputs']
    assert out.shape == (2, 4, 27, 64, 48) and out.dtype == torch.float32
    mean, std = (torch.tensor(NORMALISE[k]).view(3, 1, 1) for k in ('mean', 'std'))
    torch.testing.assert_close(out[1, :, :3].double(), (frames - mean) / std, atol=1e-5, rtol=0)
    x, y, _ = batch['data_samples'][0].keypoints[2, 7]
    assert out[0, 2, 3 + 7].argmax() == int(y) * 48 + int(x)


@pytest.mark.parametrize('damage, message', [
    (lambda s: s.pop('keypoints'), 'FormatKeypoints'),
    (lambda s: s.set_field(s.keypoints[:2], 'keypoints'), '2 frames and 4 frames'),
])
def test_preprocessor_says_what_a_sample_lacks(damage, message):
    batch = make_batch()
    damage(batch['data_samples'][1])
    with pytest.raises(ValueError, match=message):
        HeatmapFusionDataPreprocessor(**NORMALISE)(batch)


@pytest.mark.parametrize('kwargs, message', [
    (dict(format_shape='NCTHW'), 'NCTHW'), (dict(sigma=0), 'positive'),
    (dict(stride=0), 'at least 1')])
def test_preprocessor_rejects_what_it_cannot_do(kwargs, message):
    with pytest.raises(ValueError, match=message):
        HeatmapFusionDataPreprocessor(**kwargs)


def test_unknown_fusion_and_wrong_channels_are_named():
    with pytest.raises(ValueError, match=r"one of \['early', 'stem', 'sum'\].*'late'"):
        build(fused=True, seed=0, fusion='late')
    with pytest.raises(ValueError, match=r'27 channels.*in_channels=3'):
        EarlyFusion(24, 1).backbone_cfg(dict(in_channels=3))
    with pytest.raises(ValueError, match='no Conv2d with 27'):
        EarlyFusion(24, 1).wrap(torch.nn.Linear(27, 2), {})
