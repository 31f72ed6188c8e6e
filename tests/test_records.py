"""The one record: what every subclass inherits, on a small one."""

import io
import zipfile
from dataclasses import dataclass, replace

import numpy as np
import pytest

from fitness_mm.records import ClipViewRecord, RecordError, column


@dataclass(frozen=True, eq=False)
class Small(ClipViewRecord):
    values: np.ndarray = column(float, 'D')
    more: np.ndarray = column(np.int8, 'D', 2)
    rate: np.ndarray = column(float, nan=True)
    key_word: str

    what = 'record of the test'
    source = 'make it again with the test'


COLUMNS = dict(
    values=np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]]),
    more=np.zeros((3, 2, 2), int), rate=np.array([1.0, np.nan, 2.0]), label=np.array([1, 0, 0]),
    clip=np.array(['a', 'a', '나']), view=np.array(['A', 'B', 'A']),
    performer=np.array([3, 3, 12]), classes=('squat', '로우'), key_word='abc')


def test_written_and_read_again(tmp_path):
    path = Small(**COLUMNS).write(tmp_path / 'new' / 'records.npz')
    read = Small.read(path)
    assert read.columns().keys() == set(COLUMNS) - {'classes', 'key_word'}
    for name, array in read.columns().items():
        np.testing.assert_array_equal(array, np.asarray(COLUMNS[name], array.dtype), name)
    assert (read.values.dtype, read.more.dtype, read.label.dtype) == ('f4', 'i1', 'i8')
    assert (read.classes, read.key_word) == (('squat', '로우'), 'abc')
    assert [p.name for p in (tmp_path / 'new').iterdir()] == ['records.npz']


def test_selection_moves_all_columns_together():
    chosen = Small(**COLUMNS).select(np.array([2, 0]))
    assert (chosen.performer.tolist(), chosen.view.tolist()) == ([12, 3], ['A', 'A'])
    assert chosen.clip_view.tolist() == ['나_A', 'a_A']
    assert not len(chosen.select(np.zeros(2, bool)))


@pytest.mark.parametrize('column, value, message', [
    ('values', np.zeros((3, 2, 1)), r'values is float64 of shape \(3, 2, 1\), expected float32'),
    ('performer', np.zeros(2, int), r'performer is int64 of shape \(2,\), expected int64 of sh'),
    ('more', np.zeros((3, 3, 2), int), r'of shape \(3, 3, 2\), expected int8 of shape \(3, 2, 2\)'),
    ('clip', np.zeros(3), 'clip is float64'),
    ('clip', np.array([{}, {}, {}], object), 'clip is object'),
    ('more', np.full((3, 2, 2), 256), 'more has numbers beyond int8'),
    ('values', np.full((3, 2), np.nan), 'values has numbers that are not finite'),
    ('values', np.full((3, 2), 1e300), 'values has numbers that are not finite'),
    ('label', np.full(3, 2), 'none of the 2 classes'),
])
def test_what_does_not_fit_is_named(column, value, message, tmp_path):
    with pytest.raises(RecordError, match=message):
        Small(**{**COLUMNS, column: value})


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:200])


def damage_text(path):
    path.write_text('no archive')


def damage_empty(path):
    path.write_bytes(b'')


def damage_lone_array(path):
    with path.open('wb') as file:
        np.save(file, np.zeros(3))


def damage_claims(path):
    """A header that claims 10^12 rows, with a checksum that is right."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, dict(shape=(10**12, 2), fortran_order=False, descr='<f4'))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, 'w') as archive:
        for name, member in {**members, 'values.npy': header.getvalue() + bytes(8)}.items():
            archive.writestr(name, member)


def changed(**columns):
    def damage(path):
        with np.load(path) as file:
            found = {**file, **columns}
        np.savez(path, **{name: array for name, array in found.items() if array is not None})
    return damage


@pytest.mark.parametrize('damage', [
    damage_cut, damage_text, damage_empty, damage_lone_array, damage_claims, changed(values=None),
    changed(classes=None), changed(label=np.zeros(2, int)), changed(label=np.array(3)),
    changed(clip=np.array([{}, {}, {}], object)), changed(classes=np.array('[')),
    changed(classes=np.array('3')), changed(classes=np.array('"ab"')),
    changed(classes=np.array('[' * 9999)), changed(classes=np.array(['squat', 'row'])),
    changed(**{name: array[:0] for name, array in COLUMNS.items()
               if isinstance(array, np.ndarray)}),
])
def test_a_damaged_file_is_named_in_one_sentence(tmp_path, damage):
    path = Small(**COLUMNS).write(tmp_path / 'records.npz')
    damage(path)
    with pytest.raises(RecordError, match=r'records\.npz is damaged or no record of the test \(.*'
                                          'make it again with the test') as caught:
        Small.read(path)
    assert '\n' not in str(caught.value)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(RecordError, match=r'no record of the test at .*none\.npz; make it'):
        Small.read(tmp_path / 'none.npz')
    with pytest.raises(RecordError, match='no record of the test'):
        Small.read_all([])


def test_folds_are_joined_if_they_belong_together(tmp_path):
    whole = Small(**COLUMNS)
    first = whole.select(np.array([0])).write(tmp_path / '1.npz')
    second = whole.select(np.array([2, 1])).write(tmp_path / '2.npz')
    joined = Small.read_all([first, second])
    assert joined.performer.tolist() == [3, 12, 3]
    assert joined.in_order().clip_view.tolist() == ['a_A', 'a_B', '나_A']
    whole.select(np.array([1])).write(tmp_path / '3.npz')
    with pytest.raises(RecordError, match=r'2\.npz and .*3\.npz both hold clip a, view B; '):
        Small.read_all([first, second, tmp_path / '3.npz'])
    replace(whole, classes=('a', 'b')).write(tmp_path / '4.npz')
    with pytest.raises(RecordError, match=r'1\.npz, .*4\.npz do not belong .*: their classes d'):
        Small.read_all([first, tmp_path / '4.npz'])


def test_rows_that_nobody_named_are_not_taken_for_repeated(tmp_path):
    nameless = Small(**{**COLUMNS, 'clip': np.full(3, ''), 'view': np.full(3, '')})
    assert len(nameless.in_order()) == 3
    files = [nameless.write(tmp_path / f'{i}.npz') for i in range(2)]
    assert len(Small.read_all(files)) == 6
    assert nameless.rows_of(nameless) is None


def test_rows_of_another_record_by_clip_view():
    whole = Small(**COLUMNS)
    assert whole.select(np.array([2, 1])).rows_of(whole).tolist() == [-1, 1, 0]
    assert whole.select(np.array([0, 0])).rows_of(whole) is None
