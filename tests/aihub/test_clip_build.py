"""prepare.py --clips: the same files however it is run, interrupted or cut up; what it rejects."""

import errno
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import cv2
import numpy as np
import pytest
from label_tree import HEIGHT, WIDTH, Tree, dumps, make_label

from fitness_mm.aihub.clips.codec import encode_clip
from fitness_mm.aihub.frames import FrameError, read_frames
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.aihub.prepare import ClipOptions, Shard, build_clips, prepare
from fitness_mm.errors import FitnessError
from fitness_mm.files import locked
from fitness_mm.keypoints.pixels import PixelMap

TOOL = Path(__file__).parents[2] / 'tools' / 'data' / 'prepare.py'
DAYS = ('Day04_200924_F', 'Day05_200925_F')
TYPES = (4,)
NUM_CLIPS = len(DAYS) * len(TYPES) * 5


def picture(number):
    """A JPEG with a texture that moves with the image's number."""
    y, x = np.indices((HEIGHT, WIDTH))
    image = 128 + 60 * np.sin((x + 2 * number) / 5)[..., None] * np.ones(3) + y[..., None]
    return cv2.imencode('.jpg', image.clip(0, 255).astype(np.uint8))[1].tobytes()


@pytest.fixture(scope='module')
def pristine(tmp_path_factory):
    """Labels and images, nothing prepared."""
    tree = Tree(tmp_path_factory.mktemp('pristine'))
    pictures = [picture(number) for number in range(1, 33)]
    for day in DAYS:
        for type_number in TYPES:
            tree.put(tree.label_path(type_number, day), dumps(make_label(type_number, day)))
            for view in 'ABCDE':
                folder = tree.image_dir(type_number, view, day=day)
                folder.mkdir(parents=True)
                for number, data in enumerate(pictures, 1):
                    (folder / f'{folder.name}-{number:07d}.jpg').write_bytes(data)
    return tree.root


@pytest.fixture
def tree(pristine, tmp_path):
    """A copy to work in; the times of the files stay, which the label index looks at."""
    root = tmp_path / 'data'
    shutil.copytree(pristine, root)
    copy = object.__new__(Tree)
    copy.root = root
    return copy


def contents(root):
    """Digest of every file but the images."""
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob('*'))
            if path.is_file() and '/img/' not in str(path) and 'index_parts' not in str(path)}


@pytest.fixture(scope='module')
def expected(pristine, tmp_path_factory):
    """What one uninterrupted run leaves."""
    root = tmp_path_factory.mktemp('expected') / 'data'
    shutil.copytree(pristine, root)
    prepare(root, 1, ClipOptions(32))
    return contents(root)


def run_tool(*args):
    return subprocess.run([sys.executable, str(TOOL), *map(str, args)], timeout=120,
                          capture_output=True, text=True)


def report(root):
    return json.loads((root / 'report.json').read_text())


def clip_files(root):
    return sorted((root / 'clips').rglob('[!.]*.mp4'))


def test_tool(tree, expected):
    run = run_tool('--root', tree.root, '--workers', 2, '--clips', '--clip-height', 32)
    assert run.returncode == 0, run.stderr
    assert f'Made {NUM_CLIPS} clip files, re-used 0 from earlier runs, ' in run.stdout
    assert re.search(rf'Clip files +{NUM_CLIPS} of {NUM_CLIPS} clip-views', run.stdout)
    assert re.search(rf'^clips {NUM_CLIPS}/{NUM_CLIPS}, \d+\.\d/s, about 0 s left$', run.stderr,
                     re.MULTILINE)
    assert contents(tree.root) == expected
    assert sum(name.endswith('.mp4') for name in expected) == NUM_CLIPS
    assert ('clips/32px/training/Day04_200924_F/3/B/004-1-1-01-Z3_B.mp4' in expected
            and 'clips/clips.parquet' in expected)


