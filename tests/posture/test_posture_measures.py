import json
from dataclasses import replace

import numpy as np
import pytest
from posture_cases import CLASSES, CONDITIONS, ROWS, hand_made

from fitness_mm.posture.measures import overall_measures, posture_report
from fitness_mm.posture.records import PostureRecords
from fitness_mm.records import RecordError


def test_measures_against_hand_computed_numbers():
    report = posture_report(hand_made())
    assert (report['samples'], report['judgements']) == (5, 9)
    assert report['exercise_top1'] == pytest.approx(5 / 6)
    assert report['family_top1'] == pytest.approx(5 / 6)
    assert report['micro_acc'] == pytest.approx(7 / 9)
    assert report['exact_match'] == pytest.approx(3 / 5)
    assert report['hamming_loss'] == pytest.approx((0 + 1 / 2 + 0 + 1 / 2 + 0) / 5)
    # the third row's exercise is not recognised: its two right judgements are wrong, too
    assert report['micro_acc_predicted'] == pytest.approx(5 / 9)
    assert report['exact_match_predicted'] == pytest.approx(2 / 5)
    assert report['hamming_loss_predicted'] == pytest.approx((0 + 1 / 2 + 1 + 1 / 2 + 0) / 5)
    assert report['coin_micro_acc'] == 0.5
    assert report['coin_exact_match'] == pytest.approx((4 * 1 / 4 + 1 / 2) / 5)
    # the constant answers are kept (a tie), broken and kept
    assert report['majority_micro_acc'] == pytest.approx((2 + 3 + 1) / 9)
    assert report['majority_exact_match'] == pytest.approx(3 / 5)


def test_measures_of_each_condition_take_the_fault_as_positive():
    first, second, third = posture_report(hand_made())['per_condition']
    # broken: rows 3 and 4, called: row 3; the fault scores of rows 1 to 4 are -2, -1, 1, -4
    assert first == {
        'exercise': 'barbell squat', 'condition': 'ㄱ', 'kept': 2, 'broken': 2, 'acc': 3 / 4,
        'majority_acc': 0.5, 'balanced_acc': 3 / 4, 'f1': pytest.approx(2 / 3), 'auroc': 0.5}
    # broken: rows 1, 2, 3, called: 1 and 3; fault scores 1, -3, 2 against -1 of the kept one
    assert second['balanced_acc'] == pytest.approx((2 / 3 + 1) / 2)
    assert second['f1'] == pytest.approx(4 / 5)
    assert second['auroc'] == pytest.approx(2 / 3)
    assert second['majority_acc'] == 3 / 4
    # never broken: there is an accuracy and nothing else
    assert third == {
        'exercise': 'front raise', 'condition': 'ㄷ', 'kept': 1, 'broken': 0, 'acc': 1.0,
        'majority_acc': 1.0, 'balanced_acc': None, 'f1': None, 'auroc': None}


def test_groups_and_fused_views():
    report = posture_report(hand_made())
    assert report['per_view'].keys() == {'A', 'B'}
    assert report['per_view']['B']['micro_acc'] == 0.5
    assert report['per_performer']['2']['exact_match'] == pytest.approx(1 / 2)
    # the views of clip one average to 1.5 and +1: the second condition is wrong
    assert report['fused']['samples'] == 4
    assert report['fused']['judgements'] == 7
    assert report['fused']['micro_acc'] == pytest.approx(5 / 7)
    assert report['fused']['exact_match'] == pytest.approx(2 / 4)
    curls = replace(hand_made(), classes=('barbell curl', 'dumbbell curl'))
    assert posture_report(curls)['family_top1'] == 1
    fused = hand_made().fused_views()
    assert fused.view.tolist() == ['A', 'A', 'AB', 'A', 'A']  # five, four, one, three, two
    assert fused.unit == 'clips' and hand_made().unit == 'clip-views'
    # what a network said of all views at once is not averaged again, and has no views apart
    assert fused.fused_views() is None
    again = posture_report(fused)
    assert (again['fused'], again['per_view'], again['unit']) == (None, {}, 'clips')
    assert again['micro_acc'] == pytest.approx(5 / 7)
    nameless = replace(hand_made(), clip=np.full(len(ROWS), ''))
    assert posture_report(nameless)['fused'] is None


def test_nothing_to_judge_is_none_and_not_zero():
    nothing = hand_made(ROWS[5:])
    measures = overall_measures(nothing)
    assert measures['exercise_top1'] == 1.0
    for name in ('micro_acc', 'exact_match', 'hamming_loss', 'f1', 'majority_micro_acc'):
        assert measures[name] is None
    assert json.loads(json.dumps(posture_report(nothing)))['judgements'] == 0


def test_records_come_back_from_their_file(tmp_path):
    records = hand_made()
    again = PostureRecords.read(records.write(tmp_path / 'new' / 'posture.npz'))
    for name in ('exercise_logits', 'condition_logits', 'label', 'gt_conditions', 'clip', 'view',
                 'performer'):
        np.testing.assert_array_equal(getattr(again, name), getattr(records, name))
    assert (again.classes, again.condition_names) == (CLASSES, CONDITIONS)
    assert [p.name for p in (tmp_path / 'new').iterdir()] == ['posture.npz']


@pytest.mark.parametrize('content', [b'', b'no archive', b'PK\x03\x04 cut off'])
def test_files_that_are_no_records(tmp_path, content):
    file = tmp_path / 'posture.npz'
    file.write_bytes(content)
    with pytest.raises(RecordError, match=r'posture\.npz is damaged'):
        PostureRecords.read(file)
    with pytest.raises(RecordError, match=r'there is no .*none\.npz; FitnessPostureMetric'):
        PostureRecords.read(tmp_path / 'none.npz')


@pytest.mark.parametrize('change, message', [
    (dict(condition_logits=np.full((6, 3), np.nan, np.float32)), 'not finite'),
    (dict(gt_conditions=np.ones((6, 3), np.int8)), "another exercise's condition"),
    (dict(gt_conditions=np.full((6, 3), 2, np.int8)), 'other values'),
    (dict(label=np.array([0, 0, 0, 0, 1, 2])), 'none of the 2 classes'),
    (dict(label=np.zeros(5, int)), 'shape'),
    (dict(classes=('a', 'b', 'c')), 'shape'),
    (dict(view=np.array(['ABC', 'A', 'B', 'B', 'B', 'B'])), 'tests of two kinds'),
])
def test_records_that_contradict_themselves(change, message):
    with pytest.raises(RecordError, match=message):
        replace(hand_made(), **change)


def test_an_object_array_is_never_unpickled(tmp_path):
    file = tmp_path / 'posture.npz'
    np.savez(file, **{name: np.array([object()]) for name in (
        'exercise_logits', 'condition_logits', 'label', 'gt_conditions', 'clip', 'view',
        'performer')})
    with pytest.raises(RecordError, match='damaged'):
        PostureRecords.read(file)


def test_folds_are_pooled_if_they_belong_together():
    first, second = hand_made(ROWS[:3]), hand_made(ROWS[3:])
    both = PostureRecords.concatenate([first, second])
    assert overall_measures(both) == overall_measures(hand_made())
    with pytest.raises(RecordError, match='differ'):
        PostureRecords.concatenate([first, replace(second, classes=('a', 'b'))])
