"""Broken images: which look finds them, and how the index goes on without them."""

import csv
import errno
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from label_tree import DAY, HEIGHT, WIDTH, Tree, jpeg, pack

from fitness_mm.aihub import FitnessIndex
from fitness_mm.aihub.disk.image_files import ImageFiles
from fitness_mm.aihub.disk.images import FrameError
from fitness_mm.aihub.image_checks.look import check_header, check_whole, decoder_warnings
from fitness_mm.aihub.index import IndexFileError
from fitness_mm.aihub.prepare import build_index, check_images, image_checks

TOOL = Path(__file__).parents[2] / 'tools/data/prepare.py'
NUMBERS = list(range(1, 32, 2))


def picture(size=(WIDTH, HEIGHT), ending='.jpg'):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    return cv2.imencode(ending, pixels)[1].tobytes()


WHOLE = picture()


def spoilt_inside(data=WHOLE):
    middle = len(data) * 2 // 3
    return data[:middle] + bytes(200) + data[middle + 200:]


@pytest.mark.parametrize('data, by_header, by_whole', [
    (WHOLE, None, None),
    (WHOLE[:-2] + bytes(16) + WHOLE[-2:], None, None),  # some cameras fill up before the end
    (b'', 'is not a complete JPEG', 'is not a complete JPEG'),
    (WHOLE[:len(WHOLE) // 2], 'is not a complete JPEG', 'is not a complete JPEG'),
    (bytes(len(WHOLE) - 2) + b'\xff\xd9', 'has no JPEG header', 'has no JPEG header'),
    (picture(ending='.png') + b'\xff\xd9', 'has no JPEG header', 'has no JPEG header'),
    (picture((32, 48)), r'is 32x48 pixels, expected 64x36', r'is 32x48 pixels, expected 64x36'),
    # what only the whole file shows
    (WHOLE[:len(WHOLE) // 2] + b'\xff\xd9', None, 'is damaged inside .*premature end'),
    (spoilt_inside(), None, 'is damaged inside'),
    (WHOLE.replace(b'\xff\xdb', b'\xff\xee'), None, 'cannot be decoded'),  # no quantisation
])
def test_what_each_look_finds(data, by_header, by_whole):
    with decoder_warnings() as warnings:
        for expected, look, more in ((by_header, check_header, ()),
                                     (by_whole, check_whole, (warnings,))):
            arguments = (io.BytesIO(data), Path('image.jpg'), (WIDTH, HEIGHT), *more)
            if expected is None:
                look(*arguments)
            else:
                with pytest.raises(FrameError, match=rf'image\.jpg: {expected}'):
                    look(*arguments)


@pytest.fixture
def tree(tmp_path):
    tree = Tree(tmp_path / 'data', WHOLE)
    tree.add_clip(4)
    tree.add_clip(12)
    return tree


def image(tree, type_number, view, number):
    folder = tree.image_dir(type_number, view)
    return folder / f'{folder.name}-{number:07d}.jpg'


def frame_numbers(root):
    index = FitnessIndex.read(root)
    return {(int(index.type[i]), str(index.view[i])): index.frame_numbers(i).tolist()
            for i in range(len(index))}


def test_the_command_leaves_broken_images_out_and_takes_mended_ones_back(tree):
    image(tree, 4, 'A', 3).write_bytes(WHOLE[:700])
    image(tree, 4, 'B', 2).write_bytes(b'')  # without a label
    image(tree, 12, 'D', 31).write_bytes(spoilt_inside())
    for number in NUMBERS[1:]:
        image(tree, 4, 'C', number).write_bytes(jpeg(size=(16, 16)))
    image(tree, 4, 'C', 1).write_bytes(WHOLE[:-20])  # the index has the size from here

    def run(*arguments):
        return subprocess.run(
            [sys.executable, TOOL, '--root', tree.root, '--workers', '1', *arguments],
            capture_output=True, text=True, check=True).stdout

    said = run('--check-images', 'whole')
    assert 'Looked at all of 320 images; broken: 19, see broken_images.csv.' in said
    assert '320 images checked, 320 of them whole, 19 broken (see broken_images.csv)' in said
    every = {(t, v): NUMBERS for t in (4, 12) for v in 'ABCDE'}
    expected = every | {(4, 'A'): [1, *NUMBERS[2:]], (12, 'D'): NUMBERS[:-1]}
    del expected[4, 'C']
    assert frame_numbers(tree.root) == expected
    index = FitnessIndex.read(tree.root)
    whole, part = (next(i for i in range(len(index)) if index.type[i] == 4 and index.view[i] == v)
                   for v in 'EA')
    kept = [t for t in range(16) if t != 1]  # x of view A is 4 * 11 less, before it wraps
    assert (index.keypoints(part)[..., 1] == index.keypoints(whole)[kept][..., 1]).all()
    assert index.visible(part).shape == (15, 24)
    report = json.loads((tree.root / 'report.json').read_text())
    assert report['images_checked'] == {'images': 320, 'whole': 320, 'broken': 19}
    assert report['notes']['frames_with_broken_image'] == 2
    assert report['rejected_views'] == {'broken_image': 1}
    with (tree.root / 'broken_images.csv').open(encoding='utf-8-sig') as file:
        listed = {row['image']: row['problem'] for row in csv.DictReader(file)}
    relative = str(image(tree, 4, 'B', 2).relative_to(tree.root))
    assert listed[relative] == 'is not a complete JPEG; copy it from the data set again'
    assert len(listed) == 19

    image(tree, 4, 'A', 3).write_bytes(WHOLE)
    run()
    assert frame_numbers(tree.root) == expected | {(4, 'A'): NUMBERS}
    for view in 'BC':
        for number in range(1, 33):
            image(tree, 4, view, number).write_bytes(WHOLE)
    image(tree, 12, 'D', 31).write_bytes(WHOLE)
    said = run('--check-images')
    assert 'beginning and end of 128 images; 192 were looked at before; none is broken' in said
    assert frame_numbers(tree.root) == every


def test_an_interrupted_check_goes_on(tree, monkeypatch):
    build_index(tree.root)
    monkeypatch.setitem(image_checks._AT_ONCE, 'header', 2)

    def interrupt(stage, done, total):
        if stage == 'images' and done >= 128:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_images(tree.root, on_progress=interrupt)
    calls = []
    first = check_images(tree.root, on_progress=lambda *call: calls.append(call))
    assert (first.checked, first.reused, first.broken) == (192, 128, 0)
    assert [call for call in calls if call[0] == 'comparing'] == [
        ('comparing', 0, 4), ('comparing', 4, 4)]
    assert [call[1] for call in calls if call[0] == 'images'] == [0, 64, 128, 192]

    again = check_images(tree.root)
    assert (again.checked, again.reused) == (0, 320)
    image(tree, 4, 'A', 1).write_bytes(WHOLE)
    assert check_images(tree.root).checked == 32
    assert check_images(tree.root, 'whole').checked == 320
    assert check_images(tree.root).checked == 0, 'whole is more than the header'


def test_an_image_that_could_not_be_read_is_tried_again(tree, monkeypatch):
    build_index(tree.root)
    name = image(tree, 4, 'A', 1).name
    read = ImageFiles.open

    def fail(self, path):
        if path.endswith(name):
            raise OSError(errno.EIO, 'Input/output error', path)
        return read(self, path)

    with monkeypatch.context() as patch:
        patch.setattr(ImageFiles, 'open', fail)
        assert check_images(tree.root).broken == 1
    assert 'cannot be read (Input/output error)' in (tree.root / 'broken_images.csv').read_text()
    summary = check_images(tree.root)
    assert (summary.checked, summary.broken) == (32, 0)


def test_in_tars_as_in_folders(tree):
    image(tree, 12, 'E', 5).write_bytes(WHOLE[:-20])
    pack(tree)
    build_index(tree.root)
    assert check_images(tree.root).broken == 1
    said = (tree.root / 'broken_images.csv').read_text('utf-8-sig').splitlines()[1]
    assert said.startswith(f'training/img/{DAY}.tar/{DAY}/3/E/012-1-1-01-Z3_E/')
    assert check_images(tree.root).reused == 320
    build_index(tree.root)
    assert frame_numbers(tree.root)[12, 'E'] == [1, 3, *NUMBERS[3:]]


def test_a_tar_is_read_from_its_beginning_to_its_end(tree, monkeypatch):
    """Whatever the order of its members."""
    names = sorted((tree.root / 'training/img' / DAY).rglob('*.jpg'),
                   key=lambda path: path.name[::-1])
    with tarfile.open(tree.root / f'training/img/{DAY}.tar', 'w') as archive:
        folders = sorted({name.parent for name in names}, reverse=True)
        for name in sorted(names, key=lambda name: folders.index(name.parent)):
            archive.add(name, str(name.relative_to(tree.root / 'training/img')))
    shutil.rmtree(tree.root / 'training/img' / DAY)
    build_index(tree.root)
    asked = []
    read = os.pread
    monkeypatch.setattr(os, 'pread', lambda file, size, offset: asked.append(offset) or read(
        file, size, offset))
    check_images(tree.root)
    assert len(asked) == 320 and asked == sorted(asked)


def test_damaged_results_end_in_a_sentence(tree):
    build_index(tree.root)
    check_images(tree.root)
    path = tree.root / 'image_checks.parquet'
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    for use in (check_images, build_index):
        with pytest.raises(IndexFileError, match=r'is damaged .*; delete it and run prepare'):
            use(tree.root)
