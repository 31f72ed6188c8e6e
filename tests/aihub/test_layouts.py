"""Every way in which the data set lies on disks, made from the generated sample: each is indexed
to the same rows, and frames can be read from it; each mistake is one sentence."""

import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fitness_mm.aihub import FitnessIndex
from fitness_mm.aihub.disk.sources import find_sources
from fitness_mm.aihub.frames import read_frames
from fitness_mm.aihub.index.parquet import read_parquet
from fitness_mm.aihub.prepare import build_index

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
    return rows_of(build_index(study).index)


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
    assert rows_of(build.index).equals(expected)
    assert build.summary['rejected_files'] == {} and build.summary['rejected_views'] == {}
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
    assert len(index) == 20 and read_frames(index, 19, [1])[0][0].shape == (180, 320, 3)
