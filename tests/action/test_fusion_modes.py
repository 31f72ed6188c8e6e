import math

import pytest
import torch
import torchvision
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint

from fitness_mm.action import HeatmapFusionDataPreprocessor, StemFusion, SumFusion
from fitness_mm.action.models.fusion.layout import fused_channels, heatmaps_of

NORMALISE = dict(mean=[120., 110., 100.], std=[50., 60., 70.], format_shape='NCHW')
SIZE = (64, 48)  # height, width
TSM = dict(type='ResNetTSM', depth=18, num_segments=4)
PLAIN = dict(type='ResNet', depth=18)


def build(fusion, seed=0, backbone=TSM, pretrained=None, **preprocessor):
    """A recogniser with a fusion mode, or the RGB one."""
    init_default_scope('mmaction')
    torch.manual_seed(seed)
    backbone = dict(backbone, pretrained=pretrained)
    if backbone['type'] == 'ResNetTSM':
        backbone['pretrained2d'] = pretrained is not None
    kind = 'HeatmapFusion' if fusion else 'Action'
    model = MODELS.build(dict(
        type='HeatmapFusionRecognizer' if fusion else 'Recognizer2D',
        backbone=backbone,
        cls_head=dict(type='TSMHead', num_classes=5, in_channels=512, num_segments=4,
                      dropout_ratio=0.0, init_std=0.1),
        data_preprocessor=dict(type=f'{kind}DataPreprocessor', **NORMALISE, **preprocessor),
        **(dict(fusion=fusion) if fusion else {})))
    model.init_weights()
    return model.eval()


def make_batch(shift_px=0.0):
    generator = torch.manual_seed(3)
    inputs, samples = [], []
    for _ in range(2):
        inputs.append(torch.randint(256, (4, 3, *SIZE), dtype=torch.uint8, generator=generator))
        xy = torch.rand(4, 24, 2, generator=generator) * torch.tensor(SIZE[::-1])
        sample = ActionDataSample().set_gt_label(1)
        sample.keypoints = torch.cat([xy + shift_px, torch.ones(4, 24, 1)], -1)
        samples.append(sample)
    return dict(inputs=inputs, data_samples=samples)


def scores(model, batch):
    data = model.data_preprocessor(batch)
    with torch.no_grad():
        return model(data['inputs'], mode='tensor', stage='head')


def features(backbone, x):
    with torch.no_grad():
        return backbone(x)


