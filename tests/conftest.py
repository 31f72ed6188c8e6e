"""Fixtures that every test folder shares."""

import io
import os
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock

from fitness_mm import compat

# Tests import torchvision and the hosts in any order.
compat.apply()

REPO = Path(__file__).resolve().parents[1]
# Two workers on two cores; more threads than that only get in each other's way.
os.environ.setdefault('OMP_NUM_THREADS', '1')
# A run of the tests must not depend on the person's own data set.
os.environ.pop('FITNESS_DATA_ROOT', None)


@pytest.fixture(scope='session')
def sample_root(tmp_path_factory) -> Path:
    """The `tiny` sample, made and prepared by the real tools, once for all workers."""
    shared = tmp_path_factory.getbasetemp()
    if 'PYTEST_XDIST_WORKER' in os.environ:
        shared = shared.parent
    root = shared / 'fitness_sample'
    with FileLock(shared / 'fitness_sample.lock'):
        if not (root / 'index.parquet').exists():
            run_tool('data/make_sample.py', '--out', root, '--preset', 'tiny', '--workers', 2)
            run_tool('data/prepare.py', '--root', root, '--workers', 2)
    return root


@pytest.fixture(autouse=True)
def fresh_mmengine_singletons():
    """No test sees the default scope, logger, visualizer or message hub of another."""
    yield
    if 'mmengine' not in sys.modules:
        return
    from mmengine.logging import MessageHub, MMLogger
    from mmengine.registry import DefaultScope
    from mmengine.visualization import Visualizer
    for manager in (MMLogger, DefaultScope, Visualizer, MessageHub):
        manager._instance_dict.clear()


def run_tool(tool: str, *args, cwd: Path = REPO, check: bool = True, env: dict | None = None,
             timeout: int = 480) -> subprocess.CompletedProcess:
    """Runs a tool as a user would, in a process of its own."""
    result = subprocess.run(
        [sys.executable, str(REPO / 'tools' / tool), *map(str, args)],
        cwd=cwd, env={**os.environ, **(env or {})}, timeout=timeout, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if check and result.returncode:
        raise AssertionError(f'{tool} exited with {result.returncode}:\n{result.stdout[-4000:]}')
    return result


@pytest.fixture
def refuse(monkeypatch):
    """Runs a tool that is expected to refuse, here, where torch and the hosts are loaded already:
    ``refuse(tool, *args, env={})`` gives its return code and what it printed."""
    def run(tool: str, *args, env: dict | None = None) -> SimpleNamespace:
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, str(value))
        path = REPO / 'tools' / tool
        monkeypatch.setattr(sys, 'argv', [str(path), *map(str, args)])
        monkeypatch.setattr(sys, 'path', [str(path.parent), *sys.path])
        printed = io.StringIO()
        with (pytest.raises(SystemExit) as caught, redirect_stdout(printed),
              redirect_stderr(printed)):
            runpy.run_path(str(path), run_name='__main__')
        sentence = caught.value.code if isinstance(caught.value.code, str) else ''
        return SimpleNamespace(returncode=1 if sentence else caught.value.code,
                               stdout=printed.getvalue() + sentence)
    return run
