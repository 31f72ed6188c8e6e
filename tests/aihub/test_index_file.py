"""What an opened index answers, and what it says about a file it cannot use."""

import copy
import io
import pickle
import threading

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from label_tree import DAY, Tree, make_label, point

from fitness_mm.aihub.index import FitnessIndex, IndexFileError, parquet
from fitness_mm.aihub.index.parquet import write_parquet
from fitness_mm.aihub.index.schema import SCHEMA, visible_bits, visible_of
from fitness_mm.aihub.prepare import build_index


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    tree = Tree(tmp_path_factory.mktemp('root'))
    tree.add_clip(4)
    tree.add_clip(409, make_label(409, performer=12, num_frames=13), performer=12)
    tree.add_clip(62, slot='1', split='validation')
    build_index(tree.root)
    return tree.root


@pytest.fixture
def index(root):
    return FitnessIndex.read(root)


def test_columns(index):
    assert len(index) == 15
    assert index.split.tolist() == ['training'] * 10 + ['validation'] * 5
    assert index.type.tolist() == [4] * 5 + [409] * 5 + [62] * 5
    assert index.exercise.tolist() == [0] * 5 + [18] * 5 + [2] * 5
    assert index.performer.tolist() == [3] * 5 + [12] * 5 + [3] * 5
    assert ''.join(index.view) == 'ABCDE' * 3
    assert index.clip[0] == index.clip[4] == f'training/{DAY}/3/004-1-1-01-Z3'
    assert index.column('slot')[-1] == '1' and index.column('day')[0] == DAY
    assert index.column('label_file')[5] == f'training/label/{DAY}/D05-3-409.json'
    assert index.column('image_dir')[7] == f'training/img/{DAY}/3/C/409-1-1-01-Z12_C'
    assert index.column('image_width')[0] == 64 and index.column('image_height')[0] == 36
    assert index.column('num_images').tolist() == [32] * 15
    assert index.num_frames.tolist() == [16] * 5 + [13] * 5 + [16] * 5
    assert index.gt_conditions_usable.tolist() == [True] * 10 + [False] * 5
    assert index.column('clip_file').tolist() == [''] * 15
    assert index.column('clip_box').tolist() == [[-1] * 4] * 15
    assert index.column('clip_size').shape == (15, 2)
    assert (np.diff(index.codes('clip')) != 0).sum() == 2
    with pytest.raises(KeyError, match="no column 'colour'"):
        index.column('colour')


@pytest.mark.parametrize('row', [0, 4, 7, 14, -1])
def test_rows(index, row):
    view = 'ABCDE'.index(index.view[row])
    keypoints = index.keypoints(row)
    t = index.num_frames[row]
    assert keypoints.dtype == np.float32 and keypoints.shape == (t, 24, 2)
    assert tuple(keypoints[t - 1, 5]) == point(view, t - 1, 5)
    assert index.visible(row).shape == (t, 24) and index.visible(row).all()
    assert index.frame_numbers(row).tolist() == list(range(1, 2 * t, 2))
    assert index.gt_conditions(row).tolist() == [1, 0, 1, 0, 1]
    assert index.clip_view_id(row) == f'{index.clip[row]}_{index.view[row]}'
    assert index.image_path(row, 5).is_file() and index.image_path(row, 5).name.endswith('05.jpg')
    assert index.clip_path(row) is None


def test_selections_share_storage_and_compose(index):
    training = index.select(index.split == 'training')
    front = training.select(training.view == 'C')
    assert front.clip_view_id(1) == index.clip_view_id(7)
    np.testing.assert_array_equal(front.keypoints(1), index.keypoints(7))
    assert front.num_frames.tolist() == [16, 13]
    assert index.select([14, 2]).clip_view_id(0) == index.clip_view_id(14)
    assert len(index.select([])) == 0
    assert front._store is index._store


def test_what_a_row_returns_can_be_written_to_without_harm(index):
    index.keypoints(0)[:] = 0
    index.gt_conditions(0)[:] = 9
    index.frame_numbers(0)[:] = 9
    index.column('type')[:] = 9
    test_rows(index, 0)
    assert index.type[0] == 4


