"""What may lie in a data root: a bad entry costs itself alone, is counted and named, and nothing
hangs."""

import json
import os
import shutil
import socket
import tarfile

import numpy as np
import pytest
from label_tree import DAY, Tree, clip_name, dumps, jpeg, make_label

from fitness_mm.aihub.disk.resolve import ImageResolver
from fitness_mm.aihub.export.coco import export_coco
from fitness_mm.aihub.frames import FrameError, read_frames
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.aihub.prepare import ClipOptions, build_index, prepare
from fitness_mm.analysis.audit.files import write_audit
from fitness_mm.analysis.audit.folders import compare_folders
from fitness_mm.analysis.audit.state import inspect
from fitness_mm.analysis.audit.text import as_text
from fitness_mm.errors import FitnessError

OTHER_DAY = 'Day04_200924_F'
CP949 = os.fsdecode('스쿼트'.encode('cp949'))
ESCAPES = '\x1b[2J\x1b]0;x\x07'


@pytest.fixture
def tree(tmp_path):
    tree = Tree(tmp_path / 'data')
    for day in (DAY, OTHER_DAY):
        tree.add_clip(4, day=day)
    return tree


def prepared(tree, **clips):
    prepare(tree.root, 1, ClipOptions(32, **clips))
    return json.loads((tree.root / 'report.json').read_text('utf-8'))


def pack(tree, day=OTHER_DAY):
    """The day as a tar; its path."""
    top = tree.root / 'training/img'
    with tarfile.open(top / f'{day}.tar', 'w') as archive:
        archive.add(top / day, day)
    shutil.rmtree(top / day)
    return top / f'{day}.tar'


def image(tree, number=1, view='A'):
    folder = tree.image_dir(4, view)
    return folder / f'{folder.name}-{number:07d}.jpg'


@pytest.mark.parametrize('damage', ['missing', 'empty_frames', 'bad_json'])
@pytest.mark.parametrize('days', [(DAY, ), (OTHER_DAY, ), (DAY, OTHER_DAY)])
def test_a_day_without_a_usable_label(tree, days, damage):
    for day in days:
        path = tree.label_path(4, day)
        if damage == 'missing':
            path.unlink()
        else:
            path.write_bytes(b'{' if damage == 'bad_json' else
                             dumps({**make_label(4, day), 'frames': []}))
    for clips in (ClipOptions(32), None):
        if len(days) == 2:
            with pytest.raises(FitnessError, match='has no usable clip: no'):
                prepare(tree.root, 1, clips)
            assert not (tree.root / 'index.parquet').exists()
        else:
            prepare(tree.root, 1, clips)
    if len(days) == 2:
        return
    report = json.loads((tree.root / 'report.json').read_text('utf-8'))
    assert report['clip_views'] == report['clip_files'] == 5 * (2 - len(days))
    if damage == 'missing':
        assert report['days_without_labels'] == [
            f'training/{day} (5 image folders, 0 3D labels)' for day in sorted(days)]
    else:
        assert report['rejected_files'] == {damage: len(days)}


def test_names_that_are_no_text(tree, capsys):
    images, labels = tree.root / 'training/img', tree.root / 'training/label'
    for name in (CP949, ESCAPES):
        for folder in (labels, labels / DAY, images, images / DAY, images / DAY / '3/A'):
            (folder / name).mkdir()
        tree.put(labels / DAY / f'{name}.json', b'{}')
        tree.put(image(tree).with_name(f'{name}-0000001.jpg'), jpeg())
    tar = pack(tree)
    tar.rename(tar.with_name(f'{CP949}.tar'))
    report = prepared(tree)
    assert report['clip_views'] == report['clip_files'] == 10
    assert report['rejected_files'] == {'bad_file_name': 4}  # folders above days may be CP949
    shown = capsys.readouterr().out + (tree.root / 'report.txt').read_text('utf-8')
    assert any('/스쿼트.json' in text for text in report['examples']['bad_file_name'])
    assert '\x1b' not in shown and '\x07' not in shown
    found = compare_folders(FitnessIndex.read(tree.root))
    assert sum('not UTF-8' in why for why in found.unreadable.values()) == 2
    state = inspect(tree.root)
    page = write_audit(state, tree.root.parent / 'audit').page.read_text('utf-8')
    for text in (as_text(state), page):
        assert r'\x1b[2J' in text and r'\xbd\xba' in text and '\x1b' not in text


