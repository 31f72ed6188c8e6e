# The heatmap recogniser small enough for two CPU cores and the generated sample: a quarter of the
# resolution, ResNet-18, frames from the whole clip, a schedule of minutes.
_base_ = '../tsm_r50_heatmap_fitness.py'
import os  # noqa: E402

from fitness_mm.engine.schedules import warm_up_then_cosine  # noqa: E402

data_root = os.environ.get('FITNESS_DATA_ROOT', 'data/fitness_sample')
input_size = (48, 64)  # width, height

model = dict(
    backbone=dict(depth=18),
    cls_head=dict(in_channels=512, dropout_ratio=0.3),
    data_preprocessor=dict(sigma=1.5, amplitude=8.0))

load = [
    dict(type='CropToUnionBox', margin=0.22),
    dict(type='LoadLabelledFrames'),
]
pack = [
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='FormatKeypoints'),
    _base_.pack,
]
train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    dataset=dict(
        data_root=data_root,
        pipeline=[
            dict(type='SampleLabelledFrames', num_frames=8, mode='uniform'),
            *load,
            dict(type='RandomResizedCrop', area_range=(0.7, 1.0), aspect_ratio_range=(0.6, 0.95)),
            dict(type='Resize', scale=input_size, keep_ratio=False),
            dict(
                type='Flip',
                flip_ratio=0.5,
                left_kp=[1, 3, 5, 7, 9, 11, 13, 15, 18, 22],
                right_kp=[2, 4, 6, 8, 10, 12, 14, 16, 19, 23]),
            dict(type='ColorJitter', brightness=0.3, contrast=0.3, saturation=0.3, hue=0.05),
            *pack,
        ]))
val_dataloader = dict(
    num_workers=2,
    dataset=dict(
        data_root=data_root,
        pipeline=[
            # Two clips of eight frames: every labelled frame has its say.
            dict(
                type='SampleLabelledFrames',
                num_frames=8,
                mode='uniform',
                random=False,
                num_clips=2),
            *load,
            dict(type='Resize', scale=input_size, keep_ratio=False),
            *pack,
        ]))
test_dataloader = val_dataloader

max_epochs = 13
train_cfg = dict(max_epochs=max_epochs, val_interval=5)
optim_wrapper = dict(optimizer=dict(lr=1e-3, weight_decay=0.05))
param_scheduler = warm_up_then_cosine(max_epochs)
