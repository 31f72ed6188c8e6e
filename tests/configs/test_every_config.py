"""Every config builds, takes a training step and predicts, at full size, on the sample."""

import math

import pytest
import torch
from conftest import REPO
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope

CONFIGS = sorted(path.name for path in (REPO / 'configs').glob('*.py'))


@pytest.fixture(params=CONFIGS)
def cfg(request, sample_root, monkeypatch):
    monkeypatch.setenv('FITNESS_DATA_ROOT', str(sample_root))
    cfg = Config.fromfile(REPO / 'configs' / request.param)
    init_default_scope(cfg.default_scope)
    return cfg


def test_config_trains_and_predicts(cfg):
    from mmaction.registry import DATASETS, METRICS, MODELS
    torch.manual_seed(0)
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

    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    metric = METRICS.build(cfg.test_evaluator)
    metric.dataset_meta = dataset.metainfo
    model.eval()
    with torch.no_grad():
        predictions = model.test_step(pseudo_collate([dataset[0]]))
    assert predictions[0].pred_score.shape == (len(dataset.metainfo['classes']), )
    assert predictions[0].pred_score.sum().item() == pytest.approx(1, abs=1e-4)
    metric.process(None, [prediction.to_dict() for prediction in predictions])
    assert metric.evaluate(1)['acc/top1'] in (0.0, 1.0)
