"""Made-up checkpoints of other skeletons through mmengine's own loader, by weights_only."""

import pytest
import torch
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmpose.registry import MODELS

from fitness_mm.keypoints.layouts import LAYOUTS
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.pose.start_weights import start_from

HEATMAP = dict(
    type='FitnessHeatmapHead', in_channels=8, deconv_out_channels=(6, ), deconv_kernel_sizes=(4, ),
    final_layer=dict(kernel_size=3, padding=1))
SIMCC = dict(
    type='FitnessRTMCCHead', in_channels=8, input_size=(48, 64), in_featuremap_size=(6, 8),
    gau_cfg=dict(hidden_dims=16, s=8, expansion_factor=2, dropout_rate=0., drop_path=0.,
                 act_fn='SiLU', use_rel_bias=False, pos_enc=False))


def build(head, num_keypoints=24):
    init_default_scope('mmpose')
    torch.manual_seed(num_keypoints)
    return MODELS.build(dict(
        type='TopdownPoseEstimator', backbone=dict(type='ResNet', depth=18, num_stages=1,
                                                   out_indices=(0, ), strides=(1, ),
                                                   dilations=(1, ), base_channels=8,
                                                   stem_channels=8),
        head=dict(head, out_channels=num_keypoints)))


@pytest.mark.parametrize('name, expected', [
    ('coco17', {'Left Palm': 9, 'Right Foot': 16}),
    ('halpe26', {'Left Palm': 9, 'Right Foot': 16 / 2 + (21 + 23) / 4}),  # ankle, two toes
    ('wholebody133', {'Left Palm': 0.2 * 9 + 0.4 * (91 + 17) + 0.4 * (91 + 5),
                      'Right Foot': 16 / 2 + (20 + 21) / 4})])
def test_each_starts_with_the_points_that_it_is_made_of(name, expected):
    layout = LAYOUTS[name]
    wide = start_from(layout, torch.arange(float(len(layout.points)))[:, None].repeat(1, 2))
    assert wide.shape == (24, 2)
    torch.testing.assert_close(wide[:17, 0], torch.arange(17.0))
    expected = {'Neck': 5.5, 'Back': 0.7 * 5.5 + 0.3 * 11.5, 'Waist': 0.32 * 5.5 + 0.68 * 11.5,
                **expected}
    for keypoint, value in expected.items():
        assert wide[KEYPOINT_INDEX[keypoint]].tolist() == pytest.approx([value] * 2), keypoint


@pytest.mark.parametrize('head', [HEATMAP, SIMCC], ids=['heatmap', 'simcc'])
@pytest.mark.parametrize('points', [17, 26, 133])
def test_a_foreign_checkpoint_fills_the_whole_model(head, points, tmp_path):
    foreign, ours = build(head, points), build(head)
    for parameter in foreign.head.final_layer.parameters():
        torch.nn.init.normal_(parameter)
    torch.save(dict(state_dict=foreign.state_dict(), meta=dict()), tmp_path / 'foreign.pth')
    load_checkpoint(ours, str(tmp_path / 'foreign.pth'), strict=True)
    loaded = ours.state_dict()
    for name, stored in foreign.state_dict().items():
        same = slice(17) if 'final_layer' in name else ...
        torch.testing.assert_close(loaded[name][same], stored[same], rtol=0, atol=0, msg=name)
    weight = loaded['head.final_layer.weight']
    torch.testing.assert_close(weight[KEYPOINT_INDEX['Neck']], weight[5:7].mean(0))
    assert (weight[KEYPOINT_INDEX['Left Foot']] == weight[15]).all() == (points == 17)


def test_names_of_old_checkpoints_are_understood(tmp_path):
    coco, ours = build(HEATMAP, 17), build(HEATMAP)
    old = {name.replace('head.', 'keypoint_head.'): value
           for name, value in coco.state_dict().items()}
    torch.save(dict(state_dict=old), tmp_path / 'old.pth')
    load_checkpoint(ours, str(tmp_path / 'old.pth'), strict=True)
    torch.testing.assert_close(ours.head.final_layer.weight[:17], coco.head.final_layer.weight)


def test_our_own_checkpoint_loads_as_it_is_and_other_counts_do_not(tmp_path):
    trained, ours = build(HEATMAP), build(HEATMAP)
    torch.nn.init.normal_(trained.head.final_layer.weight)
    torch.save(trained.state_dict(), tmp_path / 'ours.pth')
    load_checkpoint(ours, str(tmp_path / 'ours.pth'), strict=True)
    torch.testing.assert_close(ours.head.final_layer.weight, trained.head.final_layer.weight)
    torch.save(build(HEATMAP, 21).state_dict(), tmp_path / 'hand.pth')
    with pytest.raises(RuntimeError, match=r'size mismatch for head\.final_layer'):
        load_checkpoint(ours, str(tmp_path / 'hand.pth'), strict=True)
