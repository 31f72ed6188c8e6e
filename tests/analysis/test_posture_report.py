"""The report on posture networks: what it reads, computes and refuses."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from conftest import run_tool
from posture_cases import CLASSES, hand_made, random_records

from fitness_mm.analysis.posture.abstaining import calibrated
from fitness_mm.analysis.posture.compare import compare
from fitness_mm.analysis.posture.intervals import measure_intervals
from fitness_mm.analysis.posture.judged import judged_by_source
from fitness_mm.analysis.posture.label_noise import error_shares, type_verdicts
from fitness_mm.analysis.posture.markdown import posture_markdown
from fitness_mm.analysis.posture.report import read_posture, write_posture_report
from fitness_mm.analysis.posture.tables import condition_rows, main_rows, overall_rows
from fitness_mm.errors import FitnessError
from fitness_mm.posture.calibration import CalibrationError, PostureCalibration
from fitness_mm.posture.calibration_fit import AbstainRule, fit_calibration
from fitness_mm.posture.measures import overall_measures, posture_report


def test_folds_work_directories_and_files_are_pooled(tmp_path):
    records = random_records(1.0)
    for fold in range(2):
        records.select(records.performer % 2 == fold).write(
            tmp_path / f'fold{fold}' / 'posture.npz')
    by_folder = read_posture([tmp_path])
    by_file = read_posture([tmp_path / 'fold0' / 'posture.npz', tmp_path / 'fold1'])
    for read in (by_folder, by_file):
        assert overall_measures(read) == pytest.approx(overall_measures(records))
    with pytest.raises(FitnessError, match=r'fold1/posture\.npz and .*posture\.npz both hold'):
        read_posture([tmp_path, tmp_path / 'fold1'])


def test_the_auroc_of_folds_is_also_told_by_fold(tmp_path):
    records = random_records(1.0)
    folds = [records.select(records.performer % 2 == fold) for fold in range(2)]
    for scale, fold, part in zip((1, 20), range(2), folds, strict=True):
        replace(part, condition_logits=part.condition_logits * scale - 10).write(
            tmp_path / f'fold{fold}' / 'posture.npz')
    text = write_posture_report([tmp_path], tmp_path / 'out')[0].read_text('utf-8')
    low, high = sorted(overall_measures(part)['auroc'] for part in folds)
    assert (f'Mean AUROC within each fold, from one view: {(low + high) / 2:.3f} on average '
            f'({low:.3f} to {high:.3f})') in text
    alone = write_posture_report([tmp_path / 'fold0'], tmp_path / 'one')[0].read_text('utf-8')
    assert 'within each fold' not in alone


def test_records_that_are_missing_or_damaged(tmp_path):
    with pytest.raises(FitnessError, match=r'there is no .*posture\.npz; .*tools/test\.py'):
        read_posture([tmp_path])
    (tmp_path / 'posture.npz').write_bytes(b'no archive')
    with pytest.raises(FitnessError, match='damaged'):
        read_posture([tmp_path])


def test_rows_of_the_tables():
    records = random_records(1.0, ['barbell squat', 'plank'])
    report = posture_report(records)
    overall = {row['part']: row for row in overall_rows(report)}
    assert list(overall)[:4] == ['all clip-views', 'clips, views fused', 'view A', 'view C']
    assert list(overall)[4:] == [f'performer Z{p}' for p in range(1, 7)]
    assert overall['view C']['micro_acc'] == report['per_view']['C']['micro_acc']
    assert overall['clips, views fused']['samples'] == 24

    rows = condition_rows(judged_by_source(records, report, AbstainRule()))
    assert len(rows) == 2 * (4 + 3)
    assert [row['from'] for row in rows] == ['one view'] * 7 + ['all views'] * 7
    assert [row['auroc'] for row in rows[7:]] == [
        c['auroc'] for c in report['fused']['per_condition']]
    for row, of_c in zip(rows, posture_report(records.select(records.view == 'C'))['per_condition'],
                         strict=False):
        assert row['auroc_C'] == of_c['auroc']
    assert rows[7]['auroc_C'] is None
    assert rows[7]['kept_clips'] == rows[7]['kept_rows'] == rows[0]['kept_clips']
    assert (rows[0]['exercise_ko'], rows[0]['condition_ko']) == ('바벨 스쿼트', '척추의 중립')
    assert rows[0]['condition_en'] == 'neutral spine'
    assert rows[0]['kept_clips'] + rows[0]['broken_clips'] == 12
    assert rows[0]['kept_rows'] == 2 * rows[0]['kept_clips']
    # exercises of somebody else's catalogue keep their names
    foreign = replace(hand_made(), classes=('스쿼트 2', 'b'))
    row = condition_rows(judged_by_source(foreign, posture_report(foreign), AbstainRule()))[0]
    assert (row['exercise_ko'], row['condition_ko'], row['condition_en']) == ('스쿼트 2', 'ㄱ', '')


def test_weak_conditions_are_named():
    records = random_records(3.0, ['barbell squat', 'plank'])
    logits = records.condition_logits.copy()
    logits[:, 5] = np.where(np.arange(len(logits)) % 2, 1, -1)  # no opinion on plank's second
    records = replace(records, condition_logits=logits)
    text = told(records, AbstainRule())
    assert 'From one view 6 of 7 conditions are judged' in text
    assert '| plank (플랭크): torso and hips in line (몸통과 엉덩이의 정렬 유지) | **no**: ' in text
    one = records.select(records.performer == 1)
    text = told(one, AbstainRule(min_clips=99))
    assert 'From one view 0 of 7' in text and 'From all views 0 of 7' in text
    assert 'all clips are of one performer' in text.lower()
    assert 'Of fewer than 5 performers there are no intervals' in text
    # a network for more exercises than the clips show
    some = told(records.select(records.label == 0), AbstainRule())
    assert '3 conditions that no clip is about are left out' in some and 'plank' not in some


def told(records, rule):
    report = posture_report(records)
    return posture_markdown(records, report, judged_by_source(records, report, rule), rule)


def test_a_test_on_all_views_at_once_says_so_and_is_not_averaged_again(tmp_path):
    records = random_records(0.3, ['barbell curl', 'dumbbell curl'])
    fused = records.fused_views()
    fused.write(tmp_path / 'posture.npz')
    files = write_posture_report([tmp_path], tmp_path / 'out')
    assert 'calibration_views.json' in [f.name for f in files]
    assert not (tmp_path / 'out' / 'calibration.json').exists()
    text = files[0].read_text('utf-8')
    assert 'Each row is a clip, all views of which the network saw at once.' in text
    assert '| all clips, views seen at once | 24 |' in text and 'views fused' not in text
    assert 'from one view' not in text and 'view AC' not in text
    # beside a test on single views it says what all of them say
    records.write(tmp_path / 'single' / 'posture.npz')
    better = replace(fused, condition_logits=np.where(fused.gt_conditions == 1, 9, -9))
    better.write(tmp_path / 'posture.npz')
    both = write_posture_report([tmp_path / 'single'], tmp_path / 'both', all_views=[tmp_path])
    text = both[0].read_text('utf-8')
    assert '| clips, views fused | 24 |' in text
    assert 'All views: seen by the network at once' in text
    for kind, expected in (('', records), ('_views', better)):
        assert PostureCalibration.read(
            tmp_path / 'both' / f'calibration{kind}.json') == fit_calibration(expected)
    with pytest.raises(FitnessError, match='multiview=True'):
        write_posture_report([tmp_path], tmp_path / 'out', all_views=[tmp_path / 'single'])
    better.select(better.label == 0).write(tmp_path / 'posture.npz')
    with pytest.raises(FitnessError, match='of other exercises or clips'):
        write_posture_report([tmp_path / 'single'], tmp_path / 'both', all_views=[tmp_path])
    # and it is compared with the mean of single views
    found = compare(records, fused).differences
    assert {change.change.value for change in found.values()} == {0.0}
    assert found['family_top1'].first == 1 > found['exercise_top1'].first


def test_intervals_are_over_performers_and_hold_the_measures():
    records = random_records(0.7, ['barbell squat', 'plank'], range(1, 9))
    report = posture_report(records)
    rows = {(row['from'], row['measure']): row
            for row in main_rows(judged_by_source(records, report, AbstainRule()))}
    assert len(rows) == 2 * 7
    for row in rows.values():
        assert row['low'] <= row['value'] <= row['high']
    assert rows['one view', 'auroc']['low'] < rows['one view', 'auroc']['high']
    assert rows['one view', 'micro_acc']['low'] < rows['one view', 'micro_acc']['high']
    assert rows['all views', 'auroc']['value'] == report['fused']['auroc']
    assert rows['one view', 'micro_acc']['constant'] == report['majority_micro_acc']
    # everybody the same: whoever is drawn, nothing moves, however few clips there are of each
    same = records.select(np.repeat(np.flatnonzero(records.performer == 1)[None], 6, 0).ravel())
    same = replace(same, performer=np.repeat(np.arange(6), len(same) // 6),
                   clip=np.char.add(same.clip, np.repeat(np.arange(6), len(same) // 6).astype(str)))
    measured = overall_measures(same)
    for name, (low, high) in measure_intervals(same).items():
        assert low == pytest.approx(measured[name]) and high == pytest.approx(measured[name])
    assert measure_intervals(records.select(records.performer < 5)) == {}


def by_type(verdicts):
    """Clips of one condition: (type, performer, truth, logit) each."""
    numbers, performers, truth, logits = zip(*verdicts, strict=True)
    one = random_records(1.0, ['plank']).select(np.zeros(len(verdicts), int))
    return replace(
        one, condition_logits=np.array([[x, 0, 0] for x in logits], np.float32),
        gt_conditions=np.array([[t, -1, -1] for t in truth], np.int8),
        clip=np.array([f'training/Day01_200921_F/3/{n:03d}-1-{i}-01-Z{p}'
                       for i, (n, p) in enumerate(zip(numbers, performers, strict=True))]),
        performer=np.array(performers))


def test_errors_that_all_people_of_a_type_share_come_with_the_type():
    records = by_type([
        *((553, p, 1, -3.0) for p in range(5)),  # all against
        *((554, p, 1, 3.0) for p in range(5)),
        *((555, p, 0, -3.0 if p else 3.0) for p in range(5)),  # one against
        *((556, p, 0, 3.0 if p else -3.0) for p in range(5)),  # four of five
        *((557, p, 0, -3.0) for p in range(3)),  # too few people
        *((558, p, 1, 3.0) for p in range(5)),
        *((n, p, 0, -3.0) for n in (559, 560) for p in range(5)),
        (555, 0, 0, 2.0)])  # the same person again, who is one witness
    plank = np.arange(3) < 2
    found = type_verdicts(records, plank)
    assert found.type_number.tolist() == [553, 554, 555, 556, 558, 559, 560]
    assert found.people.tolist() == [5] * 7
    assert found.against.tolist() == [5, 0, 1, 4, 0, 0, 0]
    assert found.judged_kept.tolist() == [0, 5, 1, 4, 5, 0, 0]
    assert found.type_number[found.contradicted].tolist() == [553, 556]
    assert found.chance[found.contradicted] == pytest.approx([1 / 3**5, (5 * 3 + 1) / 4**5])
    assert found.probability[0] < 0.5 < found.probability[1]
    shares = error_shares(found)
    assert (shares.judgements, shares.wrong, shares.all_against, shares.most_against) == (
        35, 10, 5, 4)
    # a third of what is kept is called broken, and a quarter the other way round: binomials of 5
    assert shares.all_by_chance == pytest.approx(3 * 5 / 3**5 + 4 * 5 / 4**5)
    assert shares.most_by_chance == pytest.approx(
        3 * (3 * 10 * 2**2 + 4 * 5 * 2) / 3**5 + 4 * (3 * 10 * 3**2 + 4 * 5 * 3) / 4**5)
    assert shares.of_types == pytest.approx(9 - shares.all_by_chance - shares.most_by_chance)
    assert type_verdicts(records.select(records.type_number == 557), plank) is None
    assert type_verdicts(records, ~plank) is None
    text = told_types(records, found)
    assert '| 553 | plank (플랭크): ' in text and '| kept | 0 of 5 |' in text
    assert '| all people of the type | 5 | 0.500 | 0.1 |' in text


def told_types(records, found):
    report = posture_report(records)
    rule = AbstainRule()
    return posture_markdown(records, report, judged_by_source(records, report, rule), rule, found)


def test_keeping_silent_against_hand_computed_numbers():
    """Two performers with the same four clips, so that each calibration fits the other's."""
    kept, broken = ((1, ), 4.0), ((0, ), -4.0)
    rows = [(p, *case) for p in (1, 2) for case in (kept, kept, broken, ((0, ), 0.2))]
    records = replace(
        random_records(1.0, ['plank']).select(np.arange(len(rows))),
        condition_logits=np.array([[logit, 0, 0] for *_, logit in rows], np.float32),
        gt_conditions=np.array([[*truth, -1, -1] for _, truth, _ in rows], np.int8),
        clip=np.array([f'clip {i}' for i in range(len(rows))]),
        performer=np.array([p for p, *_ in rows]))
    found = calibrated(records, AbstainRule(min_accuracy=0.5, min_clips=1, band=0.1))
    # of four judgements a person, the one of 0.2 is withheld and the others are right
    assert found.called == {'own name': (1.0, 1.0), "family's name": (0.0, None),
                            'unclear': (0.0, None)}
    assert found.judged == 3 / 4
    assert found.judged_acc == 1.0
    assert (found.faults_reported, found.faults_withheld, found.false_alarms) == (0.5, 0.5, 0.0)
    silent = calibrated(records, AbstainRule(min_clips=50))
    assert (silent.judged, silent.judged_acc) == (0.0, None)
    assert calibrated(records.select(records.performer == 1), AbstainRule()) is None


