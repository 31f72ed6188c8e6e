"""What the doors that need no OpenMMLab import: nothing of it, and only what setup.py declares."""

import ast
import subprocess
import sys

import pytest
from conftest import REPO

PACKAGE = REPO / 'fitness_mm'
LIGHT = [*PACKAGE.glob('[!_]*.py'), PACKAGE / '__init__.py',
         *(file for room in ('keypoints', 'aihub', 'sample')
           for file in (PACKAGE / room).rglob('*.py'))]
HEAVY = {'torch', 'mmengine', 'mmcv', 'mmpose', 'mmaction', 'mmdet', 'mmpretrain'}
DISTRIBUTIONS = {'PIL': 'pillow', 'cv2': 'opencv-python-headless', 'sklearn': 'scikit-learn'}


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
    files = [file for file in LIGHT if file.name != 'compat.py']  # mends the hosts

    needed = {DISTRIBUTIONS.get(name, name): file.name
              for file in files for name in outside_imports(file) - HEAVY}

    assert {'orjson', 'pyarrow', 'opencv-python-headless'} <= needed.keys()
    assert {name: file for name, file in needed.items() if name not in declared} == {}


@pytest.mark.parametrize('door', ['keypoints', 'aihub'])
def test_no_module_of_a_light_door_loads_a_framework(door):
    code = f'''
import importlib, pkgutil, sys
import fitness_mm.{door} as door
for module in pkgutil.walk_packages(door.__path__, door.__name__ + '.'):
    importlib.import_module(module.name)
print(sorted({HEAVY!r} & sys.modules.keys()))
'''

    result = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True, cwd=REPO)

    assert result.stdout.strip() == '[]', result.stderr


def test_looking_at_labels_and_index_needs_no_pictures():
    code = '''
import sys
import fitness_mm.aihub
print(sorted({'cv2', 'av', 'PIL', 'scipy', 'matplotlib', 'sklearn'} & sys.modules.keys()))
'''

    result = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True, cwd=REPO)

    assert result.stdout.strip() == '[]', result.stderr
