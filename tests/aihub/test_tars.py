"""Images in tars as they were downloaded: the same as unpacked, and nothing a tar says is
trusted."""

import io
import multiprocessing
import os
import tarfile

import numpy as np
import pytest
from label_tree import DAY, HEIGHT, WIDTH, Tree, jpeg, pack

from fitness_mm import files
from fitness_mm.aihub import FitnessIndex
from fitness_mm.aihub.disk.archives import look_up_members, open_members
from fitness_mm.aihub.disk.image_files import look_up_archives
from fitness_mm.aihub.disk.search import find_sources
from fitness_mm.aihub.frames import FrameError, read_frames
from fitness_mm.aihub.index.parquet import read_parquet
from fitness_mm.aihub.prepare import build_clips, build_index
from fitness_mm.aihub.prepare.command import prepare

DAYS = ('Day04_200924_F', DAY)


def make_tree(root):
    """Two days, every image another grey."""
    tree = Tree(root)
    for day in DAYS:
        tree.add_clip(4, day=day)
        for view in 'ABCDE':
            folder = tree.image_dir(4, view, day=day)
            for number in range(1, 33):
                grey = 20 + 6 * number + 'ABCDE'.index(view)
                (folder / f'{folder.name}-{number:07d}.jpg').write_bytes(jpeg(grey))
    return tree


@pytest.fixture(scope='module')
def unpacked(tmp_path_factory):
    tree = make_tree(tmp_path_factory.mktemp('unpacked'))
    build_index(tree.root)
    build_clips(tree.root, 32)
    return tree


@pytest.fixture
def packed(tmp_path):
    tree = make_tree(tmp_path / 'data')
    pack(tree, DAYS)
    return tree


def all_frames(index):
    return [read_frames(index, row, [1, 2, 31])[0] for row in range(len(index))]


@pytest.mark.parametrize('prefix', ['{day}/', './{day}/', '', 'img/{day}/{day}/'])
def test_a_packed_day_is_read_like_an_unpacked_one(unpacked, tmp_path, prefix):
    tree = make_tree(tmp_path / 'data')
    pack(tree, DAYS, prefix)
    index = build_index(tree.root).index
    assert rows_of(tree) == rows_without_clips(unpacked)
    for row, frames in enumerate(all_frames(index)):
        folder = unpacked.image_dir(4, index.view[row], day=index.column('day')[row])
        for frame, number in zip(frames, (1, 2, 31), strict=True):
            grey = 20 + 6 * number + 'ABCDE'.index(index.view[row])
            assert (folder / f'{folder.name}-{number:07d}.jpg').is_file()
            assert frame.shape == (HEIGHT, WIDTH, 3) and abs(frame.mean() - grey) < 1.5


def rows_of(tree):
    return read_parquet(tree.root / 'index.parquet').replace_schema_metadata()


def rows_without_clips(tree):
    hidden = tree.root / 'hidden'
    results = tree.root / 'clips/clips.parquet'
    results.rename(hidden)
    build_index(tree.root)
    data = rows_of(tree)
    hidden.rename(results)
    return data


def test_clip_files_from_tars_are_those_from_folders(unpacked, packed):
    build_index(packed.root)
    made = build_clips(packed.root, 32, workers=2)
    assert made.made == 10
    for path in (unpacked.root / 'clips').rglob('*.*'):
        other = packed.root / path.relative_to(unpacked.root)
        assert other.read_bytes() == path.read_bytes()


def test_without_fork_pread_and_locks(unpacked, packed, monkeypatch):
    """As on Windows."""
    monkeypatch.delattr(os, 'pread')
    monkeypatch.setattr(files, 'fcntl', None)
    monkeypatch.setattr(multiprocessing, 'get_all_start_methods', lambda: ['spawn'])
    monkeypatch.setattr(multiprocessing, 'get_context', {
        'spawn': multiprocessing.get_context('spawn')}.__getitem__)
    prepare(packed.root, workers=2)
    assert rows_of(packed) == rows_without_clips(unpacked)
    index = FitnessIndex.read(packed.root)
    number = 'ABCDE'.index(index.view[0]) + 20 + 6 * 31
    assert abs(read_frames(index, 0, [1, 31])[0][1].mean() - number) < 1.5


