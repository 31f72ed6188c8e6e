"""COCO files of a split: what is in them, that tools can read them, and odd input."""

import json

import numpy as np
import orjson
import pytest
from conftest import run_tool
from xtcocotools.coco import COCO

from fitness_mm.aihub import EXERCISES, KEYPOINTS, LIMBS, FitnessIndex
from fitness_mm.aihub.export import coco as module
from fitness_mm.aihub.export.coco import export_coco, frame_id
from fitness_mm.aihub.index import select_rows


@pytest.fixture
def index(sample_root):
    return FitnessIndex.read(sample_root)


def export(index, path, rows=None, **kwargs):
    rows = np.arange(len(index)) if rows is None else rows
    counts = export_coco(index, rows, path, **kwargs)
    return counts, orjson.loads(path.read_bytes())


def test_every_labelled_frame_is_there_with_its_keypoints(index, tmp_path, monkeypatch):
    monkeypatch.setattr(module, '_BLOCK_ROWS', 7)  # several blocks, the last one short
    counts, coco = export(index, tmp_path / 'all.json')
    expected = [(index.clip_view_id(i), n, i, t) for i in range(len(index))
                for t, n in enumerate(index.frame_numbers(i).tolist())]
    assert counts.images == counts.annotations == len(expected) == len(coco['images'])
    for (clip_view, number, row, t), image, annotation in zip(
            expected, coco['images'], coco['annotations'], strict=True):
        assert image['id'] == annotation['id'] == annotation['image_id']
        assert image['id'] == frame_id(clip_view, number)
        assert index.root / image['file_name'] == index.image_path(row, number)
        assert (image['width'], image['height']) == (320, 180)
        points = np.reshape(annotation['keypoints'], (24, 3))
        visible = index.visible(row)[t]
        np.testing.assert_array_equal(points[:, 2], np.where(visible, 2, 0))
        np.testing.assert_array_equal(points[visible, :2], index.keypoints(row)[t][visible])
        assert not points[~visible].any()
        assert annotation['num_keypoints'] == visible.sum()
        assert annotation['clip_view'] == clip_view
        assert annotation['frame_number'] == number
        assert clip_view == f"{annotation['clip']}_{annotation['view']}"
        assert annotation['performer'] == index.performer[row]
        assert annotation['exercise'] == EXERCISES[index.exercise[row]].name
    assert coco['info']['exercises']['barbell curl'] == '바벨 컬'
    assert (index.root / coco['images'][0]['file_name']).is_file()


def test_the_box_is_the_edges_of_the_pixels_of_visible_keypoints(index, tmp_path):
    _, coco = export(index, tmp_path / 'all.json')
    for annotation in coco['annotations'][::37]:
        points = np.reshape(annotation['keypoints'], (24, 3))
        points = points[points[:, 2] > 0, :2]
        x, y, width, height = annotation['bbox']
        assert (x, y) == tuple(points.min(0) - 0.5)
        assert (x + width, y + height) == tuple(points.max(0) + 0.5)
        assert annotation['area'] == pytest.approx(0.53 * width * height, abs=0.01)


def test_xtcocotools_reads_it(index, tmp_path):
    export(index, tmp_path / 'all.json')
    coco = COCO(str(tmp_path / 'all.json'))
    category, = coco.loadCats(coco.getCatIds())
    assert category['keypoints'] == list(KEYPOINTS)
    assert category['skeleton'] == [[a + 1, b + 1] for a, b in LIMBS]
    ids = coco.getImgIds()
    assert len(ids) == index.num_frames.sum() == len(set(ids))
    annotation, = coco.loadAnns(coco.getAnnIds(imgIds=ids[3]))
    assert annotation['image_id'] == ids[3] and annotation['category_id'] == category['id']


def test_ids_are_the_same_in_every_part(index, tmp_path):
    _, coco = export(index, tmp_path / 'all.json')
    whole = {image['file_name']: image['id'] for image in coco['images']}
    assert max(whole.values()) < 2**53
    _, part = export(index, tmp_path / 'part.json', np.array([40, 3]), frames='first')
    assert len(part['images']) == 2
    assert all(whole[image['file_name']] == image['id'] for image in part['images'])
    # of the name alone, and for ever: other people's results refer to it
    assert frame_id('training/Day01_200921_F/3/004-1-1-01-Z3_A', 1) == 7416751450778003


