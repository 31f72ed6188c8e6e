"""Samples are the same to the byte, survive an interruption and overwrite nothing."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fitness_mm.errors import FitnessError
from fitness_mm.files import locked
from fitness_mm.sample import PRESETS, make_sample
from fitness_mm.sample.plan import plan_clips

TOOL = Path(__file__).resolve().parents[2] / 'tools' / 'data' / 'make_sample.py'
SMALLEST = {'exercises': ('barbell row', 'dumbbell pullover'), 'training_performers': 2,
            'validation_performers': 0, 'size': (96, 64), 'error_rate': 0.3}


def _contents(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in root.rglob('*') if path.is_file()}


@pytest.fixture(scope='module')
def smallest(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp('smallest') / 'sample'
    make_sample(out, seed=7, **SMALLEST)
    return out


def test_the_number_of_processes_changes_nothing(smallest, tmp_path):
    make_sample(tmp_path / 'again', seed=7, workers=3, **SMALLEST)
    contents = _contents(smallest)
    assert len(contents) > 600
    assert _contents(tmp_path / 'again') == contents


def test_another_seed_is_another_sample(smallest, tmp_path):
    make_sample(tmp_path / 'other', seed=8, **SMALLEST | {'training_performers': 1})
    images = [{digest for name, digest in _contents(root).items() if name.endswith('.jpg')}
              for root in (smallest, tmp_path / 'other')]
    assert not images[0] & images[1]


def test_an_interrupted_sample_is_continued(smallest, tmp_path):
    out, shown = tmp_path / 'sample', []

    class Interrupted(Exception):
        pass

    def interrupt(done, total):
        if done == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        make_sample(out, seed=7, report=interrupt, **SMALLEST)
    labels = {path: path.stat().st_mtime_ns for path in out.rglob('D*.json')}
    assert len(labels) == 4
    result = make_sample(out, seed=7, report=lambda *numbers: shown.append(numbers), **SMALLEST)
    assert result.num_new == 2 and shown == [(3, 4), (4, 4)]
    assert _contents(out) == _contents(smallest)
    assert all(path.stat().st_mtime_ns == time for path, time in labels.items())


def test_a_finished_sample_is_left_alone(smallest):
    before = _contents(smallest)
    result = make_sample(smallest, seed=7, **SMALLEST)
    assert result.num_new == 0 and result.num_clips == 4 and result.seconds < 1
    assert _contents(smallest) == before


def test_an_index_beside_a_finished_sample_does_not_disturb(smallest):
    extra = smallest / 'index.parquet'
    extra.write_bytes(b'')
    assert make_sample(smallest, seed=7, **SMALLEST).num_new == 0
    extra.unlink()


@pytest.mark.parametrize(('change', 'sentence'), [
    ({'preset': 'huge'}, "no preset 'huge', expected one of tiny, small, medium, large"),
    ({'seed': -1}, 'seed is -1'),
    ({'workers': 0}, 'workers 0, expected at least 0 and 1'),
    ({'error_rate': 1.5}, 'error_rate is 1.5, expected 0 to 1'),
    ({'exercises': ('jumping',)}, "no exercise is called 'jumping'"),
    ({'errors': 'some'}, "errors is 'some', expected one of real, skeletons"),
    ({'cameras': 'above'}, "cameras is 'above', expected station or anywhere"),
    ({'clips': 9}, 'clips is 9, expected 1 to 8'),
    ({'training_performers': 0}, '0 performers for training'),
    ({'training_performers': 400}, 'expected at most'),
    ({'legs': 3}, 'a preset has no such number'),
    ({'size': (20, 20)}, 'too small'),
])
def test_bad_arguments_get_one_sentence(tmp_path, change, sentence):
    with pytest.raises(FitnessError) as caught:
        make_sample(tmp_path / 'sample', **change)
    assert sentence in str(caught.value)
    assert not (tmp_path / 'sample').exists()


def test_foreign_folders_are_not_touched(tmp_path, smallest):
    (tmp_path / 'mine').write_text('precious')
    with pytest.raises(FitnessError, match='holds no sample'):
        make_sample(tmp_path, seed=7, **SMALLEST)
    assert os.listdir(tmp_path) == ['mine']
    with pytest.raises(FitnessError, match='its seed differs'):
        make_sample(smallest, seed=9, **SMALLEST)
    with pytest.raises(FitnessError, match='not a folder'):
        make_sample(tmp_path / 'mine', seed=7, **SMALLEST)


def _tool(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, str(TOOL), *map(str, arguments)], capture_output=True,
                          text=True, timeout=120, check=False)


def test_the_tool_says_what_it_did_and_what_is_there(sample_root, tmp_path):
    done = _tool('--out', sample_root, '--preset', 'tiny')
    num_clips = len(plan_clips(PRESETS['tiny'], seed=0))
    assert done.returncode == 0 and f'is there already, {num_clips} clips' in done.stdout
    refused = _tool('--out', sample_root, '--preset', 'tiny', '--seed', '5')
    assert refused.returncode == 1 and 'seed differs' in refused.stderr
    assert 'Traceback' not in refused.stderr


def test_two_at_once_in_one_folder(tmp_path):
    out = tmp_path / 'sample'
    out.mkdir()
    with locked(out):
        with pytest.raises(FitnessError, match=r'another make_sample\.py is at work in .*; wait'):
            make_sample(out, 'tiny', images=False)
        assert not list(out.iterdir())
