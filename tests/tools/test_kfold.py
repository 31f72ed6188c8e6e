"""tools/kfold.py as a user runs it, whole, killed, started again, and misused."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import orjson
import pytest
from conftest import REPO, run_here, run_tool

from fitness_mm.aihub.index import read_exclusions
from fitness_mm.anomaly import Residuals
from fitness_mm.engine.tool_launcher import ToolLauncher

# Two epochs of two views; half of the frames are flagged at the threshold below.
OPTIONS = ('--cfg-options', 'train_cfg.max_epochs=2', 'train_cfg.val_interval=2',
           *(f'{part}_dataloader.{setting}' for part in ('train', 'val', 'test')
             for setting in ('num_workers=0', 'dataset.views=[B,C]')))


def arguments(work_dir, *more):
    return ('configs/demo/demo_pose_r18.py', '--folds', 2, '--threshold', 2.0, '--work-dir',
            work_dir,
            *more, *OPTIONS)


def kfold_here(sample_root, *args):
    """K-fold in this process; its output, and the trainings and tests that it ran, here too."""
    ran = []

    def run(launcher, tool, config, *rest, folder, device=None):
        ran.append(tool)
        run_here(f'{tool}.py', config, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ToolLauncher, 'run', run)
        return run_here('kfold.py', *args, env={'FITNESS_DATA_ROOT': sample_root}).stdout, ran


@pytest.fixture(scope='module')
def finished(sample_root, tmp_path_factory):
    """Work directory and output of a run with a retraining."""
    work_dir = tmp_path_factory.mktemp('kfold')
    output, ran = kfold_here(sample_root, *arguments(
        work_dir, '--retrain', '--truth', sample_root / 'planted_errors.json'))
    assert ran == ['train', 'test'] * 2 + ['train', 'test', 'test'] * 2
    return work_dir, output


def test_every_frame_is_judged_once_by_a_network_that_has_not_seen_its_performer(finished):
    work_dir, output = finished
    folds = [Residuals.read(work_dir / f'anomalies/fold{k}.npz') for k in range(2)]
    merged = Residuals.read(work_dir / 'anomalies/all.npz')
    assert len(merged) == len(folds[0]) + len(folds[1])
    assert not set(folds[0].performer) & set(folds[1].performer)
    frames = set(zip(merged.clip_view, merged.frame_number, strict=True))
    assert len(frames) == len(merged)
    assert 'fold 1 is finished' in output
    flags = read_exclusions([work_dir / 'anomalies/all_frames.json'])
    assert 0 < sum(map(len, flags.values())) < len(merged)


def test_finished_work_is_not_done_again(finished, sample_root):
    work_dir, _ = finished
    flags = work_dir / 'anomalies/all_frames.json'
    before = flags.read_bytes()
    checkpoint = (work_dir / 'fold0/epoch_2.pth').stat().st_mtime_ns
    _, ran = kfold_here(sample_root, *arguments(work_dir))
    assert ran == []
    assert flags.read_bytes() == before
    assert (work_dir / 'fold0/epoch_2.pth').stat().st_mtime_ns == checkpoint


def test_killed_in_the_middle_of_a_fold_it_ends_with_the_same_predictions(finished, sample_root,
                                                                         tmp_path):
    whole, _ = finished
    env = {**os.environ, 'FITNESS_DATA_ROOT': str(sample_root)}
    command = [sys.executable, 'tools/kfold.py', *map(str, arguments(tmp_path, '--fold', 1))]
    process = subprocess.Popen(command, cwd=REPO, env=env, start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while not (tmp_path / 'fold1/last_checkpoint').exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / 'fold1/epoch_2.pth').exists()

    run_tool('kfold.py', *arguments(tmp_path, '--fold', 1), env=env)
    a = Residuals.read(whole / 'anomalies/fold1.npz')
    b = Residuals.read(tmp_path / 'anomalies/fold1.npz')
    np.testing.assert_array_equal(a.predictions, b.predictions)
    assert ((whole / 'anomalies/fold1_frames.json').read_bytes()
            == (tmp_path / 'anomalies/fold1_frames.json').read_bytes())


def test_retraining_leaves_the_flagged_frames_out(finished):
    work_dir, output = finished
    table = [line for line in output.splitlines() if line.startswith('|')]
    assert [line.split('|')[1].strip() for line in table[2:]] == ['all labels',
                                                                  'without anomalies']
    numbers = np.array([line.split('|')[2:-1] for line in table[2:]], float)
    assert numbers.shape == (2, 6) and (numbers > 0).all()
    assert (numbers[0] != numbers[1]).all()  # another network
    excluded = orjson.loads((work_dir / 'fold0_retrained/excluded_frames.json').read_bytes())
    assert excluded == orjson.loads((work_dir / 'anomalies/all_frames.json').read_bytes())
    assert "clip-views of subset 'train' are left out" in log_of(work_dir / 'fold0_retrained')


def test_another_config_in_the_same_folder_is_refused(refuse, finished, sample_root):
    work_dir, _ = finished
    result = refuse('kfold.py', *arguments(work_dir), 'optim_wrapper.optimizer.lr=1',
                    env={'FITNESS_DATA_ROOT': sample_root})
    assert result.returncode == 1
    assert 'another config' in result.stdout and 'Traceback' not in result.stdout


def log_of(folder):
    return ''.join(path.read_text() for path in sorted(folder.glob('*/*.log')))


@pytest.mark.parametrize('args, sentence', [
    (('configs/none.py', ), 'there is no config file'),
    (('configs/demo/demo_pose_r18.py', '--folds', 1), 'expected at least 2'),
    (('configs/demo/demo_pose_r18.py', '--fold', 7), 'there is no fold 7'),
    (('configs/demo/demo_pose_r18.py', '--threshold', -1), 'expected a positive number'),
])
def test_misuse_gets_one_sentence(refuse, args, sentence, tmp_path):
    result = refuse('kfold.py', *args, '--work-dir', tmp_path)
    assert result.returncode == 1
    assert sentence in result.stdout and 'Traceback' not in result.stdout


def test_slurm_runs_an_array_and_merges_after_it(tmp_path):
    sbatch = tmp_path / 'sbatch'
    sbatch.write_text('#!/bin/sh\nprintf "%s|" "$@" >&2; echo >&2; echo 4711\n')
    sbatch.chmod(0o755)
    result = subprocess.run(
        ['tools/slurm_kfold.sh', 'gpu', 'pose', 'my config.py', '5', '--retrain'], cwd=REPO,
        env={**os.environ, 'PATH': f"{tmp_path}:{os.environ['PATH']}"}, text=True,
        capture_output=True, check=True)
    folds, last = result.stderr.splitlines()
    assert '--array|0-4|' in folds and folds.endswith('--fold $SLURM_ARRAY_TASK_ID|')
    assert '--dependency|afterok:4711|' in last and '--fold ' not in last
    for line in (folds, last):
        assert 'kfold.py my\\ config.py --folds 5 --retrain' in line
