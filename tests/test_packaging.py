"""What `pip install .` installs is the whole package, its data files included."""

import shutil
import subprocess
import sys
import zipfile

from conftest import REPO


def test_the_wheel_holds_every_file_of_the_package(tmp_path):
    source = tmp_path / 'source'  # a build leaves its own files behind
    shutil.copytree(REPO / 'fitness_mm', source / 'fitness_mm',
                    ignore=shutil.ignore_patterns('__pycache__', '.*'))
    for name in ('setup.py', 'pyproject.toml'):
        shutil.copy(REPO / name, source)
    subprocess.run([sys.executable, '-m', 'pip', 'wheel', '--quiet', '--no-deps',
                    '--no-build-isolation', '--no-index', '--wheel-dir', tmp_path, source],
                   check=True, timeout=240)
    wheel, = tmp_path.glob('*.whl')
    files = {str(path.relative_to(source)) for path in (source / 'fitness_mm').rglob('*')
             if path.is_file()}
    assert len(files) > 100
    installed = {name for name in zipfile.ZipFile(wheel).namelist() if '.dist-info/' not in name}
    assert installed == files
