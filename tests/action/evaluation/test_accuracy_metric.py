import json

import numpy as np
import pytest
import torch

from fitness_mm.action import FitnessAccMetric
from fitness_mm.clip_scores import ClipScores, accuracy_report

LABELS = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 1, 1])
VIEWS = np.array(['A', 'B', 'A', 'A', 'B', 'B'])


def test_report_against_hand_computed_numbers():
    report = accuracy_report(ClipScores(
        scores=np.eye(4)[PREDICTED], label=LABELS, clip=np.full(6, 'a'), view=VIEWS,
        performer=np.full(6, -1), classes=('squat', 'row', 'curl', 'press')))
    assert 'per_performer' not in report
    assert report['samples'] == 6
    assert report['confusion'] == [[2, 1, 0, 0], [0, 2, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert report['per_class'] == {
        'squat': pytest.approx(2 / 3), 'row': 1.0, 'curl': 0.0, 'press': None}
    assert report['per_view'] == {'A': pytest.approx(2 / 3), 'B': pytest.approx(2 / 3)}
    # F1: squat 2*1*(2/3)/(5/3) = 0.8; row precision 2/4, recall 1 -> 2/3; curl 0
    assert report['macro_f1'] == pytest.approx((0.8 + 2 / 3 + 0) / 3)


def test_variants_of_one_exercise_count_as_one_family_and_clips_have_no_view():
    report = accuracy_report(ClipScores(
        scores=np.eye(4)[PREDICTED], label=LABELS, clip=np.arange(6).astype(str),
        view=np.full(6, 'ABCDE'), performer=np.full(6, 7),
        classes=('barbell squat', 'barbell curl', 'dumbbell curl', 'stretching')))
    assert report['family_top1'] == pytest.approx(5 / 6)  # the dumbbell curl is taken for the other
    assert report['unit'] == 'clips' and 'per_view' not in report


def samples():
    for label, predicted, view in zip(LABELS, PREDICTED, VIEWS, strict=True):
        scores = torch.full((4, ), 0.1)
        scores[predicted] = 0.7
        yield dict(pred_score=scores, gt_label=torch.tensor([label]), view=view, performer=7,
                   clip='D1-001')


@pytest.mark.parametrize('batch_size', [1, 4, 6])
def test_metric_equals_the_host_and_writes_the_report(tmp_path, batch_size):
    out_file = tmp_path / 'new' / 'accuracy.json'
    metric = FitnessAccMetric(out_file=str(out_file))
    metric.dataset_meta = dict(classes=('스쿼트', 'row', 'curl', 'press'))
    everything = list(samples())
    for start in range(0, 6, batch_size):
        metric.process(None, everything[start:start + batch_size])
    metrics = metric.evaluate(6)
    assert metrics['acc/top1'] == pytest.approx(4 / 6)
    assert metrics['acc/top5'] == 1.0
    assert metrics['acc/family_top1'] == pytest.approx(4 / 6)
    assert metrics['acc/mean1'] == pytest.approx((2 / 3 + 1 + 0) / 3)

    report = json.loads(out_file.read_text('utf-8'))
    assert report['top1'] == pytest.approx(4 / 6)
    assert report['per_class']['스쿼트'] == pytest.approx(2 / 3)
    assert report['per_performer'] == {'7': pytest.approx(4 / 6)}
    assert {p.name for p in out_file.parent.iterdir()} == {'accuracy.json', 'accuracy.npz'}

    records = ClipScores.read(out_file.with_suffix('.npz'))
    assert records.predicted.tolist() == PREDICTED.tolist()
    assert records.label.tolist() == LABELS.tolist()
    assert records.view.tolist() == VIEWS.tolist()
    assert set(records.performer) == {7} and set(records.clip) == {'D1-001'}
    assert records.classes == ('스쿼트', 'row', 'curl', 'press')


def test_a_pipeline_that_does_not_say_where_samples_come_from(tmp_path):
    metric = FitnessAccMetric(out_file=str(tmp_path / 'accuracy.json'))
    metric.process(None, [dict(pred_score=torch.eye(4)[1], gt_label=torch.tensor([1]))])
    metric.evaluate(1)
    records = ClipScores.read(tmp_path / 'accuracy.npz')
    assert (records.clip[0], records.view[0], records.performer[0]) == ('', '', -1)


def test_without_a_file_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    metric = FitnessAccMetric()
    metric.process(None, list(samples()))
    assert metric.evaluate(6)['acc/top1'] == pytest.approx(4 / 6)
    assert list(tmp_path.iterdir()) == []
