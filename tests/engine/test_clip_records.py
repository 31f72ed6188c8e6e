import numpy as np
import pytest

from fitness_mm.engine.clip_records import ClipRecordError, ClipRecords


def records():
    return ClipRecords(
        values=np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]], np.float32),
        label=np.array([1, 0, 0]),
        clip=np.array(['a', 'a', '나']),
        view=np.array(['A', 'B', 'A']),
        performer=np.array([3, 3, 12]),
        classes=('squat', 'row'),
        key='abc')


def test_written_and_read_again(tmp_path):
    ours = records()
    read = ClipRecords.read(ours.write(tmp_path / 'new' / 'records.npz'))
    np.testing.assert_array_equal(read.values, ours.values)
    assert read.clip.tolist() == ['a', 'a', '나']
    assert (read.classes, read.key) == (('squat', 'row'), 'abc')
    assert [p.name for p in (tmp_path / 'new').iterdir()] == ['records.npz']


def test_selection_moves_all_columns_together():
    chosen = records().select(np.array([2, 0]))
    assert chosen.predicted.tolist() == [1, 1]
    assert (chosen.performer.tolist(), chosen.view.tolist()) == ([12, 3], ['A', 'A'])


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:200])


def damage_text(path):
    path.write_text('no archive')


def damage_lone_array(path):
    with path.open('wb') as file:
        np.save(file, np.zeros(3))


def damage_other_archive(path):
    np.savez(path, values=np.zeros((2, 2)))


def damage_lengths(path):
    with np.load(path) as file:
        columns = dict(file)
    np.savez(path, **{**columns, 'label': columns['label'][:2]})


def damage_pickle(path):
    with np.load(path) as file:
        columns = dict(file)
    np.savez(path, **{**columns, 'clip': np.array([{}, {}, {}], object)})


@pytest.mark.parametrize('damage', [damage_cut, damage_text, damage_lone_array,
                                    damage_other_archive, damage_lengths, damage_pickle])
def test_a_damaged_file_is_named(tmp_path, damage):
    path = records().write(tmp_path / 'records.npz')
    damage(path)
    with pytest.raises(ClipRecordError, match=r'records\.npz is damaged .* make it again'):
        ClipRecords.read(path)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        ClipRecords.read(tmp_path / 'none.npz')
