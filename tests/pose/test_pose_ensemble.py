import copy

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmengine.structures import InstanceData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from fitness_mm.errors import FitnessError
from fitness_mm.pose import PoseEnsemble

SMALL = dict(type='ResNet', depth=18, num_stages=1, out_indices=(0, ), strides=(1, ),
             dilations=(1, ), base_channels=8, stem_channels=8)
CODECS = dict(
    heatmap=dict(type='ArgmaxHeatmap', input_size=(48, 64), heatmap_size=(24, 32), sigma=1.5),
    simcc=dict(type='SimCCLabel', input_size=(48, 64), sigma=2.0))
HEADS = dict(
    heatmap=dict(type='FitnessHeatmapHead', deconv_out_channels=(6, ), deconv_kernel_sizes=(4, )),
    simcc=dict(type='FitnessRTMCCHead', input_size=(48, 64), in_featuremap_size=(12, 16),
               gau_cfg=dict(hidden_dims=16, s=8, expansion_factor=2, dropout_rate=0.,
                            drop_path=0., act_fn='SiLU', use_rel_bias=False, pos_enc=False)))


def member(kind):
    return dict(
        type='TopdownPoseEstimator',
        data_preprocessor=dict(type='PoseDataPreprocessor', mean=[0.0] * 3, std=[255.0] * 3),
        backbone=SMALL,
        head=dict(in_channels=8, out_channels=24, decoder=CODECS[kind], **HEADS[kind]))


@pytest.fixture(params=HEADS)
def trained(request, tmp_path):
    """Config of the members, the members, and their checkpoints."""
    init_default_scope('mmpose')
    models, files = [], []
    for seed in range(3):
        torch.manual_seed(seed)
        model = MODELS.build(member(request.param)).eval()
        torch.nn.init.normal_(model.head.final_layer.weight)
        models.append(model)
        files.append(str(tmp_path / f'{seed}.pth'))
        torch.save(dict(state_dict=model.state_dict()), files[-1])
    return member(request.param), models, files


def batch():
    generator = torch.Generator().manual_seed(0)
    samples = []
    for i in range(2):
        sample = PoseDataSample(metainfo=dict(
            input_size=(48, 64), input_scale=np.array([96.0, 64.0]),
            input_center=np.array([50.0 + i, 40.0])))
        sample.gt_instances = InstanceData(bboxes=np.zeros((1, 4)), bbox_scores=np.ones(1))
        samples.append(sample)
    images = torch.randint(0, 255, (2, 3, 64, 48), generator=generator, dtype=torch.uint8)
    return dict(inputs=list(images), data_samples=samples)


def test_mean_of_the_outputs_is_decoded_once(trained):
    config, models, files = trained
    ensemble = MODELS.build(dict(type='PoseEnsemble', member=config, checkpoints=files)).eval()
    assert isinstance(ensemble, PoseEnsemble)
    data = ensemble.data_preprocessor(batch())
    with torch.no_grad():
        outputs = [model(data['inputs'], None) for model in models]
        mean = ensemble(**data)
        predicted = ensemble.test_step(batch())
    if isinstance(mean, tuple):
        mean = tuple(part.numpy() for part in mean)
        expected = [sum(o[i].numpy() for o in outputs) / 3 for i in range(2)]
    else:
        mean, expected = [mean.numpy()], [sum(o.numpy() for o in outputs) / 3]
    for part, by_hand in zip(mean, expected, strict=True):
        np.testing.assert_allclose(part, by_hand, rtol=1e-4, atol=1e-5)
    decoded = [ensemble.members[0].head.decoder.decode(*(part[i] for part in mean))[0]
               for i in range(2)]
    for sample, keypoints in zip(predicted, decoded, strict=True):
        center, scale = sample.input_center, sample.input_scale
        np.testing.assert_allclose(sample.pred_instances.keypoints,
                                   keypoints / (48, 64) * scale + center - 0.5 * scale, rtol=1e-5)


def test_a_members_checkpoint_stands_for_the_ensembles(trained, tmp_path):
    config, _, files = trained
    ensemble = MODELS.build(dict(type='PoseEnsemble', member=config, checkpoints=files[:2]))
    before = copy.deepcopy(ensemble.state_dict())
    load_checkpoint(ensemble, files[1], strict=True)
    for name, value in ensemble.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
    with pytest.raises(ValueError, match="none of the ensemble's members"):
        load_checkpoint(ensemble, files[2])
    # its own checkpoint is one like any other
    for value in before.values():
        value.zero_()
    torch.save(before, tmp_path / 'ensemble.pth')
    load_checkpoint(ensemble, str(tmp_path / 'ensemble.pth'), strict=True)
    assert not any(value.any() for value in ensemble.state_dict().values())


@pytest.mark.parametrize('change, error, message', [
    (dict(checkpoints=[]), ValueError, 'at least one'),
    (dict(checkpoints=['no/such.pth']), FitnessError, "no checkpoint 'no/such.pth'"),
    (dict(member=dict(member('heatmap'), test_cfg=dict(flip_test=True))), ValueError, 'flip_test'),
])
def test_what_cannot_be_averaged_is_refused(change, error, message):
    init_default_scope('mmpose')
    config = dict(type='PoseEnsemble', member=member('heatmap'), checkpoints=['x.pth'])
    with pytest.raises(error, match=message):
        MODELS.build({**config, **change})


def test_an_ensemble_does_not_train(trained):
    config, _, files = trained
    ensemble = MODELS.build(dict(type='PoseEnsemble', member=config, checkpoints=files[:1]))
    with pytest.raises(RuntimeError, match='train its members'):
        ensemble(torch.zeros(1, 3, 64, 48), mode='loss')