def test_the_index_knows_crop_and_size(tree):
    prepare(tree.root, 1, ClipOptions(32))
    index = FitnessIndex.read(tree.root)
    for row in range(len(index)):
        assert index.clip_path(row).is_file()
        box, size = index.value('clip_box', row), index.value('clip_size', row)
        frames, transform = read_frames(index, row, [1, 2, 32])
        assert transform == PixelMap.of_box(box, size)
        assert frames[0].shape == (size[1], size[0], 3) and size[1] == 32


def test_a_second_run_makes_nothing_and_changes_nothing(tree, expected):
    prepare(tree.root, 1, ClipOptions(32))
    before = [path.stat().st_mtime_ns for path in clip_files(tree.root)]
    made = build_clips(tree.root, 32)
    assert (made.made, made.reused, made.rejected) == (0, NUM_CLIPS, 0)
    assert made.num_bytes == sum(path.stat().st_size for path in clip_files(tree.root))
    prepare(tree.root, 1, ClipOptions(32))
    assert [path.stat().st_mtime_ns for path in clip_files(tree.root)] == before
    assert contents(tree.root) == expected


def test_indexing_labels_alone_keeps_the_clips(tree, expected):
    prepare(tree.root, 1, ClipOptions(32))
    shutil.rmtree(tree.root / 'index_parts')
    prepare(tree.root)
    assert contents(tree.root) == expected


@pytest.mark.parametrize('count', [1, 3, 12])
def test_shards_and_merge_leave_what_one_run_leaves(tree, expected, count):
    prepare(tree.root)
    for number in range(count, 0, -1):
        prepare(tree.root, 1, ClipOptions(32, Shard(number, count)))
    assert FitnessIndex.read(tree.root).clip_path(0) is None, 'not before they are merged'
    prepare(tree.root, 1, ClipOptions(32, merge=True))
    assert contents(tree.root) == expected


def test_shards_by_the_tool(tree, expected):
    with pytest.raises(FitnessError, match='labels of training/Day04_200924_F are not indexed '
                       'as they are now; first run'):
        prepare(tree.root, 1, ClipOptions(32, Shard(2, 2)))
    prepare(tree.root)
    run = run_tool('--root', tree.root, '--clips', '--clip-height', 32, '--shard', '1/2')
    assert f'Made {NUM_CLIPS // 2} clip files' in run.stdout
    assert f'shard 1 of 2; when all are done: prepare.py --root {tree.root} --merge' in run.stdout
    with pytest.raises(FitnessError, match='lacks the results of shard 2 of 2'):
        prepare(tree.root, 1, ClipOptions(32, merge=True))
    prepare(tree.root, 1, ClipOptions(32, Shard(2, 2)))
    run = run_tool('--root', tree.root, '--merge', '--clip-height', 32)
    assert run.returncode == 0, run.stderr
    assert contents(tree.root) == expected


def test_merge_without_shards_or_of_two_divisions(tree):
    prepare(tree.root)
    with pytest.raises(FitnessError, match=r'has no shard; make them with prepare\.py'):
        prepare(tree.root, 1, ClipOptions(32, merge=True))
    for shard in (Shard(1, 2), Shard(1, 3)):
        prepare(tree.root, 1, ClipOptions(32, shard))
    with pytest.raises(FitnessError, match='has results of 2 and 3 shards; delete those'):
        prepare(tree.root, 1, ClipOptions(32, merge=True))


def test_merge_after_the_labels_changed(tree):
    prepare(tree.root)
    prepare(tree.root, 1, ClipOptions(32, Shard(1, 1)))
    tree.label_path(TYPES[0], DAYS[0]).unlink()
    with pytest.raises(FitnessError, match='changed after its shards were made'):
        prepare(tree.root, 1, ClipOptions(32, merge=True))


@pytest.mark.parametrize('text', ['0/2', '3/2', '1', '1/0', 'a/b', '-1/2', '1/2/3', ''])
def test_no_shard(text):
    with pytest.raises(ValueError, match='is no shard, expected i/n'):
        Shard.parse(text)


