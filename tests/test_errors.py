"""What a user can mend is told in one sentence, by the same few lines everywhere."""

import errno
import importlib
import inspect
import os
import pkgutil
import subprocess
import sys

import pytest

import fitness_mm
from fitness_mm.errors import ArgumentError, FitnessError, plain_errors


def test_every_error_of_ours_is_told_in_one_sentence():
    modules = [importlib.import_module(info.name)
               for info in pkgutil.walk_packages(fitness_mm.__path__, 'fitness_mm.')]
    errors = {kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)
              if issubclass(kind, Exception) and kind.__module__.startswith('fitness_mm')}
    assert len(errors) > 5
    assert not [kind for kind in errors if not issubclass(kind, FitnessError)
                and not kind.__name__.startswith('_')]  # which their module catches itself


@pytest.mark.parametrize('error, message', [
    (FitnessError('there is no x'), 'there is no x'),
    (ArgumentError('fold is 7'), 'fold is 7'),
    (FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), 'a.npz'),
     'a.npz: No such file or directory'),
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 'No space left on device'),
    (ModuleNotFoundError("No module named 'torch'", name='torch'),
     'this needs torch, which is not installed; `make env` makes an environment that has it'),
    (MemoryError(), 'there is not enough memory (MemoryError); make batches smaller, or use fewer '
     'processes'),
    (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), 'fewer processes'),
    (FitnessError('\x1b[31ma.mp4\nb \udcbd'), '\\x1b[31ma.mp4\\nb \\xbd'),
])
def test_what_a_user_can_mend_is_one_sentence(monkeypatch, error, message):
    monkeypatch.setattr(sys, 'argv', ['/somewhere/tool.py'])
    with pytest.raises(SystemExit) as caught, plain_errors():
        raise error
    assert caught.value.code.startswith('tool.py: ') and caught.value.code.endswith(message)


@pytest.mark.parametrize('error', [
    KeyError('joints'), RuntimeError('shapes differ'), ValueError('x'),
    OSError('libcudart.so is missing'),
    ModuleNotFoundError("No module named 'fitness_mm.poze'", name='fitness_mm.poze')])
def test_what_is_our_mistake_keeps_its_traceback(error):
    with pytest.raises(type(error)), plain_errors():
        raise error


@pytest.mark.parametrize('lines', [1, 100_000])
def test_a_tool_whose_reader_leaves_stops_without_a_word(lines):
    code = ('import sys\nfrom fitness_mm.errors import plain_errors\nsys.stdin.read()\n'
            f'with plain_errors():\n    print("x\\n" * {lines})')
    tool = subprocess.Popen([sys.executable, '-c', code], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tool.stdout.close()
    assert tool.communicate(timeout=60)[1] == b''
    assert tool.returncode == 141


def test_letters_that_a_terminal_has_not_are_printed_all_the_same():
    code = ('from fitness_mm.errors import plain_errors\nwith plain_errors():\n'
            '    print("스쿼트 \\udcbd")')
    printed = subprocess.run([sys.executable, '-c', code], capture_output=True, check=True,
                             env={**os.environ, 'PYTHONIOENCODING': 'ascii'}).stdout
    assert printed.strip() == rb'\uc2a4\ucffc\ud2b8 \udcbd'


def test_ctrl_c_is_reported_as_shells_do(monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['tool.py'])
    with pytest.raises(SystemExit) as caught, plain_errors('run it again to go on'):
        raise KeyboardInterrupt
    assert caught.value.code == 130
    assert capsys.readouterr().err == 'tool.py: stopped; run it again to go on\n'
