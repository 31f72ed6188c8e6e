"""Tables from reports of two models that were written by hand."""

import csv
import json

import numpy as np
import pytest
from conftest import run_tool

from fitness_mm.analysis.study.report import write_study_report
from fitness_mm.analysis.study.results import read_result
from fitness_mm.clip_scores import ClipScores, accuracy_report
from fitness_mm.errors import FitnessError

CLASSES = ('front raise', 'barbell row', 'barbell deadlift')
LABEL = np.array([0, 0, 1, 1, 2, 2])
VIEW = np.array(['A', 'B'] * 3)
CLIP = np.array(['a', 'a', 'b', 'b', 'c', 'c'])
RGB = [0, 0, 2, 1, 1, 2]
FUSED = [0, 0, 1, 1, 1, 2]


def write_reports(work_dir, predicted, order=range(6), train=None, **columns):
    """What a test leaves, with the clip-views in any order."""
    order, predicted = list(order), np.array(predicted)
    records = ClipScores(**{
        'scores': np.eye(3, dtype=np.float32)[predicted], 'label': LABEL, 'clip': CLIP,
        'view': VIEW, 'performer': np.array([1, 1, 1, 1, 2, 2]), 'classes': CLASSES,
        **columns}).select(order)
    top1 = float((records.predicted == records.label).mean())
    report = dict(top1=top1, **accuracy_report(records))
    work_dir.mkdir(parents=True)
    records.write(work_dir / 'accuracy.npz')
    if train is not None:
        (work_dir / 'train').mkdir()
        (work_dir / 'train' / 'accuracy.json').write_text(json.dumps({**report, 'top1': train}))
    return work_dir


@pytest.fixture
def models(tmp_path):
    return [write_reports(tmp_path / 'rgb', RGB, train=0.875),
            write_reports(tmp_path / 'fused', FUSED, order=[5, 3, 1, 0, 2, 4])]


def test_numbers_of_one_model(models):
    result = read_result(models[0])
    assert (result.name, result.train_accuracy) == ('rgb', 0.875)
    assert result.report['top1'] == pytest.approx(4 / 6)
    assert result.confusable == pytest.approx(2 / 4)
    assert result.report['per_view'] == {'A': pytest.approx(1 / 3), 'B': 1.0}


def test_the_report_of_two_models(models, tmp_path):
    out = tmp_path / 'report'
    text = write_study_report(models, out, measure=False).read_text('utf-8')
    assert '| rgb | 0.8750 | 0.6667 | 0.6667 | 0.6667 | 0.5000 | 0.3333 | 1.0000 |' in text
    assert '| fused | – | 0.8333 | 0.8333 | 0.8222 | 0.7500 | 0.6667 | 1.0000 |' in text
    # Fused is right once more than rgb, on one view of clip b. Of three clips, all drawn are b once
    # in 27 times, and none is 8 times.
    assert '| fused | all | +0.1667 | +0.0000 to +0.5000 |' in text
    assert '| fused | confusable | +0.2500 | +0.0000 to +0.5000 |' in text
    assert 'Held-out performers: 2. With fewer than 5 the intervals are about other clips' in text
    assert {p.name for p in out.iterdir()} == {
        'results.md', 'results.csv', 'differences.csv', 'confusion_rgb.png',
        'confusion_fused.png'}
    rows = list(csv.DictReader((out / 'results.csv').open(encoding='utf-8')))
    assert [float(row['valid_acc']) for row in rows] == pytest.approx([4 / 6, 5 / 6])
    assert rows[1]['train_acc'] == ''
    first = next(csv.DictReader((out / 'differences.csv').open(encoding='utf-8')))
    assert (first['first'], first['second']) == ('rgb', 'fused')
    assert float(first['difference']) == pytest.approx(-1 / 6)


def test_a_chosen_baseline_turns_the_difference_round(models, tmp_path):
    text = write_study_report(models, tmp_path, 'fused', measure=False).read_text('utf-8')
    assert '| rgb | all | -0.1667 | -0.5000 to +0.0000 |' in text


def test_models_tested_on_other_clips_are_not_compared(models, tmp_path):
    others = write_reports(tmp_path / 'others', RGB, clip=np.char.add(CLIP, '2'))
    with pytest.raises(FitnessError, match='rgb and others were not tested on the same clip-vi'):
        write_study_report([models[0], others], tmp_path / 'report', measure=False)


def test_records_that_do_not_say_which_clip_are_not_compared(tmp_path):
    nowhere = dict(clip=np.full(6, ''), view=np.full(6, ''))
    models = [write_reports(tmp_path / name, RGB, **nowhere) for name in ('a', 'b')]
    with pytest.raises(FitnessError, match="'clip', 'view' and 'performer' in the meta_keys"):
        write_study_report(models, tmp_path / 'report', measure=False)


