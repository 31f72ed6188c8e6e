"""Fixtures that every test folder shares."""

import os
import subprocess
import sys
from pathlib import Path

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
