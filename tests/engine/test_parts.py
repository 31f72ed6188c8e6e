from pathlib import Path

import pytest
from mmaction.evaluation import AccMetric
from mmengine.config import Config
from mmengine.registry import METRICS
from mmpose.registry import METRICS as POSE_METRICS

from fitness_mm.action import FitnessAccMetric, FitnessPostureMetric
from fitness_mm.engine.launch import _place_reports
from fitness_mm.engine.parts import class_of
from fitness_mm.pose import FitnessMPJPE


class StricterMPJPE(FitnessMPJPE):
    """A user's own."""


POSE_METRICS.register_module(module=StricterMPJPE)


@pytest.mark.parametrize('kind, scope, expected', [
    ('FitnessAccMetric', 'mmaction', FitnessAccMetric),
    ('mmaction.FitnessAccMetric', 'mmpose', FitnessAccMetric),
    ('FitnessAccMetric', 'mmpose', None),  # another host's
    (StricterMPJPE, None, StricterMPJPE), ('StricterMPJPE', 'mmpose', StricterMPJPE),
    ('NobodysMetric', 'mmaction', None)])
def test_parts_have_the_class_that_a_runner_would_build(kind, scope, expected):
    assert class_of(dict(type=kind), METRICS, scope) is expected


def test_no_part_has_no_class():
    assert class_of(None, METRICS) is None and class_of({}, METRICS) is None


@pytest.mark.parametrize('base', [FitnessAccMetric, FitnessPostureMetric, FitnessMPJPE])
def test_subclassed_metrics_keep_their_report(base, tmp_path):
    own = type('Own', (base, ), {})
    cfg = Config(dict(
        work_dir=str(tmp_path), val_evaluator=dict(type=own),
        test_evaluator=[dict(type=AccMetric), dict(type=own), dict(type=own, out_file='mine.json')],
        default_scope='mmaction'))
    _place_reports(cfg)
    expected = str(Path(tmp_path) / base.report_name)
    assert cfg.val_evaluator.out_file == expected
    assert [metric.get('out_file') for metric in cfg.test_evaluator] == [
        None, expected, 'mine.json']