@pytest.mark.parametrize('args, message', [
    (('--shard', '1/2'), '--shard goes with --clips'),
    (('--clips', '--shard', '5/2'), "'5/2' is no shard"),
])
def test_arguments(tmp_path, args, message):
    run = run_tool('--root', tmp_path, *args)
    assert run.returncode == 2 and message in run.stderr


# Each names a moment; the process is gone in the midst of it, without a chance to clean up.
KILLED = '''
import os, pathlib, signal, sys
from fitness_mm.aihub.prepare import ClipOptions, prepare
moment, count, root = sys.argv[1], int(sys.argv[2]), sys.argv[3]
calls = 0

def die_at(function, before):
    def wrapped(*args):
        global calls
        concerns = str(args[0]).endswith(('.mp4', '.parquet', '.json', '.txt'))
        calls += concerns
        if concerns and calls == count:
            before(function, *args)
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args)
    return wrapped

if moment == 'half-written':
    pathlib.Path.write_bytes = die_at(pathlib.Path.write_bytes, lambda write, path, data: write(
        path, data[:len(data) // 2]))
elif moment == 'before-rename':
    os.replace = die_at(os.replace, lambda *_: None)
else:
    os.replace = die_at(os.replace, lambda rename, *paths: rename(*paths))
prepare(root, 1, ClipOptions(32))
'''


@pytest.mark.parametrize('moment, count', [
    ('half-written', 1), ('half-written', 8), ('after-rename', 9),
    ('before-rename', 16), ('after-rename', 16), ('before-rename', 18)])
def test_killed_and_run_again(tree, expected, moment, count):
    run = subprocess.run([sys.executable, '-c', KILLED, moment, str(count), str(tree.root)],
                         timeout=120, capture_output=True, text=True)
    assert run.returncode == -signal.SIGKILL, run.stderr
    left = contents(tree.root)
    assert left != expected
    prepare(tree.root, 1, ClipOptions(32))
    assert contents(tree.root) == expected


@pytest.mark.parametrize('fraction', [0.1, 0.5, 0.9])
def test_killed_with_its_workers_and_run_again(tree, expected, fraction):
    prepare(tree.root)
    process = subprocess.Popen(
        [sys.executable, str(TOOL), '--root', str(tree.root), '--workers', '2', '--clips',
         '--clip-height', '32'], start_new_session=True, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL)
    while process.poll() is None and len(clip_files(tree.root)) < fraction * NUM_CLIPS:
        pass
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    there = len(clip_files(tree.root))
    made = build_clips(tree.root, 32)
    assert made.reused >= there and made.made == NUM_CLIPS - made.reused
    prepare(tree.root, 1, ClipOptions(32))
    assert contents(tree.root) == expected


@pytest.mark.parametrize('after', [0, 7, NUM_CLIPS - 1])
def test_disk_full_on_the_way(tree, expected, monkeypatch, after):
    write = Path.write_bytes

    def full(path, data):
        if path.suffix == '.mp4' and len(clip_files(tree.root)) >= after:
            write(path, data[:100])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write(path, data)

    prepare(tree.root)
    with monkeypatch.context() as patch:
        patch.setattr(Path, 'write_bytes', full)
        with pytest.raises(FitnessError, match=r'\.tmp\.mp4: No space left on device; finished '
                           'days are kept and so are finished clip files, run it again when that '
                           'is mended'):
            prepare(tree.root, 1, ClipOptions(32))
    assert not [path for path in (tree.root / 'clips').rglob('*.tmp*')]
    assert len(clip_files(tree.root)) == after
    assert len(FitnessIndex.read(tree.root)) == NUM_CLIPS  # still of use
    prepare(tree.root, 1, ClipOptions(32))
    assert contents(tree.root) == expected


