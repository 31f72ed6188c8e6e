import csv
import json

import numpy as np
import pytest
from residual_cases import STANDING, residuals, rows

from fitness_mm.aihub.index import read_exclusions, read_joint_exclusions
from fitness_mm.anomaly import (
    AnomalyFiles,
    Residuals,
    Rule,
    find_anomalies,
    merge,
    write_anomalies,
)
from fitness_mm.keypoints.skeleton import FLIP_INDICES
from fitness_mm.records import RecordError

RULE = Rule(0.35)
A, B = ('training/Day01_200921_F/1/001-1-1-01-Z1_A', 'training/Day03_200923_F/2/009-1-1-02-Z21_B')


def spoilt(clip_view=A):
    """Ten frames: 5 has its sides swapped, 9 is far away, in 3 the left wrist alone is wrong."""
    labels = np.repeat(STANDING[None], 10, axis=0)
    labels[2] = STANDING[list(FLIP_INDICES)]
    labels[4] = STANDING + np.array([120.0, 30.0])
    labels[1, 9] += 60.0
    return residuals(10, clip_view=clip_view, labels=labels)


@pytest.fixture
def written(tmp_path):
    found = spoilt()
    return write_anomalies(found, find_anomalies(found, RULE), tmp_path / 'new', 'fold0')


def test_what_was_found():
    found = find_anomalies(spoilt(), RULE)
    assert np.flatnonzero(found.flagged).tolist() == [2, 4]
    assert found.kind[[2, 4]].tolist() == ['left-right swap', 'displaced']
    assert (found.kind[~found.flagged] == '').all()
    assert np.argwhere(found.bad_joints).tolist() == [[1, 9]]
    assert found.has_correction.tolist() == found.flagged.tolist()
    np.testing.assert_allclose(found.corrected[2], STANDING, atol=1e-4)
    np.testing.assert_allclose(found.corrected[4], STANDING, atol=2.0)
    assert found.num_bad[[1, 4]].tolist() == [1, 24]
    assert found.ranked()[:2].tolist() == [4, 2]
    assert found.describe(spoilt()).startswith(
        '2 of 10 frames in 1 clip-views are anomalies (at least 10 joints beyond 0.35 torso): '
        '1 displaced, 1 left-right swap; 1 single joints in 1 other frames')


def test_files_say_what_was_found_and_training_can_read_them(written):
    assert json.loads(written.frames.read_text()) == {A: [5, 9]}
    assert read_exclusions([written.frames]) == {A: {5, 9}}
    assert json.loads(written.joints.read_text()) == {A: {'3': ['Left Wrist']}}
    assert read_joint_exclusions([written.joints]) == {A: {3: {'Left Wrist'}}}
    with written.ranking.open(encoding='utf-8', newline='') as file:
        ranking = list(csv.DictReader(file))
    assert [(r['clip_view'], r['frame'], r['bad_joints'], r['flagged'], r['kind'], r['corrected'])
            for r in ranking] == [(A, '9', '24', 'yes', 'displaced', 'yes'),
                                  (A, '5', '18', 'yes', 'left-right swap', 'yes'),
                                  (A, '3', '1', 'no', '', 'no')]
    severities = [float(r['severity']) for r in ranking]
    assert severities == sorted(severities, reverse=True) and severities[1] > 0.35 > severities[2]
    mended = json.loads(written.corrections.read_text())
    assert list(mended) == [A] and list(mended[A]) == ['5', '9']
    np.testing.assert_allclose(mended[A]['5'], STANDING, atol=0.05)


def test_only_whole_files_are_left(written):
    assert sorted(p.name for p in written.record.parent.iterdir()) == [
        'fold0.csv', 'fold0.npz', 'fold0_corrections.json', 'fold0_frames.json',
        'fold0_joints.json']


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = residuals(2).write(tmp_path / 'fold0.npz')
    before = path.read_bytes()

    def full_disk(file, **columns):
        file.write(b'half')
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(np, 'savez_compressed', full_disk)
    with pytest.raises(OSError, match='No space left'):
        residuals(3).write(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_record_round_trip(written):
    expected = spoilt().columns()
    found = Residuals.read(written.record).columns()
    assert found.keys() == expected.keys()
    for name, column in found.items():
        assert column.dtype == expected[name].dtype, name
        np.testing.assert_array_equal(column, expected[name], name)


def test_a_torso_may_be_unknown(tmp_path):
    columns = {**rows(3), 'torso': np.array([40.0, np.nan, 41.0])}
    path = Residuals(**columns).write(tmp_path / 'fold0.npz')
    assert np.isnan(Residuals.read(path).torso).tolist() == [False, True, False]


@pytest.mark.parametrize('changed, message', [
    (dict(labels=np.zeros((3, 24, 3))), r'labels is float64 of shape \(3, 24, 3\)'),
    (dict(visible=np.ones((3, 23), bool)), r'visible is bool of shape \(3, 23\)'),
    (dict(box=np.zeros((2, 4))), r'box is float64 of shape \(2, 4\)'),
    (dict(clip_view=np.arange(3)), 'clip_view is int64'),
    (dict(predictions=np.full((3, 24, 2), np.nan)), 'predictions has numbers that are not finite'),
])
def test_one_sentence_about_a_record_of_something_else(tmp_path, changed, message):
    path = tmp_path / 'fold0.npz'
    np.savez(path, **{**rows(3), **changed})
    with pytest.raises(RecordError, match=message) as caught:
        Residuals.read(path)
    assert str(path) in str(caught.value) and 'tools/kfold.py' in str(caught.value)


def test_a_missing_record_is_named(tmp_path):
    with pytest.raises(RecordError, match=r'there is no .*fold7\.npz'):
        Residuals.read(tmp_path / 'fold7.npz')


def test_no_frames_is_said_so():
    with pytest.raises(RecordError, match='no held-out frames'):
        Residuals.from_rows([])


def test_merging_judges_all_folds_together(tmp_path):
    records = [spoilt(clip_view).write(tmp_path / f'fold{i}.npz')
               for i, clip_view in enumerate((B, A))]
    files, merged, found = merge(records, tmp_path, rule=RULE)
    assert files == AnomalyFiles.of(tmp_path, 'all')
    assert len(merged) == 20 and merged.clip_view[0] == A and merged.clip_view[-1] == B
    assert found.flagged.sum() == 4
    assert read_exclusions([files.frames]) == {A: {5, 9}, B: {5, 9}}


def test_folds_that_overlap_are_refused(tmp_path):
    first = residuals(5).write(tmp_path / 'fold0.npz')
    second = residuals(9).select(np.arange(4, 9)).write(tmp_path / 'fold1.npz')
    with pytest.raises(RecordError, match=r'fold0\.npz and .*fold1\.npz both hold clip_view '
                                          r'training/Day01_200921_F/1/001-1-1-01-Z1_A'):
        Residuals.read_all([first, second])


def test_nothing_to_merge_is_said_so():
    with pytest.raises(RecordError, match='there is no record of residuals'):
        Residuals.read_all([])


def test_order_and_repeated_frames_do_not_matter():
    whole = residuals(6)
    shuffled = whole.select(np.array([3, 0, 5, 1, 3, 2, 4, 0]))
    for name, column in shuffled.in_order().columns().items():
        np.testing.assert_array_equal(column, whole.columns()[name], name)


def test_too_few_frames_for_a_recommendation_fall_back_on_the_default():
    assert find_anomalies(spoilt()).rule == RULE
