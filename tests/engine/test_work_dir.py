"""A work directory: one training at a time, and the checkpoint that a training goes on from."""

import os
import subprocess
import sys

import pytest
import torch
from conftest import REPO

from fitness_mm.engine.checks import work_dir
from fitness_mm.engine.checks.work_dir import last_whole_checkpoint, training_alone
from fitness_mm.errors import FitnessError


@pytest.fixture
def epochs(tmp_path):
    """A folder with the checkpoints of four epochs, ten of an earlier run, and a best one."""
    for name in ('epoch_1', 'epoch_2', 'epoch_3', 'epoch_10', 'best_acc_epoch_3', 'iter_x'):
        torch.save(dict(state_dict=dict(weight=torch.ones(99))), tmp_path / f'{name}.pth')
    (tmp_path / 'last_checkpoint').write_text('/moved/from/here/epoch_3.pth')
    return tmp_path


DAMAGES = {
    'cut': lambda data: data[:len(data) // 2], 'empty': lambda data: b'',
    'text': lambda data: b'hello\n', 'one bit': lambda data: data.replace(
        torch.ones(99).numpy().tobytes(), torch.ones(99).numpy().tobytes()[:-1] + b'\x3e')}


def test_the_last_checkpoint_is_found_wherever_the_folder_was_moved(epochs):
    assert last_whole_checkpoint(epochs) == str(epochs / 'epoch_3.pth')


@pytest.mark.parametrize('damage', DAMAGES)
def test_a_damaged_one_is_passed_over_for_the_one_before(damage, epochs):
    for name, before in (('epoch_3', 'epoch_2'), ('epoch_2', 'epoch_1')):
        file = epochs / f'{name}.pth'
        file.write_bytes(DAMAGES[damage](file.read_bytes()))
        assert last_whole_checkpoint(epochs) == str(epochs / f'{before}.pth')
    file = epochs / 'epoch_1.pth'
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    with pytest.raises(FitnessError, match=r'none of the checkpoints in .* can be read'):
        last_whole_checkpoint(epochs)


@pytest.mark.parametrize('note', [b'', b'\n', b'none.pth', b'\xff', b'..'])
def test_without_a_note_that_helps_it_is_the_highest_epoch(note, epochs):
    (epochs / 'last_checkpoint').write_bytes(note)
    assert last_whole_checkpoint(epochs) == str(epochs / 'epoch_10.pth')
    (epochs / 'last_checkpoint').unlink()
    assert last_whole_checkpoint(epochs) == str(epochs / 'epoch_10.pth')


def test_a_new_folder_has_none(tmp_path):
    assert last_whole_checkpoint(tmp_path) is None


HOLD = '''
import sys
from pathlib import Path
from fitness_mm.engine.checks.work_dir import training_alone
with training_alone(Path(sys.argv[1]), True):
    print('held', flush=True)
    sys.stdin.read()
'''


def test_a_second_training_in_one_folder_is_refused(tmp_path, monkeypatch):
    other = subprocess.Popen([sys.executable, '-c', HOLD, str(tmp_path)], text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             env={**os.environ, 'PYTHONPATH': str(REPO)})
    assert other.stdout.readline() == 'held\n'
    monkeypatch.setattr(work_dir, '_PATIENCE_SEC', 0)
    with (pytest.raises(FitnessError, match='another training is writing to'),
          training_alone(tmp_path, True)):
        pass
    with training_alone(tmp_path, False):  # a second process of one training
        pass
    other.kill()
    other.wait()
    with training_alone(tmp_path, True):
        pass
