from pathlib import Path

import pytest
from mmaction.evaluation import AccMetric
from mmengine.config import Config
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.registry import METRICS, OPTIM_WRAPPERS
from mmpose.registry import METRICS as POSE_METRICS

from fitness_mm.action import FitnessAccMetric, FitnessPostureMetric
from fitness_mm.engine.checks.reports import place_reports
from fitness_mm.engine.launch import use_amp
from fitness_mm.engine.parts import class_of
from fitness_mm.errors import FitnessError
from fitness_mm.pose import FitnessMPJPE


class StricterMPJPE(FitnessMPJPE):
    """A user's own."""


POSE_METRICS.register_module(module=StricterMPJPE)
ABOUT = dict(checkpoint='some/epoch_3.pth')


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
        test_evaluator=[dict(type=AccMetric), dict(type=own, prefix='a'),
                        dict(type=own, prefix='b', out_file='mine.json')],
        default_scope='mmaction'))
    place_reports(cfg, ABOUT)
    expected = str(Path(tmp_path) / base.report_name)
    assert cfg.val_evaluator.out_file == expected
    assert [metric.get('out_file') for metric in cfg.test_evaluator] == [
        None, expected, 'mine.json']


def test_a_metric_and_a_subclass_beside_it_write_two_reports(tmp_path):
    both = [dict(type='FitnessMPJPE'), dict(type='StricterMPJPE', prefix='strict')]
    cfg = Config(dict(work_dir=str(tmp_path), val_evaluator=both, test_evaluator=both,
                      default_scope='mmpose'))
    place_reports(cfg, ABOUT)
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        assert [metric.out_file for metric in evaluator] == [
            str(tmp_path / 'mpjpe.json'), str(tmp_path / 'StricterMPJPE_mpjpe.json')]


@pytest.mark.parametrize('placed', [
    [{}, {}, {}],  # the second has its class's name, and no more names are left
    [dict(out_file='mine.json'), dict(out_file='mine.json')]])
def test_two_metrics_do_not_write_one_file(tmp_path, placed):
    cfg = Config(dict(work_dir=str(tmp_path), default_scope='mmpose',
                      val_evaluator=[dict(type='FitnessMPJPE', prefix=str(i), **more)
                                     for i, more in enumerate(placed)]))
    with pytest.raises(FitnessError, match=r'two metrics of class FitnessMPJPE would write .*json'):
        place_reports(cfg, ABOUT)


@pytest.mark.parametrize('one, another', [
    (dict(type='AccMetric'), dict(type='FitnessAccMetric')),
    (dict(type='FitnessPostureMetric'), dict(type='FitnessPostureMetric')),
    (dict(type='FitnessAccMetric', prefix='x'), dict(type='FitnessAccMetric', prefix='x'))])
@pytest.mark.parametrize('part', ['val', 'test'])
def test_two_metrics_that_give_numbers_of_one_name_are_found_before_the_run(one, another, part):
    cfg = Config({'work_dir': 'x', 'default_scope': 'mmaction',
                  f'{part}_evaluator': [one, another]})
    with pytest.raises(FitnessError, match=rf'in {part}_evaluator would both call their numbers'):
        place_reports(cfg, ABOUT)
    cfg[f'{part}_evaluator'][1].prefix = 'another'
    place_reports(cfg, ABOUT)


def test_a_part_that_is_none_gets_a_sentence():
    cfg = Config(dict(work_dir='x', val_evaluator=["dict(type='AccMetric')"]))
    with pytest.raises(FitnessError, match=r'is no part of a config, expected dict\(type=\.\.\.\)'):
        place_reports(cfg, ABOUT)


@OPTIM_WRAPPERS.register_module()
class OwnOptimWrapper(OptimWrapper):
    """A user's own."""


@pytest.mark.parametrize('wrapper', [{}, dict(type='OptimWrapper'), dict(type=OptimWrapper),
                                     dict(type='mmengine.AmpOptimWrapper'),
                                     dict(type=AmpOptimWrapper)])
def test_amp_takes_the_plain_wrappers_however_they_are_named(wrapper):
    cfg = Config(dict(default_scope='mmpose', optim_wrapper=dict(optimizer={}, **wrapper)))
    use_amp(cfg)
    assert cfg.optim_wrapper.type in ('AmpOptimWrapper', 'CPUAmpOptimWrapper')


@pytest.mark.parametrize('wrapper', ['OwnOptimWrapper', OwnOptimWrapper, 'NobodysWrapper'])
def test_amp_refuses_wrappers_that_it_does_not_know(wrapper):
    cfg = Config(dict(default_scope='mmpose', optim_wrapper=dict(type=wrapper)))
    with pytest.raises(FitnessError, match=r'--amp does not work with optim_wrapper\.type='):
        use_amp(cfg)
