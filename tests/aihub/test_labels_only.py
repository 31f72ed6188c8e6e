"""An index of labels alone, for networks that see only keypoints."""

import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from conftest import REPO
from label_tree import DAY, Tree, dumps, make_label
from mmengine.registry import DATASETS, init_default_scope

from fitness_mm.aihub import FitnessIndex
from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.disk.sources import Sources
from fitness_mm.aihub.frames import FrameError, read_frames
from fitness_mm.aihub.prepare import build_index
from fitness_mm.aihub.prepare.rows import read_labels
from fitness_mm.errors import FitnessError
from fitness_mm.sample import make_sample


def prepare(root, *arguments):
    return subprocess.run([sys.executable, 'tools/data/prepare.py', '--root', str(root),
                           '--workers', '1', *arguments], cwd=REPO, capture_output=True, text=True)


@pytest.fixture(scope='module')
def prepared(sample_root, tmp_path_factory):
    """The labels of the session's sample, indexed without its images, and what was printed."""
    root = tmp_path_factory.mktemp('labels')
    for split in ('training', 'validation'):
        shutil.copytree(sample_root / split / 'label', root / split / 'label')
    done = prepare(root, '--labels-only', '320x180')
    assert done.returncode == 0, done.stderr
    return root, done.stdout


@pytest.fixture
def labels_alone(prepared):
    return prepared[0]


def test_images_that_were_not_looked_for_are_not_counted(prepared):
    _, printed = prepared

    assert 'No image was looked for' in printed
    assert re.search(r'^Images +not looked for$', printed, re.MULTILINE)
    counts, exercises, _ = printed.partition('Exercise')
    assert exercises
    assert re.search(r'\d', counts) and not re.search(r'-\d', counts)  # none is negative


def test_it_says_what_the_index_with_images_says(sample_root, labels_alone):
    with_images, alone = FitnessIndex.read(sample_root), FitnessIndex.read(labels_alone)
    row_of = {alone.clip_view_id(i): i for i in range(len(alone))}

    assert len(row_of) >= len(with_images)  # clip-views whose images are missing are there too
    for i in range(len(with_images)):
        j = row_of[with_images.clip_view_id(i)]
        there = np.isin(alone.frame_numbers(j), with_images.frame_numbers(i))
        assert np.array_equal(alone.frame_numbers(j)[there], with_images.frame_numbers(i))
        assert np.array_equal(alone.keypoints(j)[there], with_images.keypoints(i))
        assert np.array_equal(alone.visible(j)[there], with_images.visible(i))
        assert np.array_equal(alone.gt_conditions(j), with_images.gt_conditions(i))


def test_reading_a_frame_of_it_says_that_there_is_none(labels_alone):
    index = FitnessIndex.read(labels_alone)

    with pytest.raises(FrameError, match='img'):
        read_frames(index, 0, [1])


def test_no_content_of_a_file_stops_the_others(tmp_path):
    """Random damage where names, types and numbers stand: rows or a reason, never an exception."""
    root, rng = tmp_path, np.random.default_rng(0)
    whole = dumps(make_label(num_frames=2))
    hit = re.compile(rb'img_key[^,}]*|"type[^,}]*|"key[^,}]*|"x": \d+|"condition[^,}]*')
    spans = [match.span() for match in hit.finditer(whole)]
    files = []
    for number in range(300):
        start, stop = spans[rng.integers(len(spans))]
        position = rng.integers(start, stop)
        piece = [b'9' * 30, b'\\u0000', b'/../', bytes([rng.integers(256)]), b'\\ud800', b'"', b'{',
                 '\u0664'.encode(), b'-', b'1e400', b'null', b'\\'][number % 12]
        path = root / f'training/label/{DAY}/copy{number}/D05-3-004.json'
        path.parent.mkdir(parents=True)
        path.write_bytes(whole[:position] + piece + whole[position + rng.integers(3):])
        files.append(str(path.relative_to(root)))

    _, (table, found) = read_labels(Sources(root, (root, )), 'training', DAY, files)

    indexed = set(table['label_file'].to_pylist())
    for file, report in found.items():
        assert file in indexed or report.rejected_files or report.rejected_views, file
    assert 10 < len(indexed) < len(files)