def test_what_a_second_set_loses():
    first, second = (random_records(skill, ['plank', 'push-up', 'dips', 'pull-up'])
                     for skill in (1.5, 0.7))
    shuffled = second.select(np.random.default_rng(0).permutation(len(second))[20:])
    found = compare(first, shuffled)
    assert found.left_out == 20
    assert (found.first.clip == found.second.clip).all()
    assert (found.first.view == found.second.view).all()
    for name, change in found.differences.items():
        measured = [overall_measures(r)[name] for r in (found.first, found.second)]
        assert [change.first, change.second] == pytest.approx(measured)
        assert change.change.value == pytest.approx(measured[1] - measured[0])
        assert change.change.low <= change.change.value <= change.change.high < 0
    assert found.differences.keys() == {
        'exercise_top1', 'family_top1', 'micro_acc', 'exact_match', 'micro_acc_predicted',
        'exact_match_predicted'}


@pytest.mark.parametrize('change, message', [
    (lambda r: r.select(r.clip == 'none'), 'no clip-view in common'),
    (lambda r: replace(r, clip=np.char.add(r.clip, 'x')), 'no clip-view in common'),
    (lambda r: replace(r, clip=np.full(len(r), '')), 'meta_keys'),
    (lambda r: replace(r, gt_conditions=np.where(
        r.gt_conditions < 0, r.gt_conditions, 1 - r.gt_conditions)), 'other truths'),
    (lambda r: replace(r, classes=tuple(map(str, range(12)))), 'other exercises'),
])
def test_sets_that_cannot_be_compared(change, message):
    records = random_records(1.0)
    with pytest.raises(FitnessError, match=message):
        compare(records, change(records))


