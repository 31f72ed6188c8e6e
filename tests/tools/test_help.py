"""Every tool answers --help at once: it parses its arguments before it loads what does the work."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import REPO

TOOLS = sorted(path.relative_to(REPO) for path in (REPO / 'tools').rglob('*.py')
               if 'ArgumentParser' in path.read_text('utf-8'))
# Takes seconds to load, or has no business in parsing arguments.
HEAVY = {'torch', 'mmengine', 'mmcv', 'mmaction', 'mmpose', 'matplotlib', 'sklearn'}


@pytest.fixture(scope='module')
def answers():
    def ask(tool):
        return subprocess.run([sys.executable, '-X', 'importtime', str(REPO / tool), '--help'],
                              cwd=REPO, capture_output=True, text=True, timeout=120)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(TOOLS, pool.map(ask, TOOLS), strict=True))


@pytest.mark.parametrize('tool', TOOLS, ids=str)
def test_help_loads_nothing_heavy(answers, tool):
    answer = answers[tool]
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert answer.stdout.startswith(f'usage: {tool.name}')
    loaded = {line.rpartition('|')[2].strip().partition('.')[0]
              for line in answer.stderr.splitlines() if line.startswith('import time:')}
    assert 'argparse' in loaded
    assert not loaded & HEAVY
