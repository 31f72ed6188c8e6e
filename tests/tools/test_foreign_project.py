"""A config of one's own, in a folder that knows nothing of this repository, under the hosts'
scripts and under ours."""

import os
import re
import subprocess
import sys
from pathlib import Path

import mmaction
import mmpose
import pytest
from conftest import REPO, run_here

MMPOSE_CONFIG = '''
default_scope = 'mmpose'
custom_imports = dict(imports=['fitness_mm.action'])
default_hooks = dict(logger=dict(type='LoggerHook', interval=1))
auto_scale_lr = dict(base_batch_size=4)
model = dict(
    type='mmaction.HeatmapFusionRecognizer',
    _scope_='mmaction',
    backbone=dict(type='ResNetTSM', depth=18, num_segments=8, pretrained=None, pretrained2d=False),
    cls_head=dict(type='TSMHead', num_classes=12, in_channels=512, num_segments=8),
    data_preprocessor=dict(type='HeatmapFusionDataPreprocessor', sigma=2.0, mean=[0.0] * 3,
                           std=[255.0] * 3))
train_dataloader = dict(
    batch_size=4, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='mmaction.FitnessClipDataset', _scope_='mmaction', subset='all', indices=8,
        data_root='',
        pipeline=[
            dict(type='SampleLabelledFrames'), dict(type='CropToUnionBox'),
            dict(type='LoadLabelledFrames'),
            dict(type='Resize', scale=(48, 64), keep_ratio=False),
            dict(type='FormatShape', input_format='NCHW'), dict(type='FormatKeypoints'),
            dict(type='PackActionInputs', algorithm_keys=('keypoints', ))]))
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1)
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-4))
'''
README = (REPO / 'README.md').read_text('utf-8')
README_CONFIG = re.search(r'```python\n(# my_config\.py.*?)```', README, re.DOTALL)[1]


def stock_train(host, *args, cwd, **env):
    script = Path(host.__file__).parent / '.mim' / 'tools' / 'train.py'
    return subprocess.run(
        [sys.executable, str(script), *map(str, args)], cwd=cwd, text=True, timeout=240,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **env})


LAZY_CONFIG = """
from mmengine.config import read_base
with read_base():
    from .base import *
from mmengine.dataset import DefaultSampler
from mmpose.codecs import MSRAHeatmap
from mmpose.datasets.transforms import GenerateTarget, PackPoseInputs
from mmpose.models import HeatmapHead, KeypointMSELoss, PoseDataPreprocessor, ResNet
from mmpose.models import TopdownPoseEstimator
from torch.optim import AdamW
from fitness_mm.pose import FitnessPoseDataset, LabelledFrameAffine, LoadLabelledFrame
from fitness_mm.pose import UnionBoxCenterScale
default_scope = 'mmpose'
codec = dict(type=MSRAHeatmap, input_size=(64, 64), heatmap_size=(16, 16), sigma=2)
model = dict(
    type=TopdownPoseEstimator, backbone=dict(type=ResNet, depth=18),
    data_preprocessor=dict(type=PoseDataPreprocessor, mean=[0.0] * 3, std=[255.0] * 3),
    head=dict(type=HeatmapHead, in_channels=512, out_channels=24, decoder=codec,
              loss=dict(type=KeypointMSELoss, use_target_weight=True)))
train_dataloader = dict(
    batch_size=4, num_workers=0, sampler=dict(type=DefaultSampler, shuffle=True),
    dataset=dict(type=FitnessPoseDataset, data_root='', indices=8,
                 subset='all', pipeline=[
                     dict(type=LoadLabelledFrame), dict(type=UnionBoxCenterScale),
                     dict(type=LabelledFrameAffine, input_size=codec['input_size']),
                     dict(type=GenerateTarget, encoder=codec), dict(type=PackPoseInputs)]))
optim_wrapper = dict(optimizer=dict(type=AdamW, lr=1e-4))
"""
LAZY_BASE = """
from mmengine.runner import EpochBasedTrainLoop
train_cfg = dict(type=EpochBasedTrainLoop, max_epochs=1)
"""


@pytest.mark.parametrize('config', [README_CONFIG, LAZY_CONFIG], ids=['readme', 'lazy'])
def test_foreign_config_under_our_script(config, sample_root, tmp_path):
    """Of mmengine's settings such a config has only those that mmengine itself asks for."""
    (tmp_path / 'base.py').write_text(LAZY_BASE, 'utf-8')
    (tmp_path / 'mine.py').write_text(config, 'utf-8')
    run_here('train.py', 'mine.py', '--seed', 3, '--amp', '--cfg-options',
             'train_dataloader.dataset.indices=8', 'train_dataloader.num_workers=0',
             f'train_dataloader.dataset.data_root={sample_root}', cwd=tmp_path)
    assert (tmp_path / 'work_dirs' / 'mine' / 'epoch_1.pth').is_file()


@pytest.mark.parametrize('host, config', [(mmaction, README_CONFIG), (mmpose, MMPOSE_CONFIG)],
                         ids=['mmaction', 'mmpose'])
def test_foreign_config_under_a_stock_script(host, config, sample_root, tmp_path):
    (tmp_path / 'mine.py').write_text(config, 'utf-8')
    result = stock_train(host, 'mine.py', '--cfg-options',
                         f'train_dataloader.dataset.data_root={sample_root}', cwd=tmp_path)
    assert result.returncode == 0, result.stdout[-4000:]
    assert (tmp_path / 'work_dirs' / 'mine' / 'epoch_1.pth').is_file()


def test_our_config_under_the_stock_script(sample_root, tmp_path):
    result = stock_train(
        mmaction, REPO / 'configs' / 'demo/demo_tsm_r18_heatmap.py', '--work-dir', tmp_path / 'out',
        '--cfg-options', 'train_cfg.max_epochs=1', 'train_cfg.val_interval=1',
        'train_dataloader.dataset.indices=8',
        'train_dataloader.batch_size=8', 'val_dataloader.dataset.indices=4',
        'train_dataloader.num_workers=0', 'val_dataloader.num_workers=0',
        cwd=tmp_path, FITNESS_DATA_ROOT=str(sample_root))
    assert result.returncode == 0, result.stdout[-4000:]
    assert 'acc/top1' in result.stdout
    assert (tmp_path / 'out' / 'epoch_1.pth').is_file()
