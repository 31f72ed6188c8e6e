"""The main job through the real tools: train, resume, evaluate, and what they say if they can't."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import REPO, run_here, run_tool

CONFIG = REPO / 'configs' / 'demo/demo_tsm_r18_heatmap.py'
SMALL = ('--cfg-options', 'train_cfg.max_epochs=2', 'train_cfg.val_interval=2',
         'train_dataloader.batch_size=8',
         'train_dataloader.dataset.indices=16', 'val_dataloader.dataset.indices=12',
         'test_dataloader.dataset.indices=12', 'train_dataloader.num_workers=1',
         'val_dataloader.num_workers=1', 'test_dataloader.num_workers=1',
         'default_hooks.logger.interval=1')


def losses(log: str) -> list[str]:
    """The loss of every logged iteration."""
    return re.findall(r'Epoch\(train\).*?\bloss: ([\d.]+)', log)


@pytest.fixture(scope='module')
def run(sample_root, tmp_path_factory):
    """A finished run of two epochs: its work directory and what it printed."""
    work_dir = tmp_path_factory.mktemp('run')
    env = dict(FITNESS_DATA_ROOT=str(sample_root))
    result = run_tool('train.py', CONFIG, '--work-dir', work_dir, *SMALL, env=env)
    return work_dir, result.stdout, env


def test_training_leaves_checkpoint_log_and_report(run):
    work_dir, log, env = run
    assert (work_dir / 'epoch_2.pth').is_file()
    assert list(work_dir.glob('*/*.log'))
    assert len(losses(log)) >= 4 and all(np.isfinite(float(loss)) for loss in losses(log))
    report = json.loads((work_dir / 'accuracy.json').read_text('utf-8'))
    assert report['samples'] == 12
    assert sum(map(sum, report['confusion'])) == 12
    assert f"acc/top1: {report['top1']:.4f}" in log
    assert (report['training'], report['epoch']) == (str(work_dir), 2)
    assert (report['data_root'], report['subset']) == (env['FITNESS_DATA_ROOT'], 'val')
    assert 'Warning' not in log and 'deprecated' not in log and log.count('\n') < 25


def test_resumed_run_gives_the_numbers_of_the_uninterrupted_one(run, tmp_path):
    work_dir, log, env = run
    shutil.copy(work_dir / 'epoch_1.pth', tmp_path)
    # killed while it wrote the second checkpoint, and moved since
    (tmp_path / 'epoch_2.pth').write_bytes((work_dir / 'epoch_2.pth').read_bytes()[:100_000])
    (tmp_path / 'last_checkpoint').write_text('/elsewhere/epoch_2.pth')
    resumed = run_here('train.py', CONFIG, '--work-dir', tmp_path, '--resume', *SMALL, env=env)
    expected = losses(log)
    assert losses(resumed.stdout) == expected[len(expected) // 2:]
    first, second = (torch.load(d / 'epoch_2.pth')['state_dict'] for d in (work_dir, tmp_path))
    assert first.keys() == second.keys()
    for name in first:
        torch.testing.assert_close(second[name], first[name], rtol=0, atol=0, msg=name)


def test_testing_repeats_the_validation_and_dumps_predictions(run, tmp_path):
    work_dir, _, env = run
    dump = tmp_path / 'new' / 'predictions.pkl'
    checkpoint = shutil.copy(work_dir / 'epoch_2.pth', tmp_path / 'mine.pth')
    result = run_here('test.py', CONFIG, checkpoint, '--dump', dump, *SMALL, env=env)
    validated = json.loads((work_dir / 'accuracy.json').read_text('utf-8'))
    tested = json.loads((tmp_path / 'mine/accuracy.json').read_text('utf-8'))
    whose = dict(training=validated.pop('training'), epoch=validated.pop('epoch'))
    assert tested == {**validated, 'checkpoint': str(checkpoint)}
    drawn = run_here('analysis/plot_run.py', tmp_path / 'mine')
    assert f'checkpoint      {checkpoint}\n' in drawn.stdout and 'training.png' not in drawn.stdout
    drawn = run_here('analysis/plot_run.py', work_dir)
    assert f"{whose['training']}, after epoch 2" in drawn.stdout and 'training.png' in drawn.stdout
    assert f"acc/top1: {validated['top1']:.4f}" in result.stdout
    assert dump.stat().st_size > 0


@pytest.mark.parametrize('tool, args, message', [
    ('train.py', [CONFIG], 'make it with: python tools/data/prepare.py --root {root}'),
    ('train.py', ['no/such.py'], "there is no config file 'no/such.py'"),
    ('train.py', [CONFIG, '--resume', 'none.pth'], "there is no checkpoint 'none.pth'"),
    ('test.py', [CONFIG, 'none.pth'], "there is no checkpoint 'none.pth'"),
    ('test.py', [CONFIG, 'none.pth', '--show-dir', 'x'], 'draw what pose estimators predict'),
])
def test_one_sentence_when_something_is_missing(refuse, tool, args, message, tmp_path):
    root = tmp_path / 'nothing'
    result = refuse(tool, *args, '--work-dir', tmp_path / 'work',
                    env=dict(FITNESS_DATA_ROOT=root))
    assert result.returncode == 1
    assert message.format(root=root) in result.stdout.splitlines()[-1]
    assert 'Traceback' not in result.stdout


@pytest.mark.parametrize('options, message', [
    (['train_dataloader.batch_size=999'], 'its data set has 16 samples, its batch_size is 999'),
    ([f'{part}_dataloader.dataset.num_folds=9' for part in ('train', 'val', 'test')],
     '9 folds need at least as many performers'),
    (['train_dataloader.dataset.exercises=[barbelrow]'], 'the nearest are: barbell row'),
    (['train_dataloader.dataset.view=C'], "unexpected keyword argument 'view'"),
    (['train_dataloader.batchsize=4'], "unexpected keyword argument 'batchsize'")])
def test_one_sentence_for_what_cannot_be_trained(refuse, options, message, sample_root, tmp_path):
    result = refuse('train.py', CONFIG, '--work-dir', tmp_path, *SMALL, *options,
                    env=dict(FITNESS_DATA_ROOT=sample_root))
    assert result.returncode == 1
    assert message in result.stdout.splitlines()[-1]
    assert not list(tmp_path.glob('*.pth'))


def test_one_sentence_for_a_damaged_record_of_keypoints(refuse, sample_root, tmp_path):
    record = tmp_path / 'all.npz'
    record.write_bytes(b'no archive')
    result = refuse('train.py', CONFIG, '--work-dir', tmp_path / 'work', *SMALL,
                    f'train_dataloader.dataset.keypoints_from={record}',
                    env=dict(FITNESS_DATA_ROOT=sample_root))
    assert result.returncode == 1
    assert f'{record} is damaged' in result.stdout.splitlines()[-1]
    assert 'Traceback' not in result.stdout


def test_a_training_that_diverges_ends_in_one_sentence_and_keeps_its_checkpoint(run, tmp_path):
    work_dir, _, env = run
    shutil.copy(work_dir / 'epoch_1.pth', tmp_path)
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_1.pth'))
    result = run_here(
        'train.py', CONFIG, '--work-dir', tmp_path, '--resume', *SMALL,
        'model.data_preprocessor.amplitude=inf', check=False, env=env)
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1].startswith('train.py: the loss is nan at iteration')
    assert 'Traceback' not in result.stdout
    assert sorted(p.name for p in tmp_path.glob('*.pth')) == ['epoch_1.pth']


class Intruder:
    """Pickles to a call, as a hostile checkpoint would."""

    def __reduce__(self):
        return Path.touch, (Path('intruder_was_here'), )


@pytest.mark.parametrize('content, message', [
    (dict(state_dict={}, meta=dict(note=Intruder())), 'objects that could run code'),
    (dict(state_dict={'of.another': torch.zeros(1)}), f'does not fit the model of {CONFIG}'),
])
def test_a_checkpoint_cannot_run_code_nor_be_of_another_network(
        refuse, sample_root, tmp_path, monkeypatch, content, message):
    monkeypatch.chdir(tmp_path)
    torch.save(content, tmp_path / 'bad.pth')
    result = refuse('test.py', CONFIG, tmp_path / 'bad.pth', '--work-dir', tmp_path,
                    env=dict(FITNESS_DATA_ROOT=sample_root))
    assert result.returncode == 1
    assert message in result.stdout.splitlines()[-1]
    assert not (tmp_path / 'intruder_was_here').exists()