@pytest.mark.parametrize('backbone', [TSM, PLAIN], ids=['tsm', 'plain'])
@pytest.mark.parametrize('how', ['load_state_dict', 'load_checkpoint', 'imagenet'])
def test_stem_fusion_with_rgb_weights_is_the_rgb_network(how, backbone, tmp_path):
    checkpoint = str(tmp_path / 'rgb.pth')
    if how == 'imagenet':  # torchvision's names and layout, made up
        torch.manual_seed(0)
        torch.save(torchvision.models.resnet18().state_dict(), checkpoint)
        rgb, fused = (build(fusion, seed=1, backbone=backbone, pretrained=checkpoint)
                      for fusion in (None, 'stem'))
        fused.cls_head.load_state_dict(rgb.cls_head.state_dict())
    else:
        rgb, fused = (build(fusion, seed, backbone) for seed, fusion in enumerate((None, 'stem')))
        if how == 'load_state_dict':
            fused.load_state_dict(rgb.state_dict())
        else:
            torch.save(dict(state_dict=rgb.state_dict(), meta={}), checkpoint)
            load_checkpoint(fused, checkpoint, strict=True)
    expected = scores(rgb, make_batch())
    assert expected.abs().max() > 1e-3  # not equal because both are nothing
    torch.testing.assert_close(scores(fused, make_batch()), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize('stride', [4, 1])
def test_sum_fusion_adds_its_stream_to_the_rgb_network(stride):
    rgb, fused = build(None, seed=0), build('sum', seed=1, stride=stride)
    stream = [p.clone() for p in fused.backbone.heatmap_stream.parameters()]
    fused.load_state_dict(rgb.state_dict())
    for before, after in zip(stream, fused.backbone.heatmap_stream.parameters(), strict=True):
        assert torch.equal(before, after)
    inputs = fused.data_preprocessor(make_batch())['inputs'].flatten(0, 1)
    maps = heatmaps_of(inputs, 24, stride)
    assert maps.shape == (8, 24, SIZE[0] // stride, SIZE[1] // stride)
    whole = features(fused.backbone, inputs)
    alone = features(rgb.backbone, inputs[:, :3])
    of_maps = features(fused.backbone.heatmap_stream, maps)
    assert whole.shape == alone.shape == (8, 512, 2, 2)
    assert of_maps.abs().max() > 1e-3
    torch.testing.assert_close(whole, alone + of_maps, rtol=0, atol=1e-5)


def test_imagenet_weights_reach_only_the_rgb_stream(tmp_path):
    checkpoint = str(tmp_path / 'imagenet.pth')
    weights = torchvision.models.resnet18().state_dict()
    torch.save(weights, checkpoint)
    backbone = build('sum', pretrained=checkpoint).backbone
    name = 'layer2.0.conv2'
    assert torch.equal(backbone.rgb.get_submodule(f'{name}.conv').weight, weights[f'{name}.weight'])
    assert not torch.equal(backbone.heatmap_stream.get_submodule(f'{name}.conv').weight,
                           weights[f'{name}.weight'])


@pytest.mark.parametrize('fusion', ['stem', 'sum'])
def test_own_checkpoints_load_unchanged(fusion):
    source, target = build(fusion, seed=0), build(fusion, seed=1)
    with torch.no_grad():
        for parameter in source.parameters():
            parameter.add_(0.01)
    target.load_state_dict(source.state_dict())
    for name, value in source.state_dict().items():
        assert torch.equal(target.state_dict()[name], value), name


@pytest.mark.parametrize('fusion', ['stem', 'sum'])
def test_training_reaches_both_parts_and_then_keypoints_matter(fusion):
    model = build(fusion).train()
    data = model.data_preprocessor(make_batch(), training=True)
    model.parse_losses(model(**data, mode='loss'))[0].backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    model.eval()
    assert (scores(model, make_batch()) - scores(model, make_batch(9.0))).abs().max() > 1e-5


@pytest.mark.parametrize('stride', [1, 2, 4])
def test_maps_are_exact_at_the_centres_of_their_pixels(stride):
    batch = make_batch()
    out = HeatmapFusionDataPreprocessor(
        sigma=6.0, amplitude=2.0, stride=stride, **NORMALISE)(batch)['inputs']
    assert out.shape == (2, 4, fused_channels(24, SIZE, stride), *SIZE)
    maps = heatmaps_of(out, 24, stride)
    x, y, _ = batch['data_samples'][1].keypoints[2, 7].tolist()
    for i, j in ((0, 0), (3, 5), (SIZE[0] // stride - 1, SIZE[1] // stride - 1)):
        # the centre of the map's pixel, in pixels of the input
        at_x, at_y = (j + 0.5) * stride, (i + 0.5) * stride
        expected = 2 * math.exp(-((at_x - x)**2 + (at_y - y)**2) / (2 * 6.0**2))
        assert maps[1, 2, 7, i, j].item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize('size, stride, channels, map_size', [
    ((256, 192), 1, 27, (256, 192)),
    ((256, 192), 4, 5, (64, 48)),  # 24 maps of a sixteenth are one and a half channels
    ((66, 50), 4, 5, (17, 13)),  # what a ResNet's stem leaves of it
])
def test_fused_tensor_holds_the_maps_behind_the_frames(size, stride, channels, map_size):
    assert fused_channels(24, size, stride) == channels
    fused = torch.zeros(2, channels, *size)
    maps = heatmaps_of(fused, 24, stride)
    assert maps.shape == (2, 24, *map_size)
    maps.fill_(1)  # a view: it can be rendered into
    assert (fused[:, :3] == 0).all()
    assert fused.sum() == 2 * 24 * map_size[0] * map_size[1]


def test_what_a_mode_cannot_do_is_explained():
    with pytest.raises(ValueError, match=r'early.*stride is 4'):
        build('early', stride=4)
    with pytest.raises(ValueError, match=r'1 or 4.*stride is 2'):
        build('sum', stride=2)
    with pytest.raises(ValueError, match=r'\(32, 24\).*\(16, 12\)'):
        scores(build('stem', stride=2), make_batch())
    for mode in (StemFusion, SumFusion):
        with pytest.raises(ValueError, match=r"ResNet of MMAction2.*Linear.*'early'"):
            mode(24, 4).wrap(torch.nn.Linear(3, 3), {})