def test_sent_to_another_process_or_copied(index):
    part = index.select(np.arange(3, 9))
    data = pickle.dumps(part)
    assert len(data) < 2000
    again = pickle.loads(data)
    assert again.clip_view_id(5) == part.clip_view_id(5)
    assert copy.deepcopy(part)._store is part._store


def test_describe(index):
    assert index.describe() == ('3 clips, 15 clip-views, 225 labelled frames, 3 of 41 exercises, '
                                '2 performers')


def test_visible_bits_are_inverted_by_visible_of():
    visible = np.random.default_rng(0).random((7, 24)) < 0.5
    np.testing.assert_array_equal(visible_of(visible_bits(visible)), visible)


def test_missing_index_ends_with_the_command(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        FitnessIndex.read(tmp_path)
    assert str(caught.value).endswith(f'python tools/data/prepare.py --root {tmp_path}')


def rewritten(table, **changes):
    for name, column in changes.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table.replace_schema_metadata(SCHEMA.metadata)


DAMAGES = {
    'damaged or not a Parquet file': [
        lambda path: path.write_bytes(b''),
        lambda path: path.write_bytes(b'PAR1 nonsense PAR1'),
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
    ],
    'not an index of fitness_mm': [lambda path: pq.write_table(pa.table({'a': [1]}), path)],
    'version 0, expected 4': [lambda path: pq.write_table(pq.read_table(
        path).replace_schema_metadata({'fitness_mm.index_version': '0'}), path)],
    'lacks the columns view, keypoints': [lambda path: pq.write_table(pq.read_table(
        path).drop_columns(['view', 'keypoints']), path)],
    'lacks the columns performer, or they are of another type': [lambda path: pq.write_table(
        rewritten(pq.read_table(path), performer=pa.array(['3'] * 15)), path)],
    'leads out of the data root': [
        lambda path, name=name, value=value: write_parquet(path, rewritten(
            pq.read_table(path), **{name: pa.array([value] * 15)}))
        for name, value in [('image_dir', '../x'), ('clip_file', 'a/../../x'),
                            ('image_dir', '/etc'), ('label_file', 'C:/x')]],
    'disagree about the number of frames': [lambda path: write_parquet(path, rewritten(
        pq.read_table(path), visible=pa.array([[0]] * 15, pa.list_(pa.int32()))))],
    'has no clip-view in it': [lambda path: write_parquet(path, SCHEMA.empty_table())],
    'its checksum is wrong': [lambda path: pq.write_table(pq.read_table(path), path)],
}


@pytest.mark.parametrize('message, damage', [(m, d) for m, ds in DAMAGES.items() for d in ds])
def test_unusable_files(root, tmp_path, message, damage):
    path = tmp_path / 'index.parquet'
    path.write_bytes((root / 'index.parquet').read_bytes())
    damage(path)
    with pytest.raises(IndexFileError, match=message) as caught:
        FitnessIndex.read(tmp_path)
    assert f'prepare.py --root {tmp_path}' in str(caught.value)
    assert '\n' not in str(caught.value)


def test_every_damaged_byte_is_noticed(root, tmp_path):
    data = (root / 'index.parquet').read_bytes()
    rng = np.random.default_rng(0)
    for position in [*range(0, len(data), 1009), *range(len(data) - 40, len(data))]:
        damaged = bytearray(data)
        damaged[position] ^= 1 << rng.integers(8)
        (tmp_path / 'index.parquet').write_bytes(damaged)
        with pytest.raises(IndexFileError) as caught:
            FitnessIndex.read(tmp_path)
        assert '\n' not in str(caught.value)


def test_python_reads_no_index_in_a_thread_of_pyarrow(root, monkeypatch):
    """One that outlives the reading aborts the process when Python ends first."""
    threads = set()

    class Noted(io.FileIO):
        def readinto(self, buffer):
            threads.add(threading.get_ident())
            return super().readinto(buffer)

        def readall(self):
            threads.add(threading.get_ident())
            return super().readall()

    monkeypatch.setattr(parquet, 'open_file', lambda path: io.BufferedReader(Noted(path)))
    assert len(FitnessIndex.read(root)) == 15
    assert threads == {threading.get_ident()}
