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

# Two workers on two cores; more threads than that only get in each other's way. Torch looks at it
# when it is loaded.
os.environ.setdefault('OMP_NUM_THREADS', '1')

from fitness_mm import compat

# Tests import torchvision and the hosts in any order.
compat.apply()

REPO = Path(__file__).resolve().parents[1]
# A run of the tests must not depend on the person's own data set.
os.environ.pop('FITNESS_DATA_ROOT', None)


LONG = ('tools', 'benchmark', 'tests')


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders of long files first: no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


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
    forget_singletons()


def forget_singletons() -> None:
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


def run_here(tool: str | Path, *args, cwd: Path = REPO, check: bool = True,
             env: dict | None = None) -> SimpleNamespace:
    """Runs a tool in this process, where torch and the hosts are loaded already; its return code
    and what it printed."""
    path = REPO / 'tools' / tool
    printed, code = io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), redirect_stderr(printed):
        for name, value in (env or {}).items():
            patch.setenv(name, str(value))
        patch.chdir(cwd)
        patch.setattr(sys, 'argv', [str(path), *map(str, args)])
        patch.setattr(sys, 'path', [str(path.parent), *sys.path])
        forget_singletons()
        try:
            runpy.run_path(str(path), run_name='__main__')
        except SystemExit as end:
            code = end.code or 0
    forget_singletons()
    sentence = code if isinstance(code, str) else ''
    stdout = printed.getvalue() + sentence
    assert bool(code) != check, stdout[-4000:]
    return SimpleNamespace(returncode=1 if sentence else code, stdout=stdout)


@pytest.fixture
def refuse():
    """The same for a tool that is expected to refuse, where the test is."""
    return lambda *args, **kwargs: run_here(*args, cwd=Path.cwd(), check=False, **kwargs)
