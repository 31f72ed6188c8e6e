"""What the documentation names is there: files of the repository, modules, every config."""

import re
from importlib.util import find_spec

import pytest
from conftest import REPO

PAGES = sorted(path for pattern in ('*.md', 'docs/**/*.md', 'configs/**/*.md', 'tools/**/*.*')
               for path in REPO.glob(pattern) if path.suffix in ('.md', '.py', '.sh'))
FOLDERS = sorted(path for path in (REPO / 'configs').iterdir()
                 if path.is_dir() and path.name not in ('_base_', '__pycache__'))


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(REPO)))
def test_named_files_and_modules_exist(page):
    text = page.read_text('utf-8')
    files = re.findall(
        r'(?<![\w/.])(?:configs|tools|tests|docs|fitness_mm)/[\w./-]*\.(?:py|sh|md|tsv)\b', text)
    missing = [file for file in files if not (REPO / file).exists()]
    missing += [link for link in re.findall(r'\]\(([^)#:]+)(?:#[^)]*)?\)', text)
                if not (page.parent / link).exists()]
    names = re.findall(r'\bfitness_mm(?:\.[a-z_]+)+', text)
    missing += [name for name in names if not _is_module_or_member(name)]
    assert not missing


def _is_module_or_member(name):
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of a function in a module
        return find_spec(name.rpartition('.')[0]) is not None


@pytest.mark.parametrize('folder', FOLDERS, ids=lambda folder: folder.name)
def test_every_config_is_in_the_table_of_its_folder(folder):
    rows = re.findall(r'^\| `([\w./]+\.py)` \|', (folder / 'README.md').read_text('utf-8'), re.M)
    listed = sorted(row for row in rows if not row.startswith('../'))
    assert listed == sorted(path.name for path in folder.glob('*.py'))
