"""Every config builds its whole network, takes a training step and predicts, on the sample.

Recognisers see smaller frames than their configs say: they take any size, and time is all it costs.
"""

import math
import os

import pytest
import torch
import torchvision
from conftest import REPO
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.registry import DATASETS, MODELS, init_default_scope
from mmengine.runner import set_random_seed

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.engine.load import read_config

FOLDER = REPO / 'configs'
CONFIGS = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob('*.py')
                 if path.parent.name != '_base_')
TRAINED = [name for name in CONFIGS if 'ensemble' not in name]


@pytest.fixture
def load(sample_root, tmp_path, monkeypatch):
    def load(name):
        monkeypatch.setenv('FITNESS_DATA_ROOT', str(sample_root))
        cfg = read_config(FOLDER / name)  # none of ours has a setting that changes nothing
        init_default_scope(cfg.default_scope)
        set_random_seed(0)
        if cfg.default_scope == 'mmaction':
            _shrink(cfg)
        backbone = cfg.model.get('backbone', {})
        if str(backbone.get('pretrained')).startswith('torchvision://'):
            network = getattr(torchvision.models, backbone.pretrained.partition('://')[2])()
            backbone.pretrained = str(tmp_path / 'imagenet.pth')
            torch.save(network.state_dict(), backbone.pretrained)
        return cfg
    return load


def _shrink(cfg):
    for part in ('train_dataloader', 'test_dataloader'):
        for transform in cfg[part].dataset.get('pipeline', ()):
            if transform.type == 'Resize' and transform.scale[1] == 256:
                transform.scale = (48, 64)


def predict(model, cfg):
    """The prediction for the first test sample, and the metric's opinion of it."""
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    metric = Evaluator(cfg.test_evaluator)
    metric.dataset_meta = dataset.metainfo
    model.eval()
    with torch.no_grad():
        predictions = model.test_step(pseudo_collate([dataset[0]]))
    metric.process(predictions)
    return predictions[0], metric.evaluate(1)


def check_pose(prediction, metrics):
    assert prediction.pred_instances.keypoints.shape == (1, 24, 2)
    assert prediction.gt_instances.keypoints.shape == (1, 24, 2)
    # pixels of the image: a prediction anywhere in the crop is at most its diagonal off, and
    # decoding may move it by less than a pixel of the heatmap
    assert 0 < metrics['mpjpe/image_px'] <= 1.05 * math.hypot(*prediction.input_scale)


def check_action(prediction, metrics):
    assert prediction.pred_score.shape == (12, )
    assert prediction.pred_score.sum().item() == pytest.approx(1, abs=1e-4)
    assert metrics['acc/top1'] in (0.0, 1.0)
    if 'condition_logits' in prediction:
        assert prediction.condition_logits.shape == (51, )
        assert prediction.pred_logits.softmax(0) == pytest.approx(prediction.pred_score)
        assert metrics['posture/exact_match'] in (0.0, 1.0)


CHECKS = dict(mmpose=check_pose, mmaction=check_action)


@pytest.mark.parametrize('name', [
    'pose/res50_fitness.py', 'recognition/tsm_r50_fitness.py', 'study/tsm_r18.py',
    *(name for name in CONFIGS if 'FITNESS_DATA_ROOT' in (FOLDER / name).read_text('utf-8'))])
def test_a_data_root_of_any_name(name, monkeypatch):
    root = "/x/it's\\new \"10:20\"/" + os.fsdecode('자세'.encode('cp949'))
    monkeypatch.setenv('FITNESS_DATA_ROOT', root)
    cfg = Config.fromfile(FOLDER / name)
    assert cfg.data_root == cfg.train_dataloader.dataset.data_root == root


def test_no_config_takes_the_data_root_into_its_text():
    for path in FOLDER.rglob('*.py'):  # mmengine pastes the value between the quotes as it is
        assert '{{$FITNESS_DATA_ROOT' not in path.read_text('utf-8'), path


