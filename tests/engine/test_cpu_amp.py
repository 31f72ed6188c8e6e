"""--amp without a GPU: bfloat16 autocast, through the whole training step."""

import pytest
import torch
from conftest import REPO
from mmaction.models import TSMHead
from mmaction.models.heads.base import BaseHead
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DATASETS, MODELS, init_default_scope
from torch import nn

import fitness_mm.action  # mends the heads
import fitness_mm.pose  # noqa: F401
from fitness_mm import compat
from fitness_mm.compat import running
from fitness_mm.engine import launch
from fitness_mm.errors import FitnessError


def test_the_option_means_bfloat16_where_there_is_no_gpu(monkeypatch):
    monkeypatch.setattr(launch, 'get_device', lambda: 'cpu')
    cfg = Config(dict(optim_wrapper=dict(type='AmpOptimWrapper', loss_scale=512.0, dtype='float16',
                                         optimizer=dict(type='SGD', lr=0.5))))
    launch.use_amp(cfg)
    model = nn.Linear(1, 1, bias=False)
    nn.init.ones_(model.weight)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    with wrapper.optim_context(model):
        y = model(torch.tensor([[1 + 2**-9]]))  # nothing that bfloat16 has
    assert y.dtype == torch.bfloat16 and y.item() == 1.0
    wrapper.update_params(y.float().sum())
    assert model.weight.dtype == torch.float32 and model.weight.item() == 0.5


def test_on_a_gpu_the_option_stays_mmengines(monkeypatch):
    monkeypatch.setattr(launch, 'get_device', lambda: 'cuda')
    cfg = Config(dict(optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.5))))
    launch.use_amp(cfg)
    assert (cfg.optim_wrapper.type, cfg.optim_wrapper.loss_scale) == ('AmpOptimWrapper', 'dynamic')


def test_a_wrapper_of_ones_own_is_refused(monkeypatch):
    cfg = Config(dict(optim_wrapper=dict(type='Mine')))
    with pytest.raises(FitnessError, match=r"optim_wrapper\.type='Mine'"):
        launch.use_amp(cfg)


def test_a_heads_loss_takes_bfloat16_scores():
    head = TSMHead(num_classes=3, in_channels=4, num_segments=1)
    samples = [ActionDataSample().set_gt_label(label) for label in (0, 2)]
    scores = torch.tensor([[4.0, 0, 0], [0, 2.0, 0]])  # the first is right, the second is not
    losses = head.loss_by_feat(scores.bfloat16(), samples)
    expected = head.loss_by_feat(scores, samples)
    assert losses['top1_acc'] == expected['top1_acc'] == 0.5
    assert losses['loss_cls'] == expected['loss_cls']


class FixedHead:
    """A head as it will be when the host is mended."""

    def loss_by_feat(self, cls_scores, data_samples):
        return dict(loss_cls=self.loss_cls(cls_scores, data_samples))


class BrokenHead:
    def loss_by_feat(self, cls_scores, data_samples):
        return cls_scores.numpy()


def test_only_a_broken_head_is_mended():
    assert running._fails_on_bfloat16(BrokenHead) and not running._fails_on_bfloat16(FixedHead)
    mended = BaseHead.loss_by_feat
    compat.mend_mmaction()
    assert BaseHead.loss_by_feat is mended


def test_3d_convolutions_are_refused():
    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.Conv3d(1, 1, 1))
    wrapper = build_optim_wrapper(model, dict(
        type='CPUAmpOptimWrapper', optimizer=dict(type='SGD', lr=0.5)))
    with (pytest.raises(FitnessError, match='without --amp'), wrapper.optim_context(model)):
        pass
    with wrapper.optim_context(model[0]):
        assert model[0](torch.ones(1, 1, 1, 1)).dtype == torch.bfloat16


@pytest.mark.parametrize('name, head', [
    ('pose/res50_fitness.py', 'FitnessHeatmapHead'), ('pose/res50_fitness.py', 'HeatmapHead'),
    ('pose/rtmpose_m_fitness.py', 'FitnessRTMCCHead')])
def test_a_pose_estimator_takes_a_step_in_bfloat16(name, head, sample_root, monkeypatch):
    monkeypatch.setattr(launch, 'get_device', lambda: 'cpu')
    monkeypatch.setenv('FITNESS_DATA_ROOT', str(sample_root))
    cfg = Config.fromfile(REPO / 'configs' / name)
    init_default_scope(cfg.default_scope)
    cfg.model.head.type = head
    launch.use_amp(cfg)
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).train()
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)

    losses = model.train_step(pseudo_collate([dataset[0], dataset[1]]), wrapper)

    assert all(torch.isfinite(value).all() for value in losses.values())
    assert {'loss_kpt', 'acc_pose'} <= set(losses)