@pytest.mark.parametrize('name', [CP949, '10:20', "it's", 'a\\b', 'new\nline', '%d', 'http:'])
def test_a_root_of_any_name(tree, name):
    tar = pack(tree)
    tree.root = tree.root.rename(tree.root.with_name(name))
    for _ in range(2):
        assert prepared(tree)['clip_files'] == 10
    index = FitnessIndex.read(tree.root)
    assert len(read_frames(index, 0, [1, 2])[0]) == len(read_frames(index, 9, [1])[0]) + 1 == 2
    shutil.rmtree(tree.root / 'clips')
    read_frames(index, 0, [1])
    tar = tree.root / tar.relative_to(tar.parents[2])
    os.truncate(tar, 5000)
    assert 'broken_archive' in json.dumps(build_index(tree.root).summary)


def fifo(path):
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


def bound_socket(path):
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as it:
        os.chdir(path.parent)  # a socket's path has to be short
        it.bind(path.name)


def sparse(path):
    path.unlink(missing_ok=True)
    path.touch()
    os.truncate(path, 1 << 38)


@pytest.mark.parametrize('damage', [fifo, bound_socket, sparse])
@pytest.mark.parametrize('place, views', [
    (f'label/{DAY}/D05-3-004.json', 5), (f'label/{DAY}/D05-3-005.json', 10),
    (f'img/{DAY}/3/A/004-1-1-01-Z3_A/004-1-1-01-Z3_A-0000001.jpg', None),
    ('img/Day07_x.tar', 10)])
def test_what_is_no_file_is_not_opened(tree, monkeypatch, damage, place, views):
    monkeypatch.chdir(tree.root)
    damage(tree.root / 'training' / place)
    report = prepared(tree)
    if views:
        assert report['clip_views'] == views
        assert report['rejected_files'] or damage is sparse
    else:  # an image that is no file is a missing one, and its frame is left out
        assert report['clip_views'] == (9 if damage is sparse else 10)
        assert 'image 1 is' in json.dumps(report['examples'])


@pytest.mark.parametrize('place', [
    f'index_parts/training-{DAY}.labels.parquet',
    f'archive_members/0/training/img/{OTHER_DAY}.tar.arrow',
    'clips/32px/training/Day05_200925_F/3/A/004-1-1-01-Z3_A.mp4'])
def test_our_own_file_that_is_none_is_made_again(tree, place):
    pack(tree)
    fifo(tree.root / place)
    assert prepared(tree)['clip_files'] == 10
    assert (tree.root / place).is_file()


def test_an_image_that_became_a_pipe(tree):
    index = build_index(tree.root).index
    fifo(image(tree))
    row = index.column('day').tolist().index(DAY)
    with pytest.raises(FrameError, match='not a regular file'):
        read_frames(index, row, [1])


def loop(path):
    path.symlink_to(path.name)


@pytest.mark.parametrize('what', ['tar', 'slot', 'camera', 'clip', 'image', 'label'])
def test_a_link_to_itself_costs_nothing_else(tree, what):
    pack(tree)
    images = tree.root / 'training/img'
    loop({'tar': images / 'Day07_x.tar', 'slot': images / DAY / '4', 'label': tree.label_path(5),
          'camera': images / DAY / '3/F', 'clip': images / DAY / '3/A/x',
          'image': image(tree, 33)}[what])
    report = prepared(tree)
    assert report['clip_views'] == 10
    assert bool(report['rejected_files']) == (what in ('tar', 'label'))


@pytest.mark.parametrize('place', ['', '/3', '/3/A', '/3/A/004-1-1-01-Z3_A', '.tar'])
def test_what_the_system_does_not_let_us_read_costs_only_itself(tree, monkeypatch, place):
    tar = pack(tree) if place == '.tar' else None
    locked = str(tar or tree.root / f'training/img/{OTHER_DAY}{place}')
    report = with_locked(monkeypatch, locked, lambda: prepared(tree))
    lost = 1 if '/3/A' in place else 5
    assert report['clip_views'] == 10 - lost
    assert 'Permission denied' in json.dumps(report['examples'])
    assert prepared(tree)['clip_views'] == 10, 'it is not held against it for ever'


