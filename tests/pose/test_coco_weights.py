"""A made-up COCO checkpoint through mmengine's own loader, weights_only as torch has it."""

import pytest
import torch
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmpose.registry import MODELS

from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.pose.coco_weights import widen_from_coco

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


def test_the_others_are_their_neighbours_mean():
    wide = widen_from_coco(torch.arange(17.0)[:, None].repeat(1, 2))
    assert wide.shape == (24, 2)
    of = {name: wide[i].tolist() for name, i in KEYPOINT_INDEX.items()}
    assert of['Nose'] == [0, 0] and of['Right Ankle'] == [16, 16]
    assert of['Left Palm'] == of['Left Wrist'] == [9, 9]
    assert of['Right Foot'] == of['Right Ankle']
    assert of['Neck'] == [5.5, 5.5] and of['Waist'] == [11.5, 11.5]
    assert of['Back'] == [8.5, 8.5]  # of 5, 6, 11, 12


@pytest.mark.parametrize('head', [HEATMAP, SIMCC], ids=['heatmap', 'simcc'])
def test_a_coco_checkpoint_fills_the_whole_model(head, tmp_path):
    coco, ours = build(head, 17), build(head)
    for parameter in coco.head.final_layer.parameters():
        torch.nn.init.normal_(parameter)
    torch.save(dict(state_dict=coco.state_dict(), meta=dict()), tmp_path / 'coco.pth')
    load_checkpoint(ours, str(tmp_path / 'coco.pth'), strict=True)
    loaded = ours.state_dict()
    for name, stored in coco.state_dict().items():
        torch.testing.assert_close(loaded[name][:len(stored)] if stored.ndim else loaded[name],
                                   stored, rtol=0, atol=0, msg=name)
    weight = loaded['head.final_layer.weight']
    torch.testing.assert_close(weight[KEYPOINT_INDEX['Left Palm']],
                               weight[KEYPOINT_INDEX['Left Wrist']])
    torch.testing.assert_close(weight[KEYPOINT_INDEX['Neck']], weight[5:7].mean(0))


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
    torch.save(build(HEATMAP, 133).state_dict(), tmp_path / 'wholebody.pth')
    with pytest.raises(RuntimeError, match=r'size mismatch for head\.final_layer'):
        load_checkpoint(ours, str(tmp_path / 'wholebody.pth'), strict=True)
