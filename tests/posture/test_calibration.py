import json
from dataclasses import replace

import numpy as np
import pytest
from posture_cases import CLASSES, CONDITIONS, hand_made
from scipy.special import expit, softmax

from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.aihub.index import select_exercises
from fitness_mm.posture import calibration_fit
from fitness_mm.posture.calibration import (
    CalibrationError,
    ConditionReliability,
    PostureCalibration,
)
from fitness_mm.posture.calibration_fit import (
    AbstainRule,
    cautious_accuracy,
    condition_scale,
    cross_calibrated,
    exercise_temperature,
    expected_calibration_error,
    fit_calibration,
    performer_groups,
    reliability_curve,
)
from fitness_mm.posture.records import PostureRecords


@pytest.mark.parametrize('temperature', [0.5, 1.0, 3.0])
def test_temperature_and_offsets_that_made_the_labels_are_found(temperature):
    rng = np.random.default_rng(0)
    logits, offsets = rng.normal(0, 3, (20_000, 3)), np.array([0.0, 1.5, -0.7])
    truth = (rng.random(logits.shape) < expit(logits / temperature + offsets)).astype(np.int8)
    truth[:5000, 1] = -1
    found, found_offsets = condition_scale(logits, truth)
    assert found == pytest.approx(temperature, rel=0.05)
    assert found_offsets == pytest.approx(offsets, abs=0.08)

    logits = rng.normal(0, 3, (20_000, 4))
    shares = softmax(logits / temperature, axis=1).cumsum(1)
    labels = (rng.random((len(logits), 1)) > shares).sum(1)
    assert exercise_temperature(logits, labels) == pytest.approx(temperature, rel=0.05)


def test_a_network_that_is_always_right_does_not_become_certain():
    logits, truth = np.array([[2.0], [-2.0]] * 10), np.int8([[1], [0]] * 10)
    # smoothed labels say 1 - eps, and the same logit everywhere can say exactly that
    t, offsets = condition_scale(logits, truth, smoothing=0.1)
    assert expit(2 / t) == pytest.approx(0.9, abs=1e-3)
    assert offsets == pytest.approx([0], abs=1e-3)
    t = exercise_temperature(np.eye(3)[[0, 1, 2]] * 5, np.array([0, 1, 2]), smoothing=0.1)
    assert softmax(np.array([5, 0, 0]) / t)[0] == pytest.approx(0.9, abs=1e-3)
    # without smoothing, the surer the likelier
    assert condition_scale(logits, truth)[0] < 0.1


def test_a_condition_with_few_clips_keeps_an_offset_near_0():
    # all of them say kept with a logit of -1, and are kept
    few, many = (condition_scale(np.full((n, 1), -1.0), np.ones((n, 1), np.int8))[1][0]
                 for n in (1, 200))
    assert 0 < few < 1 < many
    views = condition_scale(np.full((5, 1), -1.0), np.ones((5, 1), np.int8), np.full(5, 0.2))[1][0]
    assert views == pytest.approx(few, rel=1e-3)
    t, offsets = condition_scale(np.ones((3, 2)), np.full((3, 2), -1, np.int8))
    assert (t, offsets.tolist()) == (1.0, [0.0, 0.0])


