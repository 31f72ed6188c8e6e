import copy
import sys

import pytest
import torch
import torchvision
from fused_models import PLAIN, SIZE, TSM, build, make_batch, scores
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint

from fitness_mm.action.models.fusion import FUSIONS
from fitness_mm.errors import FitnessError

MODES = ['early', 'stem', 'sum']


@pytest.mark.parametrize('backbone', [TSM, PLAIN], ids=['tsm', 'plain'])
@pytest.mark.parametrize('how', ['load_state_dict', 'load_checkpoint', 'imagenet'])
@pytest.mark.parametrize('fusion', ['early', 'stem'])
def test_fused_network_with_rgb_weights_is_the_rgb_network(fusion, how, backbone, tmp_path):
    checkpoint = str(tmp_path / 'rgb.pth')
    if how == 'imagenet':  # torchvision's names and layout, made up
        torch.manual_seed(0)
        torch.save(torchvision.models.resnet18().state_dict(), checkpoint)
        rgb, fused = (build(mode, seed=1, backbone=backbone, pretrained=checkpoint)
                      for mode in (None, fusion))
        fused.cls_head.load_state_dict(rgb.cls_head.state_dict())
    else:
        rgb, fused = (build(mode, seed, backbone) for seed, mode in enumerate((None, fusion)))
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
    rgb, fused = build(), build('sum', seed=1, preprocessor=dict(stride=stride))
    stream = [p.clone() for p in fused.backbone.heatmap_stream.parameters()]
    fused.load_state_dict(rgb.state_dict())
    for before, after in zip(stream, fused.backbone.heatmap_stream.parameters(), strict=True):
        assert torch.equal(before, after)
    inputs = fused.data_preprocessor(make_batch())['inputs']
    imgs, maps = inputs['imgs'].flatten(0, 1), inputs['heatmaps'].flatten(0, 1)
    assert maps.shape == (8, 24, SIZE[0] // stride, SIZE[1] // stride)
    with torch.no_grad():
        whole, alone = fused.backbone(imgs, maps), rgb.backbone(imgs)
        of_maps = fused.backbone.heatmap_stream(maps)
    assert whole.shape == alone.shape == (8, 512, 2, 2)
    assert of_maps.abs().max() > 1e-3
    torch.testing.assert_close(whole, alone + of_maps, rtol=0, atol=1e-5)


def test_early_fusion_is_a_convolution_over_27_channels():
    backbone = build('early').backbone
    stem = backbone.rgb.conv1.conv
    wide = torch.nn.Conv2d(27, 64, 7, 2, 3, bias=False)
    torch.nn.init.normal_(stem.heatmap_weight)
    wide.weight.data = torch.cat([stem.weight, stem.heatmap_weight], 1).detach()
    x = torch.rand(2, 27, *SIZE)
    torch.testing.assert_close(stem(x), wide(x), rtol=0, atol=1e-5)


def test_imagenet_weights_reach_only_the_rgb_stream(tmp_path):
    checkpoint = str(tmp_path / 'imagenet.pth')
    weights = torchvision.models.resnet18().state_dict()
    torch.save(weights, checkpoint)
    backbone = build('sum', pretrained=checkpoint).backbone
    name = 'layer2.0.conv2'
    assert torch.equal(backbone.rgb.get_submodule(f'{name}.conv').weight, weights[f'{name}.weight'])
    assert not torch.equal(backbone.heatmap_stream.get_submodule(f'{name}.conv').weight,
                           weights[f'{name}.weight'])


def test_from_scratch_early_fusion_draws_all_of_its_kernels_alike():
    stem = build('early').backbone.rgb.conv1.conv
    expected = (2 / (64 * 7 * 7)) ** 0.5  # Kaiming, fan out
    for weight in (stem.weight, stem.heatmap_weight):
        assert weight.std().item() == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize('fusion', MODES)
def test_own_checkpoints_load_unchanged(fusion):
    source, target = build(fusion, seed=0), build(fusion, seed=1)
    with torch.no_grad():
        for parameter in source.parameters():
            parameter.add_(0.01)
    target.load_state_dict(source.state_dict())
    for name, value in source.state_dict().items():
        assert torch.equal(target.state_dict()[name], value), name


@pytest.mark.parametrize('fusion', MODES)
def test_loading_neither_changes_the_callers_weights_nor_hides_that_some_lack(fusion):
    state = build().state_dict()
    before = copy.deepcopy(state)
    build(fusion).load_state_dict(state)
    assert state.keys() == before.keys()
    assert all(torch.equal(state[key], before[key]) for key in state)
    del state['backbone.layer4.0.conv1.conv.net.weight']
    with pytest.raises(RuntimeError, match=r'Missing.*layer4\.0\.conv1\.conv\.net\.weight'):
        build(fusion).load_state_dict(state)


@pytest.mark.parametrize('fusion', MODES)
def test_training_reaches_both_parts_and_then_keypoints_matter(fusion):
    model = build(fusion).train()
    data = model.data_preprocessor(make_batch(), training=True)
    model.parse_losses(model(**data, mode='loss'))[0].backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    model.eval()
    assert (scores(model, make_batch()) - scores(model, make_batch(9.0))).abs().max() > 1e-5


@pytest.mark.parametrize('fusion', MODES)
def test_several_clips_of_a_sample_are_averaged(fusion):
    model = build(fusion)
    model.cls_head.average_clips = 'prob'
    clips = scores(model, make_batch(t=8)).softmax(1)  # two of four frames a sample
    assert clips.shape == (4, 5)
    for i, prediction in enumerate(model.test_step(make_batch(t=8))):
        torch.testing.assert_close(prediction.pred_score, clips[2 * i:2 * i + 2].mean(0))


@pytest.mark.parametrize('fcn_test', [False, True])
def test_necks_work_as_behind_rgb(fcn_test):
    neck = dict(
        type='TPN', in_channels=(256, 512), out_channels=64,
        spatial_modulation_cfg=dict(in_channels=(256, 512), out_channels=512),
        temporal_modulation_cfg=dict(downsample_scales=(4, 4)),
        upsample_cfg=dict(scale_factor=(1, 1, 1)), downsample_cfg=dict(downsample_scale=(1, 1, 1)),
        level_fusion_cfg=dict(in_channels=(64, 64), mid_channels=(64, 64), out_channels=32,
                              downsample_scales=((1, 1, 1), (1, 1, 1))),
        aux_head_cfg=dict(out_channels=5, loss_weight=0.5))
    head = dict(type='TPNHead', num_classes=5, in_channels=2048, dropout_ratio=0.0,
                average_clips='score')
    kwargs = dict(backbone=dict(TSM, out_indices=(2, 3)), neck=neck, cls_head=head,
                  test_cfg=dict(fcn_test=fcn_test))
    rgb, fused = build(None, **kwargs), build('stem', seed=1, **kwargs)
    fused.load_state_dict(rgb.state_dict())
    with torch.no_grad():
        predictions = [model.test_step(make_batch(t=8 if fcn_test else 4))
                       for model in (rgb, fused)]
    for first, second in zip(*predictions, strict=True):
        torch.testing.assert_close(first.pred_score, second.pred_score, rtol=0, atol=1e-5)
    losses = [model(**model.data_preprocessor(make_batch()), mode='loss') for model in (rgb, fused)]
    assert losses[0].keys() == losses[1].keys() >= {'loss_cls', 'loss_aux'}


@pytest.mark.parametrize('backbone, channels', [
    (dict(type='mmpretrain.ResNet', depth=18), 512),
    (dict(type='torchvision.resnet18'), 512),
    (dict(type='torchvision.mobilenet_v3_small'), 576),
    (dict(type='mmpretrain.ConvNeXt', arch='atto', gap_before_final_norm=False), 320),
    (dict(type='MobileNetV2TSM', num_segments=4, is_shift=True, pretrained2d=False), 1280),
    (dict(type='MobileOneTSM', arch='s0', num_segments=4, pretrained2d=False), 1024),
], ids=lambda value: value['type'] if isinstance(value, dict) else '')
def test_early_and_sum_fusion_take_any_2d_backbone(backbone, channels):
    head = dict(type='TSMHead', num_classes=5, in_channels=channels, num_segments=4,
                dropout_ratio=0.0, init_std=0.1)
    rgb = build(backbone=backbone, cls_head=head)
    for fusion in ('early', 'sum'):
        fused = build(fusion, backbone=backbone, cls_head=head, preprocessor=dict(stride=1))
        fused.load_state_dict(rgb.state_dict())
        first, other = scores(fused, make_batch()), scores(fused, make_batch(9.0))
        if fusion == 'early':  # it begins as the RGB network
            torch.testing.assert_close(first, scores(rgb, make_batch()), rtol=1e-4, atol=0)
            torch.testing.assert_close(first, other, rtol=1e-4, atol=0)
        else:
            assert (other - first).abs().max() > 1e-4 * first.abs().max()


def test_a_backbone_that_has_pooled_already_works_as_if_it_had_not():
    whole, pooled = (build('early', backbone=dict(
        type='mmpretrain.ConvNeXt', arch='atto', gap_before_final_norm=pools), cls_head=dict(
            type='TSMHead', num_classes=5, in_channels=320, num_segments=4))
        for pools in (False, True))
    assert scores(pooled, make_batch()).shape == scores(whole, make_batch()).shape == (2, 5)


@pytest.mark.parametrize('how', ['trace', 'export'])
@pytest.mark.parametrize('fusion', MODES)
def test_backbone_and_head_are_a_network_of_two_tensors(fusion, how):
    """What an exported model needs: tensors in, scores out, nothing else."""
    model = build(fusion)

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone, self.head = model.backbone, model.cls_head

        def forward(self, imgs, heatmaps):
            return self.head(self.backbone(imgs[0], heatmaps[0]), imgs.shape[1])

    inputs = tuple(model.data_preprocessor(make_batch(n=1))['inputs'].values())
    other = tuple(x + 0.5 for x in inputs)
    with torch.no_grad():
        network = Network().eval()
        exported = (torch.jit.trace(network, inputs) if how == 'trace' else
                    torch.export.export(network, inputs).module())
        expected = network(*other)
        assert expected.shape == (1, 5) and expected.std() > 1e-3
        torch.testing.assert_close(exported(*other), expected, rtol=1e-4, atol=1e-5)


def test_what_a_mode_cannot_do_is_explained():
    with pytest.raises(FitnessError, match=r"one of \['early', 'stem', 'sum'\].*'late'"):
        build('late')
    with pytest.raises(FitnessError, match=r'early.*stride is 4'):
        build('early', preprocessor=dict(stride=4))
    for mode in MODES:
        with pytest.raises(FitnessError, match='ResNet has no 2D convolution of 3 channels'):
            build(mode, backbone=dict(type='ResNet', depth=18, in_channels=4))
        with pytest.raises(FitnessError, match='C3D has no 2D convolution'):
            build(mode, backbone=dict(type='C3D'))
        with pytest.raises(FitnessError, match=r'have 24 keypoints.*num_keypoints is 17'):
            scores(build(mode, num_keypoints=17), make_batch())
    with pytest.raises(FitnessError, match=r'1 or 4.*stride is 2'):
        build('sum', preprocessor=dict(stride=2))
    with pytest.raises(FitnessError, match=r'\(32, 24\).*\(16, 12\)'):
        scores(build('stem', preprocessor=dict(stride=2)), make_batch())
    for mode, advice in (('stem', "fusion='early'"), ('sum', 'stride=1')):
        with pytest.raises(FitnessError, match=f'ResNet of MMAction2.*MobileNetV2.*{advice}'):
            build(mode, backbone=dict(type='MobileNetV2'))


MODE = '''
import torch
from fitness_mm.action.models.fusion import FUSIONS, FusedBackbone


@FUSIONS.register_module('scale')
class ScaleFusion(FusedBackbone):
    """Features scaled by how much of the maps is lit."""

    def __init__(self, rgb, num_keypoints, stride):
        super().__init__(rgb, num_keypoints, stride)
        self.heatmap_gain = torch.nn.Parameter(torch.zeros(num_keypoints))

    def forward(self, imgs, heatmaps):
        lit = heatmaps.mean((2, 3)) @ self.heatmap_gain  # (N, )
        return self.rgb(imgs) * (1 + lit)[:, None, None, None]
'''
CONFIG = '''
default_scope = 'mmaction'
custom_imports = dict(imports=['my_fusion', 'fitness_mm.action'])
model = dict(
    type='HeatmapFusionRecognizer', fusion='scale',
    backbone=dict(type='ResNetTSM', depth=18, num_segments=4, pretrained=None, pretrained2d=False),
    cls_head=dict(type='TSMHead', num_classes=5, in_channels=512, num_segments=4),
    data_preprocessor=dict(type='HeatmapFusionDataPreprocessor', mean=[0.0] * 3, std=[255.0] * 3))
'''


def test_a_users_module_adds_a_mode_that_configs_name(tmp_path, monkeypatch):
    (tmp_path / 'my_fusion.py').write_text(MODE, 'utf-8')
    (tmp_path / 'mine.py').write_text(CONFIG, 'utf-8')
    monkeypatch.syspath_prepend(tmp_path)
    cfg = Config.fromfile(tmp_path / 'mine.py')
    init_default_scope(cfg.default_scope)
    try:
        model = MODELS.build(cfg.model).train()
    finally:
        FUSIONS.module_dict.pop('scale')
        sys.modules.pop('my_fusion')
    optim = OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1))
    model.train_step(make_batch(), optim)
    assert model.backbone.heatmap_gain.abs().min() > 0
