"""Pose training and evaluation through the real tools and through MMPose's own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import mmpose
import numpy as np
import pytest
from conftest import REPO, run_here, run_tool

from fitness_mm.anomaly import Residuals

CONFIG = REPO / 'configs' / 'demo/demo_pose_r18.py'
SMALL = ('train_cfg.max_epochs=2', 'train_cfg.val_interval=2', 'train_dataloader.batch_size=8',
         'train_dataloader.dataset.indices=16', 'val_dataloader.dataset.indices=10',
         'test_dataloader.dataset.indices=10', 'train_dataloader.num_workers=1',
         'val_dataloader.num_workers=0', 'test_dataloader.num_workers=0',
         'default_hooks.logger.interval=1')

FOREIGN = '''
default_scope = 'mmpose'
custom_imports = dict(imports=['fitness_mm.pose'])
default_hooks = dict(logger=dict(type='LoggerHook', interval=1))
auto_scale_lr = dict(base_batch_size=4)
codec = dict(type='ArgmaxHeatmap', input_size=(64, 96), heatmap_size=(16, 24), sigma=1)
model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(type='PoseDataPreprocessor', mean=[0.0] * 3, std=[255.0] * 3),
    backbone=dict(type='ResNet', depth=18),
    head=dict(type='FitnessHeatmapHead', in_channels=512, out_channels=24, decoder=codec))
train_dataloader = dict(
    batch_size=4, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='FitnessPoseDataset', subset='all', frames='random', indices=8,
        data_root='{{$FITNESS_DATA_ROOT:}}',
        pipeline=[
            dict(type='LoadLabelledFrame'), dict(type='GetBBoxCenterScale'),
            dict(type='FlipLabelledFrame'), dict(type='RandomHalfBody'),
            dict(type='LabelledFrameAffine', input_size=(64, 96)),
            dict(type='GenerateTarget', encoder=codec), dict(type='PackPoseInputs')]))
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1)
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-4))
'''


@pytest.fixture(scope='module')
def run(sample_root, tmp_path_factory):
    """A finished run of two epochs: its work directory, what it printed and its environment."""
    work_dir = tmp_path_factory.mktemp('pose_run')
    env = dict(FITNESS_DATA_ROOT=str(sample_root))
    result = run_tool('train.py', CONFIG, '--work-dir', work_dir, '--cfg-options', *SMALL, env=env)
    return work_dir, result.stdout, env


def test_training_leaves_checkpoints_and_a_report(run):
    work_dir, log, _ = run
    assert (work_dir / 'epoch_2.pth').is_file()
    report = json.loads((work_dir / 'mpjpe.json').read_text('utf-8'))
    assert report['samples'] == 10
    assert f"mpjpe/input_px: {report['input_px']:.4f}" in log
    assert list(report['per_view']) and len(report['per_joint']) == 24


def test_testing_repeats_the_validation_and_dumps_predictions(run, tmp_path):
    work_dir, _, env = run
    run_here('test.py', CONFIG, work_dir / 'epoch_2.pth', '--work-dir', tmp_path, '--cfg-options',
             *SMALL, f'test_evaluator.dump_file={tmp_path / "predictions.npz"}', env=env)
    report, validated = (json.loads((folder / 'mpjpe.json').read_text('utf-8'))
                         for folder in (tmp_path, work_dir))
    assert report.pop('checkpoint') == str(work_dir / 'epoch_2.pth')
    assert (validated.pop('training'), validated.pop('epoch')) == (str(work_dir), 2)
    assert report == validated
    dump = Residuals.read(tmp_path / 'predictions.npz')
    distance = np.linalg.norm(dump.predictions - dump.labels, axis=-1)
    assert distance[dump.visible].mean() == pytest.approx(report['image_px'], rel=1e-5)


def test_training_error_and_arg_max_are_one_option_away(run, tmp_path):
    work_dir, _, env = run
    run_here('test.py', CONFIG, work_dir / 'epoch_2.pth', '--work-dir', tmp_path, '--cfg-options',
             *SMALL, 'test_dataloader.dataset.subset=train', 'test_dataloader.dataset.indices=6',
             'model.head.decoder.type=ArgmaxHeatmap',
             f'test_evaluator.dump_file={tmp_path / "train.npz"}', env=env)
    held_out = json.loads((work_dir / 'mpjpe.json').read_text('utf-8'))['per_performer']
    trained = json.loads((tmp_path / 'mpjpe.json').read_text('utf-8'))
    assert trained['samples'] == 6 and not set(trained['per_performer']) & set(held_out)
    # whole cells of the heatmap: multiples of a stride of 4 px in the input's 96 x 128
    dump = Residuals.read(tmp_path / 'train.npz')
    cells = (dump.predictions[:, 1:] - dump.predictions[:, :1]) * dump.input_scale[:, None] / 4
    np.testing.assert_allclose(cells, cells.round(), atol=1e-3)


def test_an_ensemble_of_two_epochs(run, tmp_path):
    work_dir, _, env = run
    members = [str(work_dir / f'epoch_{epoch}.pth') for epoch in (1, 2)]
    result = run_here('test.py', REPO / 'configs' / 'pose/ensemble_pose_r18.py', members[0],
                      '--work-dir', tmp_path, '--cfg-options', *SMALL,
                      f'model.checkpoints=[{",".join(members)}]', env=env)
    assert 'mpjpe/input_px' in result.stdout
    assert json.loads((tmp_path / 'mpjpe.json').read_text('utf-8'))['samples'] == 10


def test_foreign_project_under_mmposes_own_script(sample_root, tmp_path):
    (tmp_path / 'mine.py').write_text(FOREIGN, 'utf-8')
    script = Path(mmpose.__file__).parent / '.mim' / 'tools' / 'train.py'
    result = subprocess.run(
        [sys.executable, str(script), 'mine.py'], cwd=tmp_path, text=True, timeout=240,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, 'FITNESS_DATA_ROOT': str(sample_root)})
    assert result.returncode == 0, result.stdout[-4000:]
    assert (tmp_path / 'work_dirs' / 'mine' / 'epoch_1.pth').is_file()


def test_mmposes_oks_metric_with_an_exported_file(run, sample_root, tmp_path):
    work_dir, _, env = run
    run_here('data/export_coco.py', '--root', sample_root, '--out', tmp_path / 'val.json',
             '--subset', 'val', '--frames', 'first')
    config = tmp_path / 'oks.py'
    config.write_text(f"_base_ = '{CONFIG}'\n"
                      "test_evaluator = [dict(type='FitnessMPJPE'), "
                      f"dict(type='CocoMetric', ann_file='{tmp_path / 'val.json'}')]\n", 'utf-8')
    options = [option for option in SMALL if not option.startswith('test_dataloader.dataset')]
    result = run_here('test.py', config, work_dir / 'epoch_2.pth', '--work-dir', tmp_path,
                      '--cfg-options', *options, env=env)
    assert 'coco/AP: ' in result.stdout and 'mpjpe/input_px: ' in result.stdout
