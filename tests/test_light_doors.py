"""What needs no network of OpenMMLab imports nothing of it, and only what setup.py declares."""

import ast
import subprocess
import sys

import pytest
from conftest import REPO

PACKAGE = REPO / 'fitness_mm'
ROOMS = ('keypoints', 'aihub', 'sample', 'posture', 'repetitions', 'anomaly', 'apis.report',
         'apis.video', 'analysis.audit', 'analysis.anomaly')
DOORS = ('', 'records', 'clip_scores', 'apis', 'apis.networks.blazepose', 'apis.options',
         'apis.result', 'analysis.posture.report', 'analysis.study.report', 'analysis.run_plots')
HEAVY = {'torch', 'mmengine', 'mmcv', 'mmpose', 'mmaction', 'mmdet', 'mmpretrain'}
DISTRIBUTIONS = {'PIL': 'pillow', 'cv2': 'opencv-python-headless', 'sklearn': 'scikit-learn'}


def loaded(code):
    """First names of all modules that are there after running code."""
    code += '\nimport sys\nprint(*{name.partition(".")[0] for name in sys.modules})'
    return set(subprocess.run([sys.executable, '-c', code], text=True, stdout=subprocess.PIPE,
                              cwd=REPO, check=True).stdout.split())


@pytest.mark.parametrize('room', ROOMS)
def test_no_module_of_a_light_room_loads_a_framework_or_needs_posix(room):
    assert not HEAVY & loaded(f'''
import importlib, os, pkgutil, sys
sys.modules.update(dict.fromkeys(['fcntl', 'grp', 'pwd', 'resource', 'termios']))
del os.fork, os.pread, os.sched_getaffinity
room = importlib.import_module('fitness_mm.{room}')
for module in pkgutil.walk_packages(room.__path__, room.__name__ + '.'):
    importlib.import_module(module.name)''')


@pytest.mark.parametrize('door', DOORS)
def test_a_light_door_loads_no_framework(door):
    assert not HEAVY & loaded(f'import {".".join(filter(None, ["fitness_mm", door]))}')


def test_looking_at_labels_and_index_needs_no_pictures():
    assert not {'cv2', 'av', 'PIL', 'scipy', 'matplotlib', 'sklearn'} & loaded(
        'import fitness_mm.aihub')


def outside_imports(file):
    """First names of what a file imports that is neither ours nor Python's."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition('.')[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition('.')[0])
    return names - sys.stdlib_module_names - {'fitness_mm'}


def test_everything_that_light_doors_import_is_declared():
    calls = [node for node in ast.walk(ast.parse((REPO / 'setup.py').read_text()))
             if isinstance(node, ast.keyword) and node.arg == 'install_requires']
    declared = set(ast.literal_eval(calls[0].value))
    files = [*PACKAGE.glob('*.py'), *(file for room in ROOMS
                                      for file in (PACKAGE / room.replace('.', '/')).rglob('*.py'))]
    needed = {DISTRIBUTIONS.get(name, name): file.name
              for file in files for name in outside_imports(file) - HEAVY}

    assert {'orjson', 'pyarrow', 'opencv-python-headless'} <= needed.keys()
    assert {name: file for name, file in needed.items() if name not in declared} == {}