def test_a_model_whose_data_knows_no_views_and_performers_has_a_report(tmp_path):
    nobody = dict(clip=np.full(6, ''), view=np.full(6, ''), performer=np.full(6, -1))
    model = write_reports(tmp_path / 'a', RGB, **nobody)
    text = write_study_report([model], tmp_path / 'report', measure=False).read_text('utf-8')
    assert '| a | – | 0.6667 | 0.6667 | 0.6667 | 0.5000 |\n' in text
    assert (tmp_path / 'report' / 'confusion_a.png').is_file()


def damage_report(work_dir):
    (work_dir / 'train' / 'accuracy.json').write_text('{"top1": 0.')


def damage_foreign_report(work_dir):
    (work_dir / 'train' / 'accuracy.json').write_text('{"mpjpe": 4.5}')


def damage_records(work_dir):
    (work_dir / 'accuracy.npz').write_bytes(b'PK')


def remove_records(work_dir):
    (work_dir / 'accuracy.npz').unlink()


@pytest.mark.parametrize('damage, message', [
    (damage_report, r'accuracy\.json is damaged'),
    (damage_foreign_report, r'accuracy\.json is damaged or no report of FitnessAccMetric'),
    (damage_records, r'accuracy\.npz is damaged'),
    (remove_records, r'there is no .*rgb/accuracy\.npz; FitnessAccMetric leaves one'),
])
def test_damaged_reports_are_named(models, damage, message):
    damage(models[0])
    with pytest.raises(FitnessError, match=message):
        read_result(models[0])


def write_folds(model, predicted):
    """Clip a held out in one fold, b and c in the other."""
    write_reports(model / 'fold0', predicted, order=[0, 1], train=0.5)
    write_reports(model / 'fold10', predicted, order=[3, 2, 4, 5], train=1.0)
    return model


def test_folds_count_as_one_model(tmp_path):
    found = read_result(write_folds(tmp_path / 'rgb', RGB))
    whole = read_result(write_reports(tmp_path / 'whole', RGB))
    assert (found.name, found.train_accuracy) == ('rgb', 0.75)
    assert found.report == whole.report and found.confusable == whole.confusable
    fused = write_folds(tmp_path / 'fused', FUSED)
    text = write_study_report([tmp_path / 'rgb', fused], tmp_path, measure=False).read_text('utf-8')
    assert '| fused | all | +0.1667 | +0.0000 to +0.5000 |' in text


def test_folds_that_do_not_belong_together_are_refused(tmp_path):
    model = write_folds(tmp_path / 'rgb', RGB)
    write_reports(model / 'fold3', RGB, order=[1])
    with pytest.raises(FitnessError, match=r'both hold clip a, view B'):
        read_result(model)
    other = write_folds(tmp_path / 'other', RGB)
    write_reports(other / 'fold3', RGB, classes=('a', 'b', 'c'), clip=np.char.add(CLIP, '9'))
    with pytest.raises(FitnessError, match='their classes differ'):
        read_result(other)


def test_models_of_one_name_are_told_apart_by_the_folders_above(tmp_path):
    models = [write_reports(tmp_path / data / 'tsm', RGB) for data in ('clean', 'noisy')]
    text = write_study_report(models, tmp_path / 'report', measure=False).read_text('utf-8')
    assert '| clean/tsm |' in text and '| noisy/tsm | all | +0.0000' in text
    assert (tmp_path / 'report' / 'confusion_noisy_tsm.png').is_file()


def test_names_have_to_be_different_and_known(models, tmp_path):
    with pytest.raises(FitnessError, match='the same work directory is there twice'):
        write_study_report([models[0], models[0]], tmp_path / 'report', measure=False)
    with pytest.raises(FitnessError, match="no model 'none' to compare with; there are: rgb, f"):
        write_study_report(models, tmp_path / 'report', 'none', measure=False)


def test_the_tool_prints_its_report_or_one_sentence(refuse, models, tmp_path):
    result = run_tool('analysis/results.py', *models, '--out', tmp_path / 'report', '--no-cost')
    assert (tmp_path / 'report' / 'results.md').read_text('utf-8') in result.stdout
    remove_records(models[1])
    result = refuse('analysis/results.py', *models, '--out', tmp_path / 'report')
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1].startswith(
        f'results.py: there is no record of class scores at {models[1]}/accuracy.npz')
    assert 'Traceback' not in result.stdout
