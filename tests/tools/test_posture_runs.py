"""Posture networks through the real tools: train, resume, and what analyses make of it."""

import json
import re
import shutil

import numpy as np
import pytest
import torch
from conftest import REPO, run_here, run_tool

from fitness_mm.analysis.study.results import read_result
from fitness_mm.posture.records import PostureRecords

CONFIG = REPO / 'configs' / 'demo/demo_posture_keypoints.py'
SMALL = ('--cfg-options', 'train_cfg.max_epochs=2', 'train_cfg.val_interval=1',
         'train_dataloader.batch_size=8', 'train_dataloader.num_workers=0',
         'val_dataloader.num_workers=0', 'test_dataloader.num_workers=0',
         'default_hooks.logger.interval=1')


def logged(name: str, log: str) -> list[str]:
    """A value of every iteration of training."""
    return re.findall(rf'Epoch\(train\).*?\b{name}: ([\d.]+)', log)


@pytest.fixture(scope='module')
def run(sample_root, tmp_path_factory):
    """A finished run of two epochs: its work directory, what it printed and its environment."""
    work_dir = tmp_path_factory.mktemp('posture_run')
    env = dict(FITNESS_DATA_ROOT=str(sample_root))
    result = run_tool('train.py', CONFIG, '--work-dir', work_dir, *SMALL, env=env)
    return work_dir, result.stdout, env


def test_training_leaves_records_reports_and_the_best_checkpoint(run):
    work_dir, log, _ = run
    assert all(np.isfinite(float(loss)) for loss in logged('loss_conditions', log))
    assert len(list(work_dir.glob('best_posture*.pth'))) == 1
    report = json.loads((work_dir / 'posture.json').read_text('utf-8'))
    records = PostureRecords.read(work_dir / 'posture.npz')
    assert report['samples'] == len(records) > 0
    assert f"posture/micro_acc: {report['micro_acc']:.4f}" in log
    # the exercise stays the business of FitnessAccMetric and of what reads it
    result = read_result(work_dir)
    assert result.report['top1'] == pytest.approx(report['exercise_top1'])
    np.testing.assert_array_equal(result.records.predicted, records.predicted)


def test_a_resumed_run_in_half_precision_goes_on_where_it_was(run, tmp_path):
    work_dir, log, env = run
    shutil.copy(work_dir / 'epoch_1.pth', tmp_path)
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_1.pth'))
    resumed = run_here('train.py', CONFIG, '--work-dir', tmp_path, '--resume', '--amp', *SMALL,
                       env=env)
    expected = [float(loss) for loss in logged('loss_conditions', log)]
    losses = [float(loss) for loss in logged('loss_conditions', resumed.stdout)]
    # the same samples and dropout; bfloat16 has three digits
    assert losses == pytest.approx(expected[len(expected) // 2:], rel=0.05)
    assert torch.load(work_dir / 'epoch_2.pth')['state_dict'].keys() == torch.load(
        tmp_path / 'epoch_2.pth')['state_dict'].keys()
