_base_ = ['../_base_/posec3d.py', '../_base_/study.py']

model = dict(
    backbone=dict(depth=18, stage_blocks=(2, 2, 2)),
    cls_head=dict(num_classes=_base_.num_classes, in_channels=128))

as_maps = [
    dict(type='Resize', scale=(24, 32), keep_ratio=False),
    dict(type='KeypointsToCentres'),
    dict(type='GeneratePoseTarget', sigma=0.6),
    dict(type='FormatShape', input_format='NCTHW_Heatmap'),
    _base_.pack,
]
train_dataloader = dict(dataset=dict(pipeline=[*_base_.train_keypoints, *as_maps]))
val_dataloader = dict(dataset=dict(pipeline=[*_base_.val_keypoints, *as_maps]))
test_dataloader = val_dataloader
