"""Every way in which the data set lies on disks, made from the generated sample: each is indexed
to the same rows, and frames can be read from it; each mistake is one sentence."""

import errno
import os
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from label_tree import DAY, Tree, dumps, make_label, set_all

from fitness_mm.aihub import FitnessIndex
from fitness_mm.aihub.disk.search import find_sources
from fitness_mm.aihub.frames import FrameError, read_frames
from fitness_mm.aihub.index.parquet import read_parquet
from fitness_mm.aihub.prepare import build_index, prepare
from fitness_mm.errors import FitnessError

GROUPS = {'Day01_200921_F': ('맨몸운동', 'body_01'), 'Day12_201002_F': ('바벨_덤벨', 'babel_01')}
VALIDATION = 'Day20_201010_F'


@pytest.fixture(scope='module')
def study(sample_root, tmp_path_factory) -> Path:
    """Two days of training and one of validation, of the sample."""
    root = tmp_path_factory.mktemp('layouts') / 'study'
    for split, days in (('training', GROUPS), ('validation', (VALIDATION, ))):
        for kind in ('label', 'img'):
            for day in days:
                link(sample_root / split / kind / day, root / split / kind / day)
    return root


@pytest.fixture(scope='module')
def expected(study):
    build = build_index(study)
    return rows_of(build.index), build.summary


def link(source: Path, target: Path) -> None:
    shutil.copytree(source, target, copy_function=os.link)


def rows_of(index):
    table = read_parquet(index.sources.out / 'index.parquet').replace_schema_metadata()
    return table.drop_columns(['label_file'])


def delivered(study: Path, root: Path) -> Path:
    """As AI Hub delivers it, with folders for labels and images."""
    top = root / '013.피트니스자세'
    for day, (group, images) in GROUPS.items():
        link(study / 'training/label' / day,
             top / f'1.Training/라벨링데이터/{group}_Labeling_new_220128/{group}_01' / day)
        link(study / 'training/img' / day, top / '1.Training/원시데이터' / images / day)
    link(study / 'validation/label' / VALIDATION,
         top / '2.Validation/라벨링데이터/babel_01' / VALIDATION)
    link(study / 'validation/img' / VALIDATION,
         top / '2.Validation/원시데이터/valid_babel_data' / VALIDATION)
    return root


def zip_folder(folder: Path, target: Path, cp949=False, compression=zipfile.ZIP_STORED) -> None:
    """Put a folder into a ZIP and delete it."""
    with zipfile.ZipFile(target, 'w', compression) as archive:
        for path in sorted(path for path in folder.rglob('*') if path.is_file()):
            name = str(path.relative_to(folder))
            info = Cp949Info(name) if cp949 else zipfile.ZipInfo(name)
            info.compress_type = compression
            archive.writestr(info, path.read_bytes())
    shutil.rmtree(folder)


class Cp949Info(zipfile.ZipInfo):
    """A member named as a Korean Windows does it: in CP949, which no flag says."""

    def _encodeFilenameFlags(self):
        return self.filename.encode('cp949'), self.flag_bits & ~0x800


def in_folders(study, root):
    return {'root': delivered(study, root) / '013.피트니스자세'}


def one_level_above(study, root):
    return {'root': delivered(study, root)}


def labels_in_zips(study, root):
    """One nested, both with names in CP949."""
    labels = delivered(study, root) / '013.피트니스자세/1.Training/라벨링데이터'
    nested = labels / '맨몸운동_Labeling_new_220128'
    zip_folder(nested / '맨몸운동_01', nested / '맨몸운동_01.zip', cp949=True)
    zip_folder(nested, labels / f'{nested.name}.zip', cp949=True,
               compression=zipfile.ZIP_DEFLATED)
    flat = labels / '바벨_덤벨_Labeling_new_220128'
    zip_folder(flat, labels / f'{flat.name}.zip', cp949=True, compression=zipfile.ZIP_DEFLATED)
    return {'root': root}


def images_in_tars(study, root):
    images = delivered(study, root) / '013.피트니스자세/1.Training/원시데이터'
    for _, name in GROUPS.values():
        with tarfile.open(images / f'{name}.tar', 'w') as archive:
            archive.add(images / name, name)
        shutil.rmtree(images / name)
    return {'root': root}


