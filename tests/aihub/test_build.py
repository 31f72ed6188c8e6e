"""The build and its command: kept work, interruptions, determinism, messages."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from label_tree import DAY, Tree, dumps, make_label
from rich.console import Console

from fitness_mm import progress as progress_module
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.aihub.prepare import build_index, command, prepare
from fitness_mm.errors import FitnessError

TOOL = Path(__file__).parents[2] / 'tools' / 'data' / 'prepare.py'
DAYS = ('Day04_200924_F', 'Day05_200925_F', 'Day06_200926_M')
CLIPS_A_DAY = 20  # more than one task a day


def make_tree(root, days=DAYS, clips=CLIPS_A_DAY):
    tree = Tree(root)
    for day in days:
        for type_number in range(1, clips + 1):
            tree.add_images(type_number, day=day, num_images=1)
            tree.put(tree.label_path(type_number, day), dumps(make_label(type_number, day)))
    return tree


def results(root):
    return {name: (root / name).read_bytes()
            for name in ('index.parquet', 'report.json', 'report.txt')}


def run_tool(*args, cwd='/'):
    return subprocess.run([sys.executable, str(TOOL), *map(str, args)], cwd=cwd, timeout=60,
                          capture_output=True, text=True)


@pytest.fixture(scope='module')
def built(tmp_path_factory):
    """A tree and what one worker makes of it."""
    tree = make_tree(tmp_path_factory.mktemp('built'))
    build_index(tree.root)
    return tree, results(tree.root)


def forget(root):
    """Undo every build."""
    for part in (root / 'index_parts').iterdir():
        part.unlink()
    for name in ('index.parquet', 'report.json', 'report.txt'):
        (root / name).unlink(missing_ok=True)


def test_rows_are_sorted(built):
    index = FitnessIndex.read(built[0].root)
    rows = list(zip(index.split, index.column('day'), index.column('slot'), index.type,
                    index.clip, index.view, strict=True))
    assert rows == sorted(rows) and len(set(rows)) == 3 * CLIPS_A_DAY * 5


@pytest.mark.parametrize('workers', [2, 3])
def test_the_number_of_workers_changes_nothing(built, workers):
    tree, expected = built
    forget(tree.root)
    result = build_index(tree.root, workers)
    assert result.labels_parsed == 3 * CLIPS_A_DAY
    assert results(tree.root) == expected


def test_a_second_run_parses_nothing_and_changes_nothing(built):
    tree, expected = built
    calls = []
    result = build_index(tree.root, on_progress=lambda *call: calls.append(call))
    assert (result.labels_parsed, result.labels_reused) == (0, 3 * CLIPS_A_DAY)
    assert calls == []
    assert results(tree.root) == expected


def test_progress_counts_label_files_and_clip_views(built):
    tree, _ = built
    forget(tree.root)
    calls = []
    build_index(tree.root, on_progress=lambda *call: calls.append(call))
    files = (0, 16, 20, 36, 40, 56, 60)
    assert calls == [('labels', n, 60) for n in files] + [('images', 5 * n, 300) for n in files]


def changed_label(tree):
    tree.put(tree.label_path(1, DAYS[1]), dumps(make_label(1, DAYS[1], num_frames=2)))


def added_label(tree):
    tree.add_images(30, day=DAYS[1], num_images=1)
    tree.put(tree.label_path(30, DAYS[1]), dumps(make_label(30, DAYS[1])))


def removed_label(tree):
    tree.label_path(2, DAYS[1]).unlink()


def touched_label(tree):
    os.utime(tree.label_path(2, DAYS[1]), ns=(1, 1))


def removed_image_folder(tree):
    folder = tree.image_dir(3, 'B', day=DAYS[1])
    for image in folder.iterdir():
        image.unlink()
    folder.rmdir()


def added_image(tree):
    folder = tree.image_dir(3, 'B', day=DAYS[1])
    (folder / f'{folder.name}-0000003.jpg').write_bytes(
        (folder / f'{folder.name}-0000001.jpg').read_bytes())


def damaged_part(tree):
    part = tree.root / 'index_parts' / f'training-{DAYS[1]}.labels.parquet'
    part.write_bytes(part.read_bytes()[:-50])


@pytest.mark.parametrize('change, in_labels', [
    (changed_label, True), (added_label, True), (removed_label, True), (touched_label, True),
    (removed_image_folder, False), (added_image, False), (damaged_part, True)])
def test_only_a_changed_day_is_done_again(tmp_path, change, in_labels):
    tree = make_tree(tmp_path / 'a', clips=3)
    build_index(tree.root)
    change(tree)
    calls = []
    result = build_index(tree.root, on_progress=lambda *call: calls.append(call))
    in_that_day = len(list(tree.label_path(1, DAYS[1]).parent.iterdir()))
    parsed = in_that_day if in_labels else 0
    assert (result.labels_parsed, result.labels_reused) == (parsed, 6 + in_that_day - parsed)
    assert calls[-1] == ('images', in_that_day * 5, in_that_day * 5)
    incremental = results(tree.root)
    forget(tree.root)
    build_index(tree.root)
    assert results(tree.root) == incremental


def test_a_removed_day_leaves_the_index(tmp_path):
    tree = make_tree(tmp_path, clips=1)
    build_index(tree.root)
    for type_folder in ('label', 'img'):
        (tree.root / 'training' / type_folder / DAYS[0]).rename(tree.root / f'old_{type_folder}')
    assert set(build_index(tree.root).index.column('day')) == set(DAYS[1:])


def run_until(root, action, workers=2):
    """Build in a process that does something to itself in the middle of the second day."""
    script = f'''
import multiprocessing, os, runpy, signal, sys
from fitness_mm import progress
# the tests may run in the background of a shell, where Ctrl-C is ignored
signal.signal(signal.SIGINT, signal.default_int_handler)
def halfway(self, stage, done, total):
    if done > {CLIPS_A_DAY}:
        print(*[child.pid for child in multiprocessing.active_children()], flush=True)
        {action}
progress.Lines.__call__ = halfway
sys.argv = ['prepare.py', '--root', {str(root)!r}, '--workers', '{workers}']
runpy.run_path({str(TOOL)!r}, run_name='__main__')
'''
    return subprocess.run([sys.executable, '-c', script], capture_output=True, text=True,
                          timeout=60, start_new_session=True)


def is_running(pid):
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
    except FileNotFoundError:
        return False


@pytest.mark.parametrize('action, status', [
    ('os.kill(os.getpid(), signal.SIGKILL)', -signal.SIGKILL),
    ('os.killpg(0, signal.SIGINT)', 130),  # what a terminal does on Ctrl-C
])
@pytest.mark.parametrize('workers', [1, 2])
def test_interrupted_and_run_again(built, action, status, workers):
    tree, expected = built
    forget(tree.root)
    run = run_until(tree.root, action, workers)
    assert run.returncode == status
    assert not (tree.root / 'index.parquet').exists()
    kept = sorted(path.name for path in (tree.root / 'index_parts').glob('*.parquet'))
    assert kept == [f'training-{DAYS[0]}.labels.parquet']
    if status == 130:
        assert run.stderr == ('prepare.py: stopped; what is finished is kept in '
                              f'{tree.root}, run it again to go on\n')
    children = list(map(int, run.stdout.split()))
    assert len(children) == (workers if workers > 1 else 0)
    deadline = time.monotonic() + 20
    while any(map(is_running, children)):
        assert time.monotonic() < deadline, 'a worker outlived the build'
        time.sleep(0.02)
    result = build_index(tree.root)
    assert result.labels_reused == CLIPS_A_DAY
    assert results(tree.root) == expected


def test_killed_while_writing_keeps_the_old_index(built, monkeypatch):
    tree, expected = built
    monkeypatch.setattr(os, 'replace', lambda *paths: (_ for _ in ()).throw(
        OSError(28, 'No space left on device')))
    with pytest.raises(FitnessError, match='No space left on device; finished days are kept'):
        prepare(tree.root)
    assert results(tree.root) == expected
    assert not list(tree.root.rglob('*.tmp*'))


def test_tool(tmp_path):
    tree = make_tree(tmp_path / 'data', clips=2)
    tree.put(tree.label_path(3, DAYS[0]), b'{')
    link = tmp_path / 'link'
    link.symlink_to(tree.root)  # a data root may be a link
    first = run_tool('--root', 'link', '--workers', 2, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert re.search(r'Indexed +6 clips, 30 clip-views, 30 labelled frames', first.stdout)
    assert 'standing side crunch (스탠딩 사이드 크런치)' in first.stdout
    assert re.search(r'1 +bad_json', first.stdout)
    assert 'Parsed 7 label files, re-used 0' in first.stdout
    assert re.fullmatch(r'labels 7/7, \d+\.\d/s, about 0 s left\n'
                        r'images 30/30, \d+\.\d/s, about 0 s left\n', first.stderr)
    assert len(FitnessIndex.read(link)) == 30
    assert json.loads((tree.root / 'report.json').read_text())['clips'] == 6
    second = run_tool('--root', link, '--workers', 1)
    assert 'Parsed 0 label files, re-used 7' in second.stdout


@pytest.mark.parametrize('make, message', [
    (lambda root: None, 'is not a folder; expected the folder that AI Hub'),
    (lambda root: root.mkdir(), 'has no labels in it; expected the folder that AI Hub'),
    (lambda root: root.write_text(''), 'is not a folder'),
    (lambda root: Tree(root), 'has no images in it; expected'),
])
def test_tool_says_what_is_wrong_in_one_sentence(tmp_path, make, message):
    make(tmp_path / 'x')
    run = run_tool('--root', tmp_path / 'x')
    assert run.returncode == 1
    assert run.stderr.startswith('prepare.py: ') and run.stderr.count('\n') == 1
    assert message in run.stderr


def test_bar_in_a_terminal(built, monkeypatch):
    terminal = io.StringIO()
    monkeypatch.setattr(progress_module, 'Console', lambda **_: Console(
        file=terminal, force_terminal=True, width=100))
    forget(built[0].root)
    prepare(built[0].root)
    assert '60/60' in terminal.getvalue()


def test_dead_worker_is_reported(tmp_path, monkeypatch):
    def dies(*args):
        from concurrent.futures.process import BrokenProcessPool
        raise BrokenProcessPool
    (tmp_path / f'training/label/{DAY}').mkdir(parents=True)
    (tmp_path / f'training/img/{DAY}').mkdir(parents=True)
    monkeypatch.setattr(command, 'build_index', dies)
    with pytest.raises(FitnessError, match='run it again with fewer --workers'):
        prepare(tmp_path)


def test_progress_lines_come_from_time_to_time(monkeypatch, capsys):
    now = iter([0.0, 1.0, 11.0, 12.0, 20.0, 20.0, 31.0])
    monkeypatch.setattr(progress_module.time, 'monotonic', lambda: next(now))
    lines = progress_module.Lines()
    for done in (0, 16, 110, 120, 200):
        lines('labels', done, 200)
    for done in (0, 10):  # the next stage has its own clock
        lines('clips', done, 40)
    assert capsys.readouterr().err == ('labels 110/200, 10.0/s, about 9 s left\n'
                                       'labels 200/200, 10.0/s, about 0 s left\n'
                                       'clips 10/40, 0.9/s, about 33 s left\n')
