"""tools/data/audit.py as a user runs it."""

import csv
import json
import re
import shutil

import cv2
from conftest import run_tool

from fitness_mm.aihub import FitnessIndex
from fitness_mm.analysis.audit.checks.suspicious import CHECKS


def test_text_page_pictures_and_list(sample_root, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in sample_root.iterdir()}
    out, flag = tmp_path / 'audit', tmp_path / 'suspicious.json'
    text = run_tool('data/audit.py', '--root', sample_root, '--out', out, '--flag', flag,
                    '--examples', 2).stdout
    index = FitnessIndex.read(sample_root)
    assert index.describe() in text
    for words in ('바벨 컬', '척추의 중립', 'empty_frames', 'that no indexed label mentions'):
        assert words in text
    assert (out / 'audit.txt').read_text('utf-8') in text

    page = (out / 'audit.html').read_text('utf-8')
    assert page.count('src="data:image/png;base64,') == 2
    assert not re.search(r'(src|href)="(?!data:)', page)  # nothing beside it is needed
    assert '바벨 컬' in page and 'Z5' in page
    for picture in ('overview.png', 'suspicious.png'):
        assert cv2.imread(str(out / picture)).std() > 10
    assert sorted(path.name for path in out.iterdir()) == [
        'audit.html', 'audit.txt', 'overview.png', 'suspicious.csv', 'suspicious.png']

    with (out / 'suspicious.csv').open(encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    flagged = json.loads(flag.read_text('utf-8'))
    assert len(rows) == sum(map(len, flagged.values())) > 0
    assert all(max(float(row[check]) for check in CHECKS) >= 1 for row in rows)
    assert {(row['clip_view'], int(row['frame'])) for row in rows} == {
        (name, n) for name, numbers in flagged.items() for n in numbers}
    assert before == {path: path.stat().st_mtime_ns for path in sample_root.iterdir()}


def test_images_are_not_needed(sample_root, tmp_path):
    root = tmp_path / 'data'
    shutil.copytree(sample_root, root, ignore=shutil.ignore_patterns('img', 'label'))
    result = run_tool('data/audit.py', '--root', root, '--out', tmp_path / 'out')
    clip_views = len(FitnessIndex.read(root))
    assert 'Image folders: 0 on disk' in result.stdout
    assert re.search(rf'^ +{clip_views}  of labels that are not on disk', result.stdout, re.M)
    assert (tmp_path / 'out' / 'suspicious.png').is_file()


def test_what_cannot_be_audited_gets_one_sentence(sample_root, tmp_path):
    result = run_tool('data/audit.py', '--root', tmp_path, check=False)
    assert result.returncode == 1
    assert result.stdout == (f'audit.py: there is no index at {tmp_path}/index.parquet; make it '
                             f'with: python tools/data/prepare.py --root {tmp_path}\n')
    (tmp_path / 'file').write_text('')
    result = run_tool('data/audit.py', '--root', sample_root, '--out', tmp_path / 'file' / 'x',
                      check=False)
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1].startswith('audit.py: ')
    assert 'Traceback' not in result.stdout
