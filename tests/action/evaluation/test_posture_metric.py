import json

import numpy as np
import pytest
import torch
from posture_cases import CLASSES, CONDITIONS, hand_made

from fitness_mm.action import FitnessPostureMetric
from fitness_mm.posture.measures import posture_report
from fitness_mm.posture.records import PostureRecords


def predictions():
    records = hand_made()
    for i in range(len(records)):
        yield dict(pred_logits=torch.from_numpy(records.exercise_logits[i]),
                   condition_logits=torch.from_numpy(records.condition_logits[i]),
                   gt_conditions=torch.from_numpy(records.gt_conditions[i]),
                   gt_label=torch.tensor([records.label[i]]), clip=str(records.clip[i]),
                   view=str(records.view[i]), performer=int(records.performer[i]))


@pytest.mark.parametrize('batch_size', [1, 4])
def test_metric_reports_and_writes_what_the_functions_compute(tmp_path, batch_size):
    metric = FitnessPostureMetric(out_file=str(tmp_path / 'posture.json'))
    metric.dataset_meta = dict(classes=CLASSES, condition_names=CONDITIONS)
    everything = list(predictions())
    for start in range(0, len(everything), batch_size):
        metric.process(None, everything[start:start + batch_size])
    metrics = metric.evaluate(len(everything))
    assert metrics['posture/micro_acc'] == pytest.approx(7 / 9)
    assert metrics['posture/exact_match_predicted'] == pytest.approx(2 / 5)
    report = json.loads((tmp_path / 'posture.json').read_text('utf-8'))
    assert report == json.loads(json.dumps(posture_report(hand_made())))
    records = PostureRecords.read(tmp_path / 'posture.npz')
    np.testing.assert_array_equal(records.gt_conditions, hand_made().gt_conditions)
    assert records.condition_names == CONDITIONS


def test_metric_without_a_posture_head_says_so():
    metric = FitnessPostureMetric()
    with pytest.raises(ValueError, match='PostureHead'):
        metric.process(None, [dict(pred_score=torch.ones(2), gt_label=torch.tensor([0]))])
