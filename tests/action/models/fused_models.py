"""Small recognisers with every fusion mode, and batches for them."""

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope

import fitness_mm.action  # noqa: F401  registers the recogniser

NORMALISE = dict(mean=[120., 110., 100.], std=[50., 60., 70.], format_shape='NCHW')
SIZE = (64, 48)  # height, width
TSM = dict(type='ResNetTSM', depth=18, num_segments=4)
PLAIN = dict(type='ResNet', depth=18)


def build(fusion=None, seed=0, backbone=TSM, pretrained=None, preprocessor=None, **kwargs):
    """A recogniser with a fusion mode, or the RGB one."""
    init_default_scope('mmaction')
    torch.manual_seed(seed)
    backbone = dict(backbone)
    if 'Res' in backbone['type'] and '.' not in backbone['type']:
        backbone['pretrained'] = pretrained
    if backbone['type'] == 'ResNetTSM':
        backbone['pretrained2d'] = pretrained is not None
    kind = 'HeatmapFusion' if fusion else 'Action'
    model = MODELS.build({
        **dict(type='HeatmapFusionRecognizer' if fusion else 'Recognizer2D',
               backbone=backbone,
               cls_head=dict(type='TSMHead', num_classes=5, in_channels=512, num_segments=4,
                             dropout_ratio=0.0, init_std=0.1),
               data_preprocessor=dict(type=f'{kind}DataPreprocessor', **NORMALISE,
                                      **(preprocessor or {}))),
        **(dict(fusion=fusion) if fusion else {}), **kwargs})
    model.init_weights()
    return model.eval()


def make_batch(shift_px=0.0, n=2, t=4, size=SIZE):
    generator = torch.manual_seed(3)
    inputs, samples = [], []
    for i in range(n):
        inputs.append(torch.randint(256, (t, 3, *size), dtype=torch.uint8, generator=generator))
        xy = torch.rand(t, 24, 2, generator=generator) * torch.tensor(size[::-1])
        sample = ActionDataSample().set_gt_label(i % 5)
        sample.keypoints = torch.cat([xy + shift_px, torch.ones(t, 24, 1)], -1)
        samples.append(sample)
    return dict(inputs=inputs, data_samples=samples)


def scores(model, batch):
    """Scores of every clip, (N, 5)."""
    data = model.data_preprocessor(batch)
    with torch.no_grad():
        return model(data['inputs'], mode='tensor', stage='head')