def test_excluded_frames_and_first_frames(index, tmp_path):
    numbers = index.frame_numbers(5).tolist()
    excluded = {index.clip_view_id(5): frozenset(numbers[:3]),
                index.clip_view_id(6): frozenset(index.frame_numbers(6).tolist())}
    rows = np.arange(4, 8)
    _, coco = export(index, tmp_path / 'some.json', rows, excluded=excluded)
    kept = [(a['clip_view'], a['frame_number']) for a in coco['annotations']]
    assert kept == [(index.clip_view_id(i), n) for i in rows
                    for n in index.frame_numbers(i).tolist()
                    if n not in excluded.get(index.clip_view_id(i), ())]
    _, coco = export(index, tmp_path / 'first.json', rows, frames='first', excluded=excluded)
    assert [a['frame_number'] for a in coco['annotations']] == [
        index.frame_numbers(4)[0], numbers[3], index.frame_numbers(7)[0]]


def test_a_frame_that_shows_nothing_is_an_image_without_annotation(index, tmp_path):
    class Blind(FitnessIndex):
        def labels_of(self, rows):
            position, numbers, keypoints, visible = super().labels_of(rows)
            visible[2] = False
            return position, numbers, keypoints, visible

    counts, coco = export(Blind(index._store, index._rows), tmp_path / 'x.json', np.array([0]))
    assert counts.images == counts.annotations + 1 == len(coco['images'])
    assert coco['images'][2]['id'] not in {a['image_id'] for a in coco['annotations']}


def test_nothing_to_export_leaves_no_file(index, tmp_path):
    with pytest.raises(ValueError, match='no labelled frame is left'):
        export_coco(index, np.zeros(0, int), tmp_path / 'none.json')
    excluded = {index.clip_view_id(0): frozenset(range(100))}
    with pytest.raises(ValueError, match='no labelled frame is left'):
        export_coco(index, np.array([0]), tmp_path / 'none.json', excluded=excluded)
    with pytest.raises(ValueError, match="'second'"):
        export_coco(index, np.array([0]), tmp_path / 'none.json', frames='second')
    assert not list(tmp_path.iterdir())


def test_an_interrupted_export_leaves_the_old_file(index, tmp_path):
    path = tmp_path / 'all.json'
    path.write_text('old')

    def stop(done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_coco(index, np.arange(len(index)), path, on_progress=stop)
    assert path.read_text() == 'old' and len(list(tmp_path.iterdir())) == 1


def test_equal_ids_are_refused(index, tmp_path, monkeypatch):
    monkeypatch.setattr(module, 'frame_id', lambda clip_view, number: number)
    with pytest.raises(ValueError, match='have the id of another one'):
        export_coco(index, np.array([0, 1]), tmp_path / 'x.json')


def test_the_tool_takes_the_splits_of_training(sample_root, tmp_path):
    index = FitnessIndex.read(sample_root)
    out = tmp_path / 'val.json'
    (tmp_path / 'flag.json').write_text('{}')
    text = run_tool('data/export_coco.py', '--root', sample_root, '--out', out, '--subset', 'val',
                    '--fold', 1, '--num-folds', 3, '--exercises', '바벨 컬', 'barbell row',
                    '--views', 'C', 'D', '--excluded', tmp_path / 'flag.json').stdout
    exercises = [e for e in EXERCISES if e.name in ('barbell curl', 'barbell row')]
    rows = select_rows(index, exercises, ('C', 'D'), 'val', 'performer', 1, 3)
    coco = json.loads(out.read_text('utf-8'))
    expected = {index.clip_view_id(i) for i in rows}
    assert {a['clip_view'] for a in coco['annotations']} == expected and expected
    assert f'{len(coco["images"])} images' in text and f'{len(rows)} clip-views' in text


@pytest.mark.parametrize(('arguments', 'sentence'), [
    (['--fold', '9'], 'fold is 9, expected 0 to 4'),
    (['--exercises', 'yoga'], "no exercise is called 'yoga'"),
    (['--excluded', 'nowhere.json'], 'there is no list of labels to leave out at nowhere.json'),
    (['--root', 'nowhere'], 'there is no index at nowhere/index.parquet'),
], ids=['fold', 'exercise', 'excluded', 'root'])
def test_what_the_tool_cannot_do_is_one_sentence(sample_root, tmp_path, arguments, sentence):
    result = run_tool('data/export_coco.py', '--root', sample_root, '--out', tmp_path / 'x.json',
                      *arguments, check=False, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout.startswith(f'export_coco.py: {sentence}')
    assert len(result.stdout.splitlines()) == 1 and not list(tmp_path.iterdir())
