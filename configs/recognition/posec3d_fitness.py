# Keypoints only, as heatmaps of 48x64 in the crop that the RGB networks see.
_base_ = [
    '../_base_/posec3d.py', '../_base_/fitness_clips.py', '../_base_/schedule_10e.py',
    '../_base_/action_runtime.py'
]

model = dict(cls_head=dict(num_classes=_base_.num_classes))

maps = [
    _base_.crop,
    dict(type='CropKeypoints'),
    dict(type='Resize', scale=(48, 64), keep_ratio=False),
    dict(type='KeypointsToCentres'),
    dict(type='GeneratePoseTarget', sigma=0.6),
    dict(type='FormatShape', input_format='NCTHW_Heatmap'),
    _base_.pack,
]
train_dataloader = dict(dataset=dict(pipeline=[_base_.train_sampling, *maps]))
val_dataloader = dict(dataset=dict(pipeline=[_base_.val_sampling, *maps]))
test_dataloader = val_dataloader
