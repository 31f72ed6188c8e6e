"""What is said of configs and checkpoints that cannot be used, and what pipelines are known by."""

import pytest
import torch
from conftest import REPO

from fitness_mm.action.data.facts import action_facts
from fitness_mm.engine.load import build_model, load_model, pipeline_of, read_config
from fitness_mm.engine.pipeline_facts import PipelineFacts
from fitness_mm.errors import FitnessError
from fitness_mm.pose.facts import pose_facts

POSE = REPO / 'configs/demo/demo_pose_r18.py'
LIMBS = REPO / 'configs/demo/demo_posture_keypoints.py'


@pytest.mark.parametrize('content, arguments, message', [
    (None, {}, 'there is no config file'),
    ('x = 1 / 0', {}, r'is no config that can be read \(ZeroDivisionError'),
    ('1 +', {}, r'is no config that can be read \(SyntaxError'),
    ('x = 1', dict(scope='mmpose'), "no config of a pose estimator .* default_scope = 'mmpose'"),
    ("default_scope = 'mmaction'", dict(scope='mmaction', loader='test_dataloader'),
     "needs default_scope = 'mmaction' and a test_dataloader"),
    ('x = 1', dict(loader='val_dataloader'), 'it needs a val_dataloader'),
])
def test_a_config_that_cannot_be_used_gets_one_sentence(content, arguments, message, tmp_path):
    file = tmp_path / 'a.py'
    if content is not None:
        file.write_text(content)
    with pytest.raises(FitnessError, match=message) as caught:
        read_config(file, **arguments)
    assert '\n' not in str(caught.value)


def test_a_checkpoint_that_cannot_be_used_gets_one_sentence(tmp_path):
    cfg, file = read_config(LIMBS), tmp_path / 'a.pth'
    with pytest.raises(FitnessError, match='there is no checkpoint'):
        load_model(cfg, file)
    torch.save(dict(state_dict={}), file)
    with pytest.raises(FitnessError, match=r'a\.pth does not fit the model of .*keypoints\.py'):
        load_model(cfg, file)
    with pytest.raises(FitnessError, match=r'the device .* cannot be used here'):
        load_model(cfg, file, 'cuda:99')


def test_two_hosts_side_by_side(tmp_path):
    for number, config in enumerate((POSE, LIMBS, POSE)):
        cfg = read_config(config)
        torch.manual_seed(number)
        model = build_model(cfg)
        torch.save(dict(state_dict=model.state_dict()), tmp_path / 'a.pth')
        loaded = load_model(cfg, tmp_path / 'a.pth', 'cpu')
        assert not loaded.training
        assert all(torch.equal(a, b) for a, b in zip(model.parameters(), loaded.parameters(),
                                                     strict=True))


@pytest.mark.parametrize('config, facts', [
    ('demo/demo_pose_r18', PipelineFacts(0.22, (96, 128), True)),
    ('pose/rtmpose_m_fitness', PipelineFacts(0.125, (192, 256), True)),
    ('demo/demo_posture_tsm_r18_heatmap',
     PipelineFacts(0.22, (48, 64), True, 'frames', keypoints=True)),
    ('study/tsm_r18', PipelineFacts(0.22, (48, 64), True, 'frames', keypoints=True)),
    ('recognition/r3d_r50_fitness', PipelineFacts(0.35, (192, 256), True, 'clips')),
    ('study/posec3d', PipelineFacts(0.22, (24, 32), False, 'volumes')),
    ('study/stgcnpp', PipelineFacts(0.22, (0, 0), False, 'skeletons')),
    ('posture/posture_keypoints_fitness', PipelineFacts(0.35, (0, 0), False, 'skeletons')),
])
def test_what_pipelines_make_of_a_sample(config, facts):
    cfg = read_config(REPO / f'configs/{config}.py')
    pipeline = pipeline_of(cfg)
    if cfg.default_scope == 'mmpose':
        assert pose_facts(pipeline) == facts
    else:
        assert action_facts(pipeline, build_model(cfg).data_preprocessor) == facts


def test_frames_of_no_known_size_are_refused():
    pipeline = pipeline_of(read_config(REPO / 'configs/study/tsm_r18.py'))
    pipeline.transforms = [t for t in pipeline.transforms if type(t).__name__ != 'Resize']
    with pytest.raises(FitnessError, match='add Resize'):
        action_facts(pipeline)


def test_a_subclass_is_known_as_what_it_is():
    from fitness_mm.pose import LoadLabelledFrame, UnionBoxCenterScale

    class OwnLoader(LoadLabelledFrame):
        """Somebody's own."""

    pipeline = pipeline_of(read_config(POSE))
    pipeline.transforms[:2] = [OwnLoader(), type('Own', (UnionBoxCenterScale, ), {})(0.5)]
    assert pose_facts(pipeline) == PipelineFacts(0.5, (96, 128), True)


@pytest.mark.parametrize('options, match', [
    ({'model.backbone.type': 'LimbNetwurk'}, 'LimbNetwurk is not in the'),
    ({'model.backbone.widht': 64}, "unexpected keyword argument 'widht'"),
])
def test_what_cannot_be_built_is_named(options, match):
    cfg = read_config(LIMBS)
    cfg.merge_from_dict(options)
    with pytest.raises(FitnessError, match=match):
        build_model(cfg)


def test_an_error_inside_of_a_part_is_not_the_configs(monkeypatch):
    from fitness_mm.action import PostureNetwork
    monkeypatch.setattr(PostureNetwork, '__init__', lambda self, **kwargs: {}['ours'])
    with pytest.raises(KeyError, match='ours'):
        build_model(read_config(LIMBS))
