# A pose estimator small enough for two CPU cores and the generated sample: the first three stages
# of a ResNet-18 of half the width, a quarter of the resolution, a schedule of minutes. Small
# batches: from scratch, the number of steps matters more than their size.
_base_ = '../pose/res50_fitness.py'
import os  # noqa: E402

from fitness_mm.engine.schedules import warm_up_then_cosine  # noqa: E402

data_root = os.environ.get('FITNESS_DATA_ROOT', 'data/fitness_sample')
codec = dict(
    type='MSRAHeatmap',
    input_size=(96, 128),
    heatmap_size=(24, 32),
    sigma=1.5,
    unbiased=True,
    blur_kernel_size=7)

model = dict(
    backbone=dict(
        depth=18,
        base_channels=32,
        stem_channels=32,
        num_stages=3,
        strides=(1, 2, 2),
        dilations=(1, 1, 1),
        out_indices=(2, )),
    head=dict(
        in_channels=128,
        deconv_out_channels=(128, 128),
        deconv_kernel_sizes=(4, 4),
        decoder=codec))

train_pipeline = [
    dict(type='LoadLabelledFrame'),
    dict(type='UnionBoxCenterScale', margin=0.22),
    dict(
        type='RandomBBoxTransform',
        shift_factor=0.05,
        scale_factor=(0.85, 1.15),
        rotate_factor=15,
        rotate_prob=0.5),
    dict(type='LabelledFrameAffine', input_size=codec['input_size'], keep_ratio=False),
    dict(type='PhotometricDistortion', hue_delta=90),
    dict(type='GenerateTarget', encoder=codec),
    _base_.pack,
]
val_pipeline = [
    dict(type='LoadLabelledFrame'),
    dict(type='UnionBoxCenterScale', margin=0.22),
    dict(type='LabelledFrameAffine', input_size=codec['input_size'], keep_ratio=False),
    _base_.pack,
]
train_dataloader = dict(
    batch_size=8, num_workers=1, dataset=dict(data_root=data_root, pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=64, num_workers=1, dataset=dict(data_root=data_root, pipeline=val_pipeline))
test_dataloader = val_dataloader

max_epochs = 48
train_cfg = dict(max_epochs=max_epochs, val_interval=16)
optim_wrapper = dict(optimizer=dict(lr=1e-3), paramwise_cfg=dict(_delete_=True))
param_scheduler = warm_up_then_cosine(max_epochs)