@pytest.mark.parametrize('name', TRAINED)
def test_config_trains_and_predicts(name, load):
    cfg = load(name)
    model = MODELS.build(cfg.model)
    model.init_weights()

    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    data = model.data_preprocessor(pseudo_collate([dataset[0], dataset[1]]), training=True)
    parameter = next(model.parameters())
    before = parameter.detach().clone()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loss, _ = model.parse_losses(model(**data, mode='loss'))
    loss.backward()
    optimizer.step()
    assert math.isfinite(loss.item())
    assert not torch.equal(parameter, before)

    CHECKS[cfg.default_scope](*predict(model, cfg))


@pytest.mark.parametrize('name', sorted(set(CONFIGS) - set(TRAINED)))
def test_ensemble_predicts(name, load, tmp_path):
    cfg = load(name)
    cfg.model.checkpoints = []
    for i in range(2):
        cfg.model.checkpoints.append(str(tmp_path / f'{i}.pth'))
        torch.save(MODELS.build(cfg.model.member).state_dict(), cfg.model.checkpoints[-1])
    CHECKS[cfg.default_scope](*predict(MODELS.build(cfg.model), cfg))


def test_imagenet_weights_are_loaded(load):
    cfg = load('recognition/tsm_r50_heatmap_imagenet_fitness.py')
    model = MODELS.build(cfg.model)
    model.init_weights()
    weights = torch.load(cfg.model.backbone.pretrained)
    stem = model.backbone.rgb.conv1.conv
    assert torch.equal(stem.weight, weights['conv1.weight'])
    assert (stem.heatmap_weight == 0).all()
    shifted = model.backbone.rgb.layer4[2].conv1.conv.net
    assert torch.equal(shifted.weight, weights['layer4.2.conv1.weight'])


@pytest.mark.parametrize('name', CONFIGS)
def test_one_word_makes_it_all_41_exercises(name, monkeypatch):
    monkeypatch.setenv('FITNESS_EXERCISES', 'all')
    cfg = Config.fromfile(FOLDER / name)
    for part in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        assert cfg[part].dataset.exercises == 'all'
    head = cfg.model.get('cls_head')
    if head and head.type == 'PostureHead':
        assert list(head.num_conditions) == [len(e.conditions) for e in EXERCISES]
    elif head:
        assert head.num_classes == len(EXERCISES)



def flattened(cfg, prefix=''):
    if not isinstance(cfg, dict):
        return {prefix: cfg}
    return {key: value for name in cfg
            for key, value in flattened(cfg[name], f'{prefix}.{name}').items()}


@pytest.mark.parametrize('small, full', [
    ('lstm', 'lstm_r50'), ('bilstm', 'bilstm_r50'), ('tsm_r18', 'tsm_r50'), ('tsm_r34', 'tsm_r101'),
    ('tsm_r18_heatmap', 'tsm_r50_heatmap'), ('tsm_r18_heatmap_stem', 'tsm_r50_heatmap_stem'),
    ('tsm_r18_heatmap_sum', 'tsm_r50_heatmap_sum'), ('r3d', 'r3d_r50'), ('posec3d', 'posec3d'),
    ('stgcnpp', 'stgcnpp')])
def test_the_studys_networks_differ_from_the_full_ones_in_size_only(small, full):
    small = flattened(Config.fromfile(FOLDER / f'study/{small}.py').model)
    folder = FOLDER if full == 'tsm_r50_heatmap' else FOLDER / 'recognition'
    full = flattened(Config.fromfile(folder / f'{full}_fitness.py').model)
    size = {'.backbone.depth', '.backbone.stage_blocks', '.cls_head.in_channels',
            *(f'.data_preprocessor.{name}' for name in (
                'sigma', 'amplitude', 'num_frames', 'mode', 'test_clips', 'margin', 'augments',
                'heatmap_size'))}
    assert {key for key in small.keys() | full.keys() if small.get(key) != full.get(key)} <= size