def test_too_small_a_disk_is_told_before_anything_is_made(tree, monkeypatch):
    Usage = namedtuple('Usage', 'total used free')
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: Usage(1000, 0, 1000))
    with pytest.raises(FitnessError, match=rf'{NUM_CLIPS} clip files will take about 0\.\d MB, but '
                       r'.* has 0\.0 MB free; free some space or choose a smaller --clip-height'):
        prepare(tree.root, 1, ClipOptions(32))
    assert not clip_files(tree.root)
    # what is there already needs no space
    monkeypatch.undo()
    prepare(tree.root, 1, ClipOptions(32))
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: Usage(1000, 0, 1000))
    prepare(tree.root, 1, ClipOptions(32))


def first_clip(tree):
    return tree.root / 'clips/32px/training' / DAYS[0] / '3/A/004-1-1-01-Z3_A.mp4'


@pytest.mark.parametrize('damage', [
    lambda path: path.write_bytes(path.read_bytes()[:-7]),
    lambda path: path.write_bytes(encode_clip([np.zeros((32, 56, 3), np.uint8)] * 32, (56, 32))),
    lambda path: path.unlink(),
    lambda path: path.write_bytes(
        path.parents[2].joinpath('3/B/004-1-1-01-Z3_B.mp4').read_bytes()),  # another clip-view's
])
def test_only_a_clip_file_that_is_not_right_is_made_again(tree, expected, damage):
    prepare(tree.root, 1, ClipOptions(32))
    damage(first_clip(tree))
    made = build_clips(tree.root, 32)
    assert (made.made, made.reused) == (1, NUM_CLIPS - 1)
    assert contents(tree.root) == expected


def test_another_height(tree, expected):
    prepare(tree.root, 1, ClipOptions(32))
    old = FitnessIndex.read(tree.root)
    prepare(tree.root, 1, ClipOptions(24))
    index = FitnessIndex.read(tree.root)
    assert index.value('clip_size', 3)[1] == 24
    assert read_frames(index, 3, [5])[0][0].shape[0] == 24
    # whoever has the index open goes on with the files it names
    assert read_frames(old, 3, [5])[0][0].shape[0] == 32
    prepare(tree.root, 1, ClipOptions(32))
    assert contents(tree.root).items() >= expected.items()


def test_changed_labels_take_their_clips_out_of_use_until_they_are_made_again(tree):
    prepare(tree.root, 1, ClipOptions(32))
    label = make_label(TYPES[0], DAYS[0])
    for frame in label['frames']:
        for point in frame['view1']['pts'].values():
            point['x'] //= 2
    tree.put(tree.label_path(TYPES[0], DAYS[0]), dumps(label))
    prepare(tree.root)
    index = FitnessIndex.read(tree.root)
    row = index.view.tolist().index('A')
    assert index.clip_path(row) is None and index.clip_path(row + 1) is not None
    assert build_clips(tree.root, 32).made == 1
    prepare(tree.root)
    index = FitnessIndex.read(tree.root)
    assert index.clip_path(row) is not None and index.value('clip_box', row)[2] < WIDTH


def image(tree, number, view='C'):
    folder = tree.image_dir(TYPES[0], view, day=DAYS[0])
    return folder / f'{folder.name}-{number:07d}.jpg'


@pytest.mark.parametrize('damage', [
    lambda path: path.write_bytes(path.read_bytes()[:-40]),
    lambda path: path.write_bytes(b'noise'),
    lambda path: path.write_bytes(cv2.imencode('.jpg', np.zeros((8, 8, 3)))[1].tobytes()),
])
def test_broken_labelled_image(tree, damage, capsys):
    damage(image(tree, 7))
    prepare(tree.root, 1, ClipOptions(32))
    assert report(tree.root)['rejected_views'] == {'broken_frames': 1}
    example, = report(tree.root)['examples']['broken_frames']
    assert 'view C' in example and '1 of 16 labelled images' in example and 'image 7 ' in example
    assert 'broken_frames: a labelled image cannot be decoded' in capsys.readouterr().out
    index = FitnessIndex.read(tree.root)
    assert len(index) == len(clip_files(tree.root)) == NUM_CLIPS - 1
    before = contents(tree.root)
    prepare(tree.root)
    assert contents(tree.root) == before, 'the labels alone do not bring it back'
    image(tree, 7).write_bytes(picture(7))  # mended
    made = build_clips(tree.root, 32)
    assert (made.made, made.reused, made.rejected) == (1, NUM_CLIPS - 1, 0)