def test_members_are_looked_up_once(packed, monkeypatch):
    build_index(packed.root)
    monkeypatch.setattr(tarfile, 'open', None)
    look_up_archives(find_sources(packed.root))
    assert len(build_index(packed.root).index) == 10


def test_progress_in_megabytes(packed):
    calls = []
    look_up_archives(find_sources(packed.root), lambda *call: calls.append(call))
    total = sum((packed.root / f'training/img/{day}.tar').stat().st_size for day in DAYS)
    assert calls[0] == (0, total // 1_000_000) and calls == sorted(calls)


def test_a_changed_tar_is_looked_up_again(packed):
    index = build_index(packed.root).index
    all_frames(index)
    tar = packed.root / f'training/img/{DAY}.tar'
    with tarfile.open(tar, 'a') as archive:
        name = f'{DAY}/3/A/004-1-1-01-Z3_A/004-1-1-01-Z3_A-0000001.jpg'
        member = tarfile.TarInfo(name)
        data = jpeg(250)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    row = index.view.tolist().index('A') + 5
    with pytest.raises(FrameError, match='has changed since its members were looked up'):
        read_frames(index, row, [1])
    calls = []
    build = build_index(packed.root, on_progress=lambda *call: calls.append(call))
    assert calls == [('images', 0, 5), ('images', 5, 5)], 'the other day is as it was'
    assert read_frames(build.index, row, [1])[0][0].mean() > 245, 'the last of a name counts'


def test_folders_come_before_tars_and_both_are_used(packed):
    folder = packed.image_dir(4, 'B', day=DAY)
    packed.put(folder / f'{folder.name}-0000003.jpg', jpeg(250))
    packed.put(folder / f'{folder.name}-0000033.jpg', jpeg(250))
    index = build_index(packed.root).index
    row = int(np.flatnonzero((index.view == 'B') & (index.column('day') == DAY))[0])
    assert index.value('num_images', row) == 33
    frames, _ = read_frames(index, row, [1, 3, 33])
    assert [frame.mean() > 245 for frame in frames] == [False, True, True]


def cut(tar, num_bytes):
    tar.write_bytes(tar.read_bytes()[:num_bytes])


@pytest.mark.parametrize('num_bytes', [-1024 * 10, 100_000, 100_352, 60_123])
def test_cut_off_tar(packed, num_bytes):
    tar = packed.root / f'training/img/{DAY}.tar'
    complete = len(tar.read_bytes())
    cut(tar, num_bytes)
    assert 0 < tar.stat().st_size < complete
    result = build_index(packed.root)
    sentence, = result.summary['examples']['broken_archive']
    assert sentence.startswith(f'training/img/{DAY}.tar') and 'is cut off or damaged' in sentence
    assert 'download it again' in sentence
    index = result.index
    assert 5 <= len(index) <= 10
    assert (index.column('day') == DAYS[0]).sum() == 5
    for row in range(len(index)):  # what is in the index is all there
        frames, _ = read_frames(index, row, index.frame_numbers(row))
        assert len(frames) == index.num_frames[row]


@pytest.mark.parametrize('content, message', [
    (b'', 'is not a plain tar'), (b'noise' * 1000, 'is not a plain tar'),
    ('gz', 'if it is compressed, uncompress it'), (bytes(10240), None),
])
def test_no_tar(packed, content, message):
    tar = packed.root / f'training/img/{DAY}.tar'
    if content == 'gz':
        import gzip
        content = gzip.compress(tar.read_bytes())
    tar.write_bytes(content)
    result = build_index(packed.root)
    assert set(result.index.column('day')) == {DAYS[0]}
    assert result.summary['rejected_views'] == {} or 'missing_images' in result.text
    examples = result.summary['examples'].get('broken_archive', [''])
    assert (message or '') in examples[0] and bool(message) == bool(examples[0])


def member(name, data=None, kind=tarfile.REGTYPE, link=''):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.size = len(data) if data else 0
    return info, io.BytesIO(data) if data else None


def test_names_in_a_tar_lead_nowhere(tmp_path):
    good = f'{DAY}/3/A/004-1-1-01-Z3_A/004-1-1-01-Z3_A-0000001.jpg'
    folder = good.rpartition('/')[0]
    tar = tmp_path / f'{DAY}.tar'
    with tarfile.open(tar, 'w') as archive:
        for info, data in [
                member(good, jpeg()), member('README.txt', b'x'), member(f'{folder}/notes', b'x'),
                member(f'/{folder}/x-0000002.jpg', jpeg()),
                member(f'{DAY}/../{folder}/x-0000003.jpg', jpeg()),
                member(f'{DAY}/3/A/a\\b/x-0000004.jpg', jpeg()),
                member(f'{folder}/x-0000005.jpg', kind=tarfile.SYMTYPE, link='/etc/passwd'),
                member(f'{folder}/x-0000006.jpg', kind=tarfile.LNKTYPE, link=good),
                member(f'{folder}/x-0000007.jpg', kind=tarfile.FIFOTYPE),
                member('elsewhere/x-0000008.jpg', jpeg())]:
            archive.addfile(info, data)
    table = tmp_path / 'members.arrow'
    look_up_members(tar, table)
    members = open_members(tar, table)
    assert list(members.names()) == [good]
    assert members.read(good) == jpeg() and members.read('../etc/passwd') is None
    problem, = members.problems
    assert problem.startswith('has 6 images that are links, encrypted, too large or named so as')


@pytest.mark.parametrize('content', [None, b'', b'x' * 99, 200])
def test_damaged_table_of_members_is_made_again(packed, content):
    build_index(packed.root)
    table = packed.root / f'archive_members/0/training/img/{DAY}.tar.arrow'
    data = table.read_bytes()
    table.unlink()  # a file that is in use is replaced, not changed
    if content is not None:
        table.write_bytes(data[:content] if isinstance(content, int) else content)
    assert open_members(packed.root / f'training/img/{DAY}.tar', table) is None
    result = build_index(packed.root)
    assert len(all_frames(result.index)) == 10
    assert table.read_bytes() == data


def test_tar_that_is_a_link_out_of_the_root(packed, tmp_path):
    tar = packed.root / f'training/img/{DAY}.tar'
    tar.rename(tmp_path / 'elsewhere.tar')
    tar.symlink_to(tmp_path / 'elsewhere.tar')
    result = build_index(packed.root)
    assert set(result.index.column('day')) == {DAYS[0]}
    assert any(f'{DAY}.tar' in example and 'leads out of the data root' in example
               for example in result.summary['examples']['outside_root'])


def test_image_that_is_not_in_the_tar(packed):
    index = build_index(packed.root).index
    with pytest.raises(FrameError, match=r'0000040\.jpg: cannot be read'):
        read_frames(index, 0, [40])


def test_broken_image_in_a_tar_is_named(tmp_path):
    tree = make_tree(tmp_path / 'data')
    folder = tree.image_dir(4, 'A', day=DAY)
    (folder / f'{folder.name}-0000005.jpg').write_bytes(b'noise')
    pack(tree, DAYS)
    index = build_index(tree.root).index
    row = int(np.flatnonzero((index.view == 'A') & (index.column('day') == DAY))[0])
    with pytest.raises(FrameError, match=rf'{DAY}\.tar/{DAY}/3/A/.*-0000005\.jpg: is not a compl'):
        read_frames(index, row, [5])
