"""Every config builds, takes a training step and predicts, at full size, on the sample."""

import math

import pytest
import torch
from conftest import REPO
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import DATASETS, METRICS, MODELS, init_default_scope

CONFIGS = sorted(path.name for path in (REPO / 'configs').glob('*.py'))
TRAINED = [name for name in CONFIGS if not name.startswith('ensemble_')]


@pytest.fixture
def load(sample_root, monkeypatch):
    def load(name):
        monkeypatch.setenv('FITNESS_DATA_ROOT', str(sample_root))
        cfg = Config.fromfile(REPO / 'configs' / name)
        init_default_scope(cfg.default_scope)
        torch.manual_seed(0)
        return cfg
    return load


def predict(model, cfg):
    """The prediction for the first test sample, and the metric's opinion of it."""
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    metric = METRICS.build(cfg.test_evaluator)
    metric.dataset_meta = dataset.metainfo
    model.eval()
    with torch.no_grad():
        predictions = model.test_step(pseudo_collate([dataset[0]]))
    metric.process(None, [prediction.to_dict() for prediction in predictions])
    return predictions[0], metric.evaluate(1)


def check_pose(prediction, metrics):
    assert prediction.pred_instances.keypoints.shape == (1, 24, 2)
    assert prediction.gt_instances.keypoints.shape == (1, 24, 2)
    # pixels of the image: a prediction anywhere in the crop is at most its diagonal off
    assert 0 < metrics['mpjpe/image_px'] <= math.hypot(*prediction.input_scale)


def check_action(prediction, metrics):
    assert prediction.pred_score.shape == (12, )
    assert prediction.pred_score.sum().item() == pytest.approx(1, abs=1e-4)
    assert metrics['acc/top1'] in (0.0, 1.0)


CHECKS = dict(mmpose=check_pose, mmaction=check_action)


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