def with_locked(monkeypatch, locked, call):
    """As if a path and all below it were another user's."""
    with monkeypatch.context() as patch:
        for module, name in ((os, 'scandir'), (os, 'stat'), (os, 'open')):
            real = getattr(module, name)

            def refuse(path, *args, real=real, **kwargs):
                if isinstance(path, (str, os.PathLike)) and (
                        str(path).startswith(f'{locked}/') or
                        (str(path) == locked and real is not os_stat)):
                    raise PermissionError(13, 'Permission denied', str(path))
                return real(path, *args, **kwargs)
            patch.setattr(module, name, refuse)
        return call()


os_stat = os.stat


def test_labels_that_vanish_while_they_are_read(tree, monkeypatch):
    clip_folders = ImageResolver.clip_folders

    def vanish(resolver, day):  # after the labels were listed
        shutil.rmtree(tree.root / 'training/label' / DAY, ignore_errors=True)
        yield from clip_folders(resolver, day)
    monkeypatch.setattr(ImageResolver, 'clip_folders', vanish)
    result = build_index(tree.root)
    assert len(result.index) == 5 and result.summary['rejected_files'] == {'unreadable': 1}


def test_capital_endings(tree):
    expected = build_index(tree.root).index
    for day in (DAY, OTHER_DAY):
        label = tree.label_path(4, day)
        label.rename(label.with_suffix('.JSON'))
        for view in 'ABCDE':
            for path in tree.image_dir(4, view, day=day).iterdir():
                path.rename(path.with_suffix('.JPG'))
    pack(tree)
    index = FitnessIndex.read(tree.root) if prepared(tree)['clip_files'] == 10 else None
    assert [index.clip_view_id(i) for i in range(10)] == [
        expected.clip_view_id(i) for i in range(10)]
    export_coco(index, np.arange(5, 10), tree.root.parent / 'coco.json')
    names = [each['file_name'] for each in json.loads(
        (tree.root.parent / 'coco.json').read_bytes())['images']]
    assert len(names) == 80 and all((tree.root / name).is_file() for name in names)
    shutil.rmtree(tree.root / 'clips')
    assert len(read_frames(index, 0, [1, 2])[0]) == len(read_frames(index, 9, [1, 2])[0]) == 2


@pytest.mark.parametrize('name', ['²5', '٣', '3_No_²', '3_No_٣'])
def test_digits_that_are_none(tree, name):
    slot = tree.image_dir(4, 'A').parent.parent
    slot.rename(slot.with_name(name))
    tree.put(tree.label_path(4, slot='²5'), b'{}')
    tree.put(image(tree, 1, 'B').with_name(f'{clip_name(4)}_B-000000².jpg'), jpeg())
    report = prepared(tree)
    assert report['rejected_files'] == {'bad_file_name': 1}
    assert report['clip_views'] == 5


def refill(path, data):
    """Other content of the same size at the same time of last modification."""
    before = path.stat()
    assert len(data) == before.st_size
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def padded(data, size=2000):
    return data + bytes(size - len(data) - 2) + b'\xff\xd9'


def test_an_image_that_is_filled_again(tree):
    broken = [image(tree, number) for number in range(1, 33)]
    for path in broken:
        path.write_bytes(bytes(2000))
    path = image(tree, 2, 'B')
    path.write_bytes(padded(jpeg(10)))
    assert prepared(tree)['rejected_views'] == {'broken_image': 1}
    for path in broken:
        refill(path, padded(jpeg(10)))
    assert len(build_index(tree.root).index) == 10
    refill(image(tree, 2, 'B'), padded(jpeg(240)))
    prepared(tree)
    index = FitnessIndex.read(tree.root)
    rows = {index.clip_view_id(row).rpartition('/')[2]: row for row in range(10)
            if index.column('day')[row] == DAY}
    frames, _ = read_frames(index, rows['004-1-1-01-Z3_B'], [2])
    assert index.clip_path(rows['004-1-1-01-Z3_B']).is_file() and frames[0].mean() > 200


def test_a_broken_image_that_is_mended_comes_back_without_making_clips(tree):
    good = image(tree).read_bytes()
    image(tree).write_bytes(good[:-40])
    assert prepared(tree)['rejected_views'] == {'broken_frames': 1}
    assert build_index(tree.root).summary['rejected_views'] == {'broken_frames': 1}
    image(tree).write_bytes(good)
    assert len(build_index(tree.root).index) == 10
