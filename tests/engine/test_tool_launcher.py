import os
import re
import signal
import subprocess
import sys

import pytest
from conftest import REPO

from fitness_mm.engine.tool_launcher import ToolLauncher
from fitness_mm.errors import FitnessError

TRAIN = '''
import os, sys, time
if '--wait' in sys.argv:
    from fitness_mm.engine.tool_launcher import end_with_launcher
    end_with_launcher()
    print('waiting', os.getpid(), flush=True)
    time.sleep(60)
print(os.environ.get('CUDA_VISIBLE_DEVICES'), *sys.argv[1:], flush=True)
sys.exit('--fail' in sys.argv)
'''


@pytest.fixture
def tools(tmp_path, monkeypatch):
    monkeypatch.delenv('CUDA_VISIBLE_DEVICES', raising=False)
    (tmp_path / 'train.py').write_text(TRAIN)
    for tool in ('train', 'test'):
        (tmp_path / f'dist_{tool}.sh').write_text('echo "$@"')
    return tmp_path


def test_a_training_on_a_device_of_its_own_writes_to_a_file_of_its_new_folder(tools):
    folder = tools / 'run/fold0'  # nothing has made it yet
    for _ in range(2):
        ToolLauncher(tools).run('train', 'a b.py', '--resume', folder=folder, device='1')
    assert (folder / 'kfold.log').read_text() == '1 a b.py --resume\n' * 2


def test_alone_it_writes_to_the_terminal_and_has_every_device(tools, capfd):
    ToolLauncher(tools).run('train', 'a.py', folder=tools / 'run')
    assert capfd.readouterr().out == 'None a.py\n'


@pytest.mark.parametrize('tool, arguments, line', [
    ('train', ['--resume'], 'a.py 2 --resume'), ('test', ['b.pth', '--dump'], 'a.py b.pth 2 --dump')
])
def test_several_processes_go_through_the_scripts_of_the_hosts(tools, capfd, tool, arguments, line):
    ToolLauncher(tools, gpus=2).run(tool, 'a.py', *arguments, folder=tools)
    assert capfd.readouterr().out == f'{line}\n'


@pytest.mark.parametrize('device, where', [(None, 'see above'), ('0', 'its output is in {}')])
def test_a_failure_says_where_its_output_is(tools, device, where):
    where = re.escape(where.format(tools / 'kfold.log'))
    with pytest.raises(FitnessError, match=rf'train\.py of .* exit status 1 \({where}\)'):
        ToolLauncher(tools).run('train', 'a.py', '--fail', folder=tools, device=device)


LAUNCH = '''
import pathlib, sys
from fitness_mm.engine.tool_launcher import ToolLauncher
folder = pathlib.Path(sys.argv[1])
ToolLauncher(folder).run('train', 'a.py', '--wait', folder=folder)
'''


@pytest.mark.skipif(not hasattr(signal, 'SIGKILL'), reason='no such signal here')
def test_a_training_ends_with_the_process_that_launched_it(tools):
    launching = subprocess.Popen([sys.executable, '-c', LAUNCH, str(tools)], text=True,
                                 stdout=subprocess.PIPE,
                                 env={**os.environ, 'PYTHONPATH': str(REPO)})
    assert launching.stdout.readline().startswith('waiting')
    launching.kill()  # without a chance to tell its child
    rest, _ = launching.communicate(timeout=30)  # ends when the child has closed its output too
    assert rest == ''