def test_broken_image_without_labels(tree):
    image(tree, 8).write_bytes(b'noise')
    prepare(tree.root, 1, ClipOptions(32))
    summary = report(tree.root)
    assert summary['rejected_views'] == {} and summary['notes']['no_clip_file'] == 1
    assert 'image 8 is not a complete JPEG' in summary['examples']['no_clip_file'][0]
    assert summary['clip_files'] == NUM_CLIPS - 1
    index = FitnessIndex.read(tree.root)
    row = index.view.tolist().index('C')
    assert index.clip_path(row) is None
    assert read_frames(index, row, [1, 3, 31])[0][0].shape == (HEIGHT, WIDTH, 3)  # its JPEGs
    with pytest.raises(FrameError, match='not a complete JPEG'):
        read_frames(index, row, [8])


@pytest.mark.parametrize('number', [8, 7, 1])
def test_missing_image(tree, number):
    image(tree, number).unlink()
    prepare(tree.root, 1, ClipOptions(32))
    summary = report(tree.root)
    assert f'image {number} is missing' in summary['examples']['no_clip_file'][0]
    index = FitnessIndex.read(tree.root)
    row = index.view.tolist().index('C')
    assert index.clip_path(row) is None and len(index) == NUM_CLIPS
    assert index.num_frames[row] == 16 - number % 2  # without its image a label is dropped


def test_missing_last_image_only_makes_the_clip_shorter(tree):
    image(tree, 32).unlink()
    prepare(tree.root, 1, ClipOptions(32))
    index = FitnessIndex.read(tree.root)
    row = index.view.tolist().index('C')
    assert len(read_frames(index, row, range(1, 32))[0]) == 31
    with pytest.raises(FrameError, match='has no image 32'):
        read_frames(index, row, [32])


def test_every_image_broken_but_for_its_header(tree):
    for number in range(1, 33):
        image(tree, number).write_bytes(image(tree, number).read_bytes()[:-40])
    prepare(tree.root, 1, ClipOptions(32))
    assert '16 of 16 labelled images' in report(tree.root)['examples']['broken_frames'][0]


def test_a_clip_that_can_no_longer_be_made_is_removed(tree):
    prepare(tree.root, 1, ClipOptions(32))
    image(tree, 8, 'A').unlink()
    prepare(tree.root, 1, ClipOptions(32))
    assert not first_clip(tree).exists()


def test_clips_folder_that_leads_out_of_the_root(tree, tmp_path):
    outside = tmp_path / 'outside'
    outside.mkdir()
    (tree.root / 'clips').symlink_to(outside)
    with pytest.raises(FitnessError, match='leads out of the data root through a symbolic link'):
        prepare(tree.root, 1, ClipOptions(32))
    (tree.root / 'clips').unlink()
    (tree.root / 'clips/32px').mkdir(parents=True)
    (tree.root / 'clips/32px/training').symlink_to(outside)
    with pytest.raises(FitnessError, match='leads out of the data root'):
        prepare(tree.root, 1, ClipOptions(32))
    assert not [path for path in outside.rglob('*') if path.is_file()]


def test_damaged_list_of_clips(tree):
    prepare(tree.root, 1, ClipOptions(32))
    path = tree.root / 'clips/clips.parquet'
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FitnessError, match=r'clips\.parquet is damaged'):
        prepare(tree.root)


def test_two_runs_at_once(tree):
    with locked(tree.root) as free:
        assert free
        with pytest.raises(FitnessError, match=r'another prepare\.py is at work'):
            prepare(tree.root)
    prepare(tree.root)
    with locked(tree.root, shared=True):
        prepare(tree.root, 1, ClipOptions(32, Shard(1, 2)))
        with pytest.raises(FitnessError, match=r'another prepare\.py is at work'):
            prepare(tree.root, 1, ClipOptions(32, merge=True))

