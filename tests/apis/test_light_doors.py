"""What only reads and draws results starts without the networks' frameworks."""

import subprocess
import sys
import time

import pytest
from conftest import REPO, run_tool

HEAVY = ('torch', 'mmengine', 'mmcv', 'mmpose', 'mmaction')


@pytest.mark.parametrize('modules', [
    'fitness_mm.apis, fitness_mm.apis.options',
    'fitness_mm.apis.result, fitness_mm.apis.video.sources, fitness_mm.apis.video.camera',
    'fitness_mm.apis.report.outputs, fitness_mm.apis.report.terminal'])
def test_no_framework_is_loaded(modules):
    code = f'import {modules}, sys; print([m for m in {HEAVY} if m in sys.modules])'
    assert subprocess.check_output([sys.executable, '-c', code], cwd=REPO, text=True) == '[]\n'


def test_help_answers_at_once():
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        assert '--window SECONDS' in run_tool('infer.py', '--help').stdout
        times.append(time.perf_counter() - begin)
    assert min(times) < 1
