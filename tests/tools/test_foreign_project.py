"""The hosts' own training scripts, run from a folder that knows nothing of this repository."""

import os
import re
import subprocess
import sys
from pathlib import Path

import mmaction
import mmpose
import pytest
from conftest import REPO

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