def images_in_zips(study, root):
    images = delivered(study, root) / '013.피트니스자세/1.Training/원시데이터'
    for (_, name), compression in zip(GROUPS.values(), (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
                                      strict=True):
        zip_folder(images / name, images / f'[원천]{name}.zip', compression=compression)
    return {'root': root}


def names_in_cp949(study, root):
    """Folders as a Korean Windows wrote them."""
    top = delivered(study, root) / '013.피트니스자세'
    for path in sorted(top.rglob('*'), reverse=True):
        if path.is_dir() and not path.name.isascii():
            path.rename(path.with_name(os.fsdecode(path.name.encode('cp949'))))
    return {'root': top}


def on_three_disks(study, root):
    """Two more with images, one of them reached through a link; the first is not written to."""
    top = delivered(study, root / 'labels') / '013.피트니스자세'
    (root / 'b').mkdir()
    shutil.move(top / '1.Training/원시데이터/body_01', root / 'a/body_01')
    shutil.move(top / '1.Training/원시데이터/babel_01', root / 'b/babel_01')
    (root / 'link').symlink_to(root / 'b')
    return {'root': root / 'labels', 'images': (root / 'a', root / 'link'), 'out': root / 'index'}


LAYOUTS = [in_folders, one_level_above, labels_in_zips, images_in_tars, images_in_zips,
           names_in_cp949, on_three_disks]


def snapshot(*roots):
    return [(str(path), path.lstat().st_mtime_ns) for root in roots for path in root.rglob('*')]


@pytest.mark.parametrize('layout', LAYOUTS)
def test_rows_are_those_of_the_study_tree(layout, study, expected, tmp_path):
    where = layout(study, tmp_path)
    read_only = (where['root'], *where['images']) if 'out' in where else ()
    before = snapshot(*read_only)
    sources = find_sources(**where)
    build = build_index(sources)
    assert snapshot(*read_only) == before
    rows, summary = expected
    assert rows_of(build.index).equals(rows)
    for what in ('rejected_files', 'rejected_views', 'notes', 'rewrites', 'image_folders'):
        assert build.summary[what] == summary[what]
    assert build_index(find_sources(**where)).labels_parsed == 0
    index = FitnessIndex.read(sources.out)
    of_study = FitnessIndex.read(study)
    for row in range(0, len(index), 7):
        number = int(index.frame_numbers(row)[1])
        ours, theirs = (read_frames(i, row, [number])[0][0] for i in (index, of_study))
        assert np.array_equal(ours, theirs)
        assert index.image_path(row, number).is_file() or 'images_in' in layout.__name__


def test_flat_sample(study, tmp_path):
    day = 'Day12_201002_F'
    link(study / 'training/label' / day, tmp_path / 'a/라벨링데이터')
    link(study / 'training/img' / day, tmp_path / 'a/원천데이터')
    index = build_index(tmp_path / 'a').index
    one_day = tmp_path / 'b'
    for kind in ('label', 'img'):
        link(study / 'training' / kind / day, one_day / 'training' / kind / day)
    assert rows_of(index).equals(rows_of(build_index(one_day).index))
    assert len(index) == 15 and read_frames(index, 14, [1])[0][0].shape == (180, 320, 3)


@pytest.fixture
def tree(tmp_path):
    tree = Tree(tmp_path / 'data')
    tree.add_clip(4)
    return tree


def test_the_newer_release_counts(tree):
    """And what only the older one has is kept."""
    labels = tree.root / 'training/label'
    newer, older = labels / '기구_Labeling_new_220128' / DAY, labels / '기구_Labeling' / DAY
    tree.add_images(5)
    wrong = set_all(make_label(4), 1, pts={'Nose': {'x': 1, 'y': 1}})
    tree.put(older / 'D05-3-004.json', dumps(wrong))
    tree.put(older / 'D05-3-005.json', dumps(make_label(5)))
    build = build_index(tree.root)
    assert build.summary['notes']['older_release'] == 1
    assert 'no 기구_Labeling_new_<date> lies beside it' in build.text
    tree.label_path(4).parent.rename(labels / 'x')
    shutil.move(labels / 'x', newer)
    build = build_index(tree.root)
    assert 'older_release' not in build.summary['notes']
    assert build.summary['rejected_files'] == {'duplicate': 1}
    index = build.index
    assert [name.split('/')[-3] for name in index.column('label_file')[::5]] == [
        '기구_Labeling_new_220128', '기구_Labeling']
    assert index.visible(0).all()


def parts_alone(tree):
    label = tree.root / 'training/label'
    shutil.rmtree(label)
    for number in (0, 1073741824, 2147483648):
        tree.put(tree.root / f'1.Training/라벨링데이터/맨몸 운동.zip.part{number}', b'PK')


def images_in_parts(tree):
    shutil.rmtree(tree.root / 'training/img')
    tree.put(tree.root / '1.Training/원시데이터/[원천]body_01.zip.part0', b'PK')


def nothing_but_images(tree):
    shutil.rmtree(tree.root / 'training/label')


def inside(tree):
    tree.root = tree.root / 'training/label'


def without_station_day(tree):
    tree.image_dir(4, 'A').parents[2].rename(tree.root / 'training/img/x')
    shutil.rmtree(tree.root / 'training/label/x', ignore_errors=True)


@pytest.mark.parametrize('mistake, sentence', [
    (parts_alone, r"/맨몸 운동.zip lies in .* in 3 parts, as it was downloaded; join them in the "
     r"order of their numbers, there, with: printf '%s\\0' '맨몸 운동.zip'.part\* \| sort -zV \| "
     r"xargs -0 cat > '맨몸 운동.zip' \(on Windows with copy /b"),
    (images_in_parts, r"원시데이터/\[원천\]body_01.zip lies in .* in 1 part, as"),
    (nothing_but_images, 'has no labels in it; expected the folder'),
    (inside, 'has no labels in it but lies in a data set whose root may be .*/data; expected'),
    (without_station_day, 'holds stations of which no folder says the day'),
])
def test_mistakes_are_one_sentence(tree, mistake, sentence):
    mistake(tree)
    with pytest.raises(FitnessError, match=sentence) as caught:
        prepare(tree.root)
    assert '\n' not in str(caught.value)
    assert not (tree.root / 'index.parquet').exists()


def test_a_missing_group_is_named(tree):
    for group in ('body', 'babel'):
        day = {'body': DAY, 'babel': 'Day06_200926_F'}[group]
        tree.put(tree.root / f'training/label/{group}_01/{day}/D{day[3:5]}-3-005.json',
                 dumps(make_label(5, day)))
    tree.add_images(5)
    text = build_index(tree.root).text
    assert 'training/label/babel_01: none of its 1 label files could be used' in text
    assert 'body_01:' not in text


def test_moved_disk_and_a_root_that_cannot_be_written(tree, tmp_path, monkeypatch):
    disk, out = tmp_path / 'disk', tmp_path / 'out'
    shutil.move(tree.root / 'training/img', disk)
    refuse_in(monkeypatch, tree.root)
    with pytest.raises(FitnessError, match=r'data cannot be written .*, with --out'):
        prepare(tree.root, images=[disk])
    prepare(tree.root, images=[disk], out=out)
    index = FitnessIndex.read(out)
    assert read_frames(index, 0, [1])[0][0].shape == (36, 64, 3)
    prepare(out)  # knows where its data is
    disk.rename(tmp_path / 'mounted')
    with pytest.raises(FrameError, match=r'disk: is not there any more; run .*prepare.py with'):
        read_frames(index, 0, [1])
    build = build_index(find_sources(tree.root, [tmp_path / 'mounted'], out))
    assert build.labels_parsed == 0
    assert len(read_frames(build.index, 0, [1, 2])[0]) == 2


def refuse_in(monkeypatch, folder):
    real = tempfile.TemporaryFile

    def refuse(*args, dir, **kwargs):
        if Path(dir) == folder:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(*args, dir=dir, **kwargs)
    monkeypatch.setattr(tempfile, 'TemporaryFile', refuse)


def archive_of(path, *members, **damage):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_hostile_zips(tree):
    """Bombs, ways out, damage, ciphers: each is counted, and the others are read."""
    labels = tree.root / 'training/label'
    good = f'{DAY}/D05-3-004.json'
    tree.label_path(4).unlink()
    inner = archive_of(tree.root / 'inner.zip', (good, dumps(make_label(4)))).read_bytes()
    archive_of(labels / 'a.zip', ('g/inner.zip', inner), (f'../{good}', b'{}'), (f'/{good}', b'{}'),
               (f'C:/{good}', b'{}'), (f'{DAY}/D05-3-006.json', bytes(1 << 23)),
               ('broken.zip', inner[:-30]))
    quine = inner
    for _ in range(4):
        quine = archive_of(tree.root / 'inner.zip', ('deep.zip', quine)).read_bytes()
    tree.put(labels / 'deep.zip', quine)
    damaged = archive_of(labels / 'b.zip', (f'{DAY}/D05-3-007.json', dumps(make_label(7))))
    data = damaged.read_bytes()
    position = data.index(b'D05-3-007.json') + 40
    tree.put(labels / 'b.zip', data[:position] + bytes(20) + data[position + 20:])
    summary = build_index(tree.root).summary
    assert summary['clip_views'] == 5
    assert summary['rejected_files'] == {
        'broken_zip': 2, 'too_deep': 1, 'too_large': 1, 'unreadable': 1}
    assert 'has 3 files that are encrypted' in ' '.join(summary['examples']['broken_zip'])


@pytest.mark.parametrize('compression', [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_images_in_a_damaged_zip(tree, compression):
    images = tree.root / 'training/img'
    zip_folder(images / DAY, images / f'{DAY}.zip', compression=compression)
    index = build_index(tree.root).index
    assert len(index) == 5
    data = bytearray((images / f'{DAY}.zip').read_bytes())
    with zipfile.ZipFile(images / f'{DAY}.zip') as archive:
        for info in archive.infolist():
            start = info.header_offset + 30 + len(info.filename)
            if '0000001.jpg' in info.filename:
                data[start:start + info.compress_size] = bytes(info.compress_size)
            elif '0000003.jpg' in info.filename:
                data[info.header_offset] ^= 255
    tree.put(images / f'{DAY}.zip', data)
    index = build_index(tree.root).index
    assert read_frames(index, 0, [5])[0][0].shape == (36, 64, 3)
    for number, message in ((1, 'damaged or no ZIP|not a complete JPEG'), (3, 'is damaged at')):
        with pytest.raises(FrameError, match=message):
            read_frames(index, 0, [number])