def test_a_moved_border_is_found_and_tested_on_others():
    """Of one condition every logit is 2 too low: only the offset tells kept from broken."""
    rng = np.random.default_rng(0)
    truth = np.tile([1, 0], 60)
    logits = np.where(truth == 1, 1.0, -1.0) + rng.normal(0, 0.3, 120) - 2
    records = PostureRecords(
        exercise_logits=np.ones((120, 1), np.float32), condition_logits=np.float32(logits)[:, None],
        label=np.zeros(120, int), gt_conditions=np.int8(truth)[:, None],
        clip=np.array([str(i) for i in range(120)]), view=np.full(120, 'A'),
        performer=np.arange(120) // 20, classes=('a', ), condition_names=(('ㄱ', ), ))
    ((condition, ), ) = fit_calibration(records).condition_reliability
    assert condition.balanced_acc > 0.95 and condition.judged
    assert condition.offset > 1
    # people of whom every other one has the border elsewhere: what helps one misleads the next
    shifted = replace(records, condition_logits=records.condition_logits
                      + 4 * np.float32(records.performer % 2)[:, None])
    assert fit_calibration(shifted).condition_reliability[0][0].balanced_acc < 0.7


def test_offsets_move_the_border_between_kept_and_broken():
    calibration = squat()
    first = replace(calibration.condition_reliability[0][0], offset=1.0)
    calibration = replace(calibration, condition_temperature=2.0, condition_reliability=(
        (first, *calibration.condition_reliability[0][1:]), calibration.condition_reliability[1]))
    logits = np.full(7, -1.0)
    assert calibration.condition_probabilities(logits)[:2] == pytest.approx(
        [expit(0.5), expit(-0.5)])
    assert [v.verdict for v in calibration.verdicts(logits, 0)[:2]] == ['kept', 'broken']


def test_calibration_error_against_hand_computed_numbers():
    probability = np.array([0.05, 0.05, 0.95, 0.95, 1.0, 0.55])
    outcome = np.array([False, True, True, True, False, True])
    count, mean, frequency = reliability_curve(probability, outcome)
    assert count.tolist() == [2, 1, 3]
    np.testing.assert_allclose(mean, [0.05, 0.55, 2.9 / 3])
    np.testing.assert_allclose(frequency, [0.5, 1.0, 2 / 3])
    expected = (2 * 0.45 + 1 * 0.45 + 3 * (2.9 / 3 - 2 / 3)) / 6
    assert expected_calibration_error(probability, outcome) == pytest.approx(expected)


def test_few_clips_draw_an_accuracy_towards_chance():
    assert cautious_accuracy(0, 0, 0, 0) == 0.5
    assert cautious_accuracy(5, 5, 5, 5) == pytest.approx(6 / 7)
    assert cautious_accuracy(1, 2, 3, 3) == pytest.approx((2 / 4 + 4 / 5) / 2)
    values = [cautious_accuracy(n, n, n, n) for n in (1, 2, 5, 20)]
    assert values == sorted(values)


def test_fit_counts_clips_and_decides_what_is_judged(monkeypatch):
    # decisions are those of the logits; so few clips would have wild offsets
    monkeypatch.setattr(calibration_fit, '_condition_scale', lambda records: (1.0, np.zeros(3)))
    calibration = fit_calibration(hand_made(), AbstainRule(min_accuracy=0.5, min_clips=1, band=0.2))
    (first, second), (third, ) = calibration.condition_reliability
    # kept: clip one, right in both views; broken: two (right) and three (wrong)
    assert (first.name, first.kept, first.broken) == ('ㄱ', 1, 2)
    assert first.balanced_acc == pytest.approx((1 + 1 / 2) / 2)
    assert first.cautious_acc == pytest.approx((2 / 3 + 2 / 4) / 2)
    # broken: one, half of whose views are right, and two; kept: three
    assert second.cautious_acc == pytest.approx(((1 + 1) / 3 + (1.5 + 1) / 4) / 2)
    assert (third.kept, third.broken, third.balanced_acc, third.judged) == (1, 0, None, False)
    assert first.judged and second.judged
    assert calibration.band == 0.2
    strict = fit_calibration(hand_made(), AbstainRule(min_accuracy=0.6, min_clips=1))
    assert [c.judged for c in strict.condition_reliability[0]] == [False, True]
    many = fit_calibration(hand_made(), AbstainRule(min_accuracy=0.5, min_clips=2))
    assert not any(c.judged for c in many.condition_reliability[0])


def test_nobody_judges_the_calibration_that_was_fitted_to_him():
    records = hand_made()
    parts = cross_calibrated(records)
    assert len(parts) == 2
    assert np.sum([rows for rows, _ in parts], axis=0).tolist() == [1] * len(records)
    for rows, calibration in parts:
        others = records.select(~rows)
        assert set(others.performer).isdisjoint(records.performer[rows])
        assert calibration == fit_calibration(others)
    assert cross_calibrated(records.select(records.performer == 1)) == []
    assert len(np.unique(performer_groups(np.arange(12)))) == 5


def squat():
    """A calibration of real exercises whose conditions are all judged."""
    exercises = select_exercises(['barbell squat', 'front raise'])
    return PostureCalibration.unknown(
        [e.name for e in exercises], [e.conditions for e in exercises], judged=True)


def test_verdicts_and_why_there_are_none():
    calibration = replace(squat(), condition_temperature=2.0, band=0.1)
    logits = np.array([9, 9, 9, 9, 4.0, -4.0, 0.8])
    kept, broken, unsure = calibration.verdicts(logits, exercise=1)
    assert (kept.verdict, kept.reason, kept.position) == ('kept', '', 4)
    assert kept.probability == pytest.approx(expit(2.0))
    assert (broken.verdict, broken.condition) == ('broken', '팔꿈치 살짝 구부린채 고정')
    # expit(0.4) = 0.599
    assert (unsure.verdict, unsure.reason) == ('not judged', 'uncertain')
    logits[6] = np.nan
    assert calibration.verdicts(logits, exercise=1)[2].verdict == 'not judged'


def test_what_was_not_validated_is_never_judged():
    calibration = PostureCalibration.unknown(CLASSES, CONDITIONS)
    for exercise in (0, 1):
        for verdict in calibration.verdicts(np.full(3, 50.0), exercise):
            assert (verdict.verdict, verdict.reason) == ('not judged', 'not_validated')


def test_conditions_whose_joints_were_not_seen_are_not_judged():
    calibration = squat()
    conditions = conditions_of(select_exercises(['barbell squat']))
    hidden = conditions[0].joints[0]
    seen = np.ones(24, bool)
    seen[hidden] = False
    for condition, verdict in zip(conditions, calibration.verdicts(np.full(7, 9.0), 0, seen),
                                  strict=True):
        unseen = hidden in condition.joints
        assert verdict.reason == ('joints_not_seen' if unseen else '')
        assert verdict.verdict == ('not judged' if unseen else 'kept')
    assert all(v.verdict == 'kept' for v in calibration.verdicts(np.full(7, 9.0), 0, ~seen | True))


def test_probabilities():
    calibration = replace(squat(), exercise_temperature=2.0)
    np.testing.assert_allclose(
        calibration.exercise_probabilities(np.array([[2.0, 0.0]])), softmax([[1.0, 0.0]], axis=1))
    assert calibration.condition_probabilities(np.zeros((5, 7))).tolist() == [[0.5] * 7] * 5
    with pytest.raises(ValueError, match=r'shape \(3,\), expected \(7,\)'):
        calibration.verdicts(np.zeros(3), 0)


def test_a_calibration_comes_back_from_its_file(tmp_path):
    calibration = fit_calibration(hand_made())
    file = calibration.write(tmp_path / 'new' / 'calibration.json')
    assert PostureCalibration.read(file) == calibration
    assert [p.name for p in file.parent.iterdir()] == ['calibration.json']
    assert 'ㄱ' in file.read_text('utf-8')


def changed(path, value):
    def change(content):
        *parents, last = path
        for step in parents:
            content = content[step]
        if value is None:
            del content[last]
        else:
            content[last] = value
    return change


@pytest.mark.parametrize('change, message', [
    (changed(['format'], 'other'), 'expected'),
    (changed(['version'], 99), 'expected'),
    (changed(['exercise_temperature'], None), "no 'exercise_temperature'"),
    (changed(['exercise_temperature'], -1), 'exercise_temperature is -1'),
    (changed(['condition_temperature'], 'hot'), "is 'hot', expected a number"),
    (changed(['band'], 0.5), 'band is 0.5'),
    (changed(['band'], True), 'band is True, expected a number'),
    (changed(['exercises'], []), 'exercises'),
    (changed(['exercises'], 7), 'damaged'),
    (changed(['exercises', 0, 'name'], 7), r'exercises\[0\].name is 7, expected a text'),
    (changed(['exercises', 0, 'conditions', 0, 'judged'], 'yes'), "is 'yes', expected true"),
    (changed(['exercises', 0, 'conditions', 0, 'kept'], None), r"conditions\[0\] has no 'kept'"),
    (changed(['exercises', 0, 'conditions', 0, 'cautious_acc'], [1]), 'is a list, expected a num'),
])
def test_files_that_are_no_calibration(tmp_path, change, message):
    file = fit_calibration(hand_made()).write(tmp_path / 'calibration.json')
    content = json.loads(file.read_text('utf-8'))
    change(content)
    file.write_text(json.dumps(content), 'utf-8')
    with pytest.raises(CalibrationError, match=message) as caught:
        PostureCalibration.read(file)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize('content', [b'', b'{', b'[]', b'[' * 100_000, b'\xff\xfe', b'null'])
def test_files_that_are_no_json(tmp_path, content):
    file = tmp_path / 'calibration.json'
    file.write_bytes(content)
    with pytest.raises(CalibrationError, match='damaged'):
        PostureCalibration.read(file)
    with pytest.raises(CalibrationError, match='there is no posture calibration'):
        PostureCalibration.read(tmp_path / 'none.json')


def test_a_calibration_of_another_network_is_refused():
    calibration = PostureCalibration(('a', 'b'), (
        (ConditionReliability('ㄱ', True), ), (ConditionReliability('ㄴ', True), )))
    calibration.check_fits(['a', 'b'], [('ㄱ', ), ('ㄴ', )])
    for classes, conditions in ((['b', 'a'], [('ㄴ', ), ('ㄱ', )]), (['a'], [('ㄱ', )]),
                                (['a', 'b'], [('ㄱ', ), ('ㄷ', )])):
        with pytest.raises(CalibrationError, match='network'):
            calibration.check_fits(classes, conditions)


@pytest.mark.parametrize('kwargs', [
    dict(min_accuracy=1.5), dict(min_clips=0), dict(band=0.5), dict(band=-0.1)])
def test_rules_that_make_no_sense(kwargs):
    with pytest.raises(ValueError, match=next(iter(kwargs))):
        AbstainRule(**kwargs)