def test_the_report_of_one_performer_has_no_figure(tmp_path):
    random_records(1.0, ['plank'], [3]).write(tmp_path / 'posture.npz')
    files = write_posture_report([tmp_path], tmp_path / 'out')
    assert [f.name for f in files] == [
        'posture.md', 'overall.csv', 'main.csv', 'conditions.csv', 'calibration.json',
        'calibration_views.json']


def test_data_without_views_performers_and_clips_has_a_report_too(tmp_path):
    records = random_records(1.0, ['plank'])
    nobody = {'clip': np.full(len(records), ''), 'view': np.full(len(records), ''),
              'performer': np.full(len(records), -1)}
    replace(records, **nobody).write(tmp_path / 'posture.npz')
    text = write_posture_report([tmp_path], tmp_path / 'out')[0].read_text('utf-8')
    assert '| all clip-views |' in text and 'view' not in text.split('| all clip-views |')[1][:200]
    assert 'performer Z' not in text


def test_the_tool_writes_tables_figure_and_calibration(tmp_path):
    records = random_records(1.5, ['plank'])
    records.write(tmp_path / 'labels' / 'posture.npz')
    random_records(0.7, ['plank']).write(tmp_path / 'predicted.npz')
    out = tmp_path / 'out'
    result = run_tool('analysis/posture.py', tmp_path / 'labels', '--out', out, '--compare',
                      tmp_path / 'predicted.npz', '--band', 0.2)
    assert sorted(p.name for p in out.iterdir()) == [
        'calibration.json', 'calibration_views.json', 'conditions.csv', 'main.csv', 'overall.csv',
        'posture.md', 'reliability.png']
    assert (out / 'reliability.png').read_bytes().startswith(b'\x89PNG')
    calibration = PostureCalibration.read(out / 'calibration.json')
    assert calibration == fit_calibration(records, AbstainRule(band=0.2))
    text = (out / 'posture.md').read_text('utf-8')
    assert text in result.stdout
    assert '| exact match, predicted exercise |' in text
    with open(out / 'conditions.csv', encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    expected = posture_report(records)
    assert [float(row['auroc']) for row in rows] == [
        c['auroc'] for part in (expected, expected['fused']) for c in part['per_condition']]
    assert PostureCalibration.read(out / 'calibration_views.json') == fit_calibration(
        records.fused_views(), AbstainRule(band=0.2))


def test_one_sentence_for_a_user_mistake(tmp_path):
    result = run_tool('analysis/posture.py', 'nowhere.npz', '--out', tmp_path / 'out',
                      cwd=tmp_path, check=False)
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1].startswith(
        'posture.py: there is no record of posture judgement at nowhere.npz')
    assert 'Traceback' not in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_names_of_another_network_do_not_slip_through():
    calibration = fit_calibration(random_records(1.0, ['plank', 'push-up']))
    with pytest.raises(CalibrationError, match='2 exercises'):
        calibration.check_fits(CLASSES, [(), ()])
