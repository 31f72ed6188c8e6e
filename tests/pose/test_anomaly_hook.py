"""The hook in a real mmengine run over the generated sample, with a network of a single weight."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from tiny_run import VIEW_WITH_ERRORS, build_runner, run_both_ways

from fitness_mm.aihub.index import FitnessIndex, split_rows
from fitness_mm.anomaly import Residuals
from fitness_mm.errors import FitnessError

SCRIPT = Path(__file__).with_name('tiny_run.py')
SEVERE = dict(rule=dict(threshold=0.5))


@pytest.fixture(scope='module')
def held_out(sample_root):
    index = FitnessIndex.read(sample_root)
    return index.select(split_rows(index, 'performer', 1, 2)[1])


def frames_of(index, *, view, numbers):
    return {index.clip_view_id(i): sorted(numbers & set(index.frame_numbers(i).tolist()))
            for i in np.flatnonzero(index.view == view)}


def test_a_test_writes_every_held_out_frame_and_the_flags(sample_root, held_out, tmp_path):
    runner = build_runner(sample_root, tmp_path, sheet=3)
    runner.test()
    folder = tmp_path / 'anomalies'
    flags = json.loads((folder / 'fold1_frames.json').read_text())
    assert flags == frames_of(held_out, view=VIEW_WITH_ERRORS, numbers={1, 3})
    joints = json.loads((folder / 'fold1_joints.json').read_text())
    assert joints == {name: {'5': ['Left Wrist']} for name in frames_of(
        held_out, view='A', numbers={5})}
    record = Residuals.read(folder / 'fold1.npz')
    assert len(record) == held_out.num_frames.sum()
    assert set(record.clip_view) == {held_out.clip_view_id(i) for i in range(len(held_out))}
    # the input is 192x256 and the crop 96x128 px
    assert (record.input_scale == 2.0).all() and (record.input_size == [192, 256]).all()
    rows = np.flatnonzero(record.clip_view == held_out.clip_view_id(0))
    np.testing.assert_array_equal(record.labels[rows], held_out.keypoints(0))
    np.testing.assert_array_equal(record.visible[rows], held_out.visible(0))
    sheet = matplotlib.image.imread(folder / 'fold1_worst.png')
    assert sheet.shape[0] > 200 and sheet[..., :3].std() > 0.1


@pytest.mark.parametrize('step', [
    'fitness_mm.pose.anomaly_hook.draw_sheet', 'fitness_mm.anomaly.files._ranking'])
def test_stopped_on_the_way_it_leaves_no_record(step, sample_root, tmp_path, monkeypatch):
    """K-fold takes a record for the sign that a fold is finished."""
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(step, stop)
    with pytest.raises(KeyboardInterrupt):
        build_runner(sample_root, tmp_path, sheet=1, test_frames=60).test()
    assert not list(tmp_path.rglob('*.npz'))


def test_validation_writes_the_same_and_draws_only_the_last_time(sample_root, tmp_path):
    drawn = []
    runner = build_runner(sample_root, tmp_path, sheet=1)
    hook = next(h for h in runner.hooks if type(h).__name__ == 'AnomalyFilterHook')
    finish = hook._finish
    hook._finish = lambda run, loop, draw: (drawn.append(draw), finish(run, loop, draw))
    runner.train()
    assert drawn == [False, True]
    validated = Residuals.read(tmp_path / 'anomalies' / 'fold1.npz')
    assert len(np.unique(np.char.add(validated.clip_view, validated.frame_number.astype(str)))
               ) == len(validated)
    assert (tmp_path / 'anomalies' / 'fold1_worst.png').is_file()


def test_two_processes_write_the_files_of_one(sample_root, tmp_path):
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    together = dict(WORLD_SIZE='2', MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port))
    subprocess.run([sys.executable, SCRIPT, sample_root, tmp_path / 'two'], cwd=tmp_path,
                   env={**os.environ, **together}, timeout=240, check=True)
    run_both_ways(sample_root, tmp_path / 'one')
    expected = read_files(tmp_path / 'one' / 'padded' / 'anomalies')
    assert len(expected) == 5 and len(json.loads(expected['fold1_frames.json'])) > 0
    assert len(expected['fold1.npz']['clip_view']) == 301
    for found in (tmp_path / 'one' / 'uneven', tmp_path / 'two' / 'padded',
                  tmp_path / 'two' / 'uneven'):
        assert read_files(found / 'anomalies') == expected, found


def read_files(folder):
    """Content of every file by name; that of a record by column."""
    return {path.name: ({name: column.tolist() for name, column in
                         Residuals.read(path).columns().items()}
                        if path.suffix == '.npz' else path.read_bytes())
            for path in folder.iterdir()}


@pytest.fixture
def excluded(sample_root, tmp_path):
    """A file that lists a whole clip-view and two frames of training, and a held-out frame; the
    number of frames that it keeps out of training, and that of all its frames."""
    index = FitnessIndex.read(sample_root)
    train, val = split_rows(index, 'performer', 1, 2)
    whole, part, other = (index.clip_view_id(row) for row in (train[0], train[1], val[0]))
    file = tmp_path / 'frames.json'
    file.write_text(json.dumps({
        whole: index.frame_numbers(train[0]).tolist(), part: [1, 5, 999], other: [1]}))
    return file, int(index.num_frames[train[0]]) + 2, index.num_frames[train].sum()


def test_training_leaves_out_what_files_list(sample_root, tmp_path, excluded):
    file, num_left_out, num_frames = excluded
    runner = build_runner(sample_root, tmp_path / 'run', excluded=[str(file)], sheet=0)
    runner.train()
    assert len(runner.train_dataloader.dataset) == num_frames - num_left_out
    log = next((tmp_path / 'run').glob('*/*.log')).read_text()
    assert (f"{num_left_out} of {num_frames} labelled frames in 2 clip-views of subset 'train' are "
            f'left out (the lists have {num_left_out + 2}, those of other clip-views included)'
            ) in log
    # what is held out is judged whole
    assert len(Residuals.read(tmp_path / 'run' / 'anomalies' / 'fold1.npz')) == len(
        runner.val_dataloader.dataset)


@pytest.mark.parametrize('content, message', [
    (None, r'there is no .*frames\.json; '),
    ('{', r'frames\.json is damaged or no list of labels'),
    ('[]', r'frames\.json is damaged .*expected an object'),
    ('{"a": ["1"]}', r'frames\.json is damaged .*a\[0\] is .*expected an integer'),
])
def test_one_sentence_about_a_wrong_file(sample_root, tmp_path, content, message):
    file = tmp_path / 'frames.json'
    if content is not None:
        file.write_text(content)
    runner = build_runner(sample_root, tmp_path / 'run', excluded=[str(file)])
    with pytest.raises(FitnessError, match=message):
        runner.train()


@pytest.mark.parametrize('run', ['train', 'test'])
def test_without_the_metric_it_says_so_before_the_long_work(sample_root, tmp_path, run):
    runner = build_runner(sample_root, tmp_path / 'run', evaluator=None)
    with pytest.raises(FitnessError, match='FitnessMPJPE'):
        getattr(runner, run)()
    assert runner.iter == 0


def test_labels_are_never_touched(sample_root, tmp_path, excluded):
    labels = {path: path.stat().st_mtime_ns for path in sample_root.rglob('*.json')}
    before = (sample_root / 'index.parquet').read_bytes()
    build_runner(sample_root, tmp_path / 'run', max_epochs=1, excluded=[str(excluded[0])],
                 sheet=0, **SEVERE).train()
    assert (sample_root / 'index.parquet').read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in sample_root.rglob('*.json')} == labels