def test_looking_for_images_after_all_keeps_the_index(labels_alone):
    before = {path: path.read_bytes() for path in labels_alone.glob('*.*')}

    done = prepare(labels_alone)

    assert done.returncode == 1 and done.stderr.count('\n') == 1
    assert 'has no images in it' in done.stderr
    assert {path: path.read_bytes() for path in labels_alone.glob('*.*')} == before


def test_labels_are_read_once_for_both_modes(tmp_path):
    tree = Tree(tmp_path)
    tree.add_clip(4)
    tree.put(tree.label_path(5), dumps(make_label(5)))  # without images
    with_images = build_index(tree.root)
    expected = (tree.root / 'index.parquet').read_bytes()

    alone = build_index(tree.root, image_size=(64, 36))
    again = build_index(tree.root)

    assert [built.labels_parsed for built in (with_images, alone, again)] == [2, 0, 0]
    assert [len(built.index) for built in (with_images, alone, again)] == [5, 10, 5]
    assert (tree.root / 'index.parquet').read_bytes() == expected


@pytest.mark.parametrize(('arguments', 'sentence'), [
    (['--labels-only', '1920'], "'1920' is no size"),
    (['--labels-only', '0x10'], "'0x10' is no size"),
    (['--labels-only', '--clips'], '--labels-only goes without --clips'),
])
def test_impossible_arguments(labels_alone, arguments, sentence):
    done = prepare(labels_alone, *arguments)

    assert done.returncode == 2
    assert sentence in done.stderr


def test_a_sample_of_labels_has_the_labels_of_the_sample(sample_root, tmp_path):
    out = tmp_path / 'sample'
    make_sample(out, 'tiny', images=False)

    assert not list(out.rglob('*.jpg'))
    ours = {p.relative_to(out): p.read_bytes() for p in out.glob('*/label/**/*.json')}
    theirs = {p.relative_to(sample_root): p.read_bytes()
              for p in sample_root.glob('*/label/**/*.json')}
    assert ours == theirs


@pytest.mark.parametrize('scope, cfg', [
    ('mmpose', dict(type='FitnessPoseDataset', pipeline=[dict(type='LoadLabelledFrame')])),
    ('mmaction', dict(type='FitnessClipDataset', pipeline=[dict(type='LoadLabelledFrames')]))])
def test_networks_that_see_images_are_told_before_the_first_batch(scope, cfg, labels_alone):
    import fitness_mm.action
    import fitness_mm.pose  # noqa: F401
    init_default_scope(scope)
    with pytest.raises(FitnessError, match='knows of none, because it was made with --labels-only'):
        DATASETS.build(dict(data_root=str(labels_alone), **cfg))
    DATASETS.build({**cfg, 'data_root': str(labels_alone), 'pipeline': []})  # keypoints alone


def test_clips_that_are_known_to_show_another_type_keep_their_exercise_alone(tmp_path):
    tree = Tree(tmp_path / 'data')
    day = 'Day03_200923_F'
    for number, rest in ((313, '2-1-15-Z4'), (344, '2-1-16-Z4'), (345, '2-1-16-Z4'),
                         (314, '1-1-01-Z4'), (254, '2-1-13-Z5'), (267, '2-1-13-Z5')):
        performer = int(rest[-1])
        text = dumps(make_label(number, day, '2', performer=performer)).decode()
        tree.put(tree.label_path(number, day, '2'),
                 text.replace(f'{number}-1-1-01-Z{performer}', f'{number}-{rest}').encode())

    result = build_index(tree.root, image_size=(1920, 1080))

    index = result.index
    shown = {int(index.column('type')[i]): (EXERCISES[index.exercise[i]].name,
                                            index.gt_conditions(i).tolist())
             for i in range(len(index))}
    assert shown[313] == shown[344] == ('barbell lunge', [-1] * 5)
    assert shown[345] == ('barbell squat', [-1] * 4)
    assert shown[314] == ('barbell squat', [1, 0, 1, 0])
    assert shown[254] == ('dumbbell bent-over row', [-1] * 5)
    assert shown[267] == ('dumbbell bent-over row', [1, 0, 1, 0, 1])
    assert result.summary['notes']['renumbered_type'] == 4
