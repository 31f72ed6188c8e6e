_base_ = ['../_base_/r3d_r50.py', '../_base_/study.py']

model = dict(
    backbone=dict(depth=18),
    cls_head=dict(num_classes=_base_.num_classes, in_channels=512))

as_clip = [dict(type='FormatShape', input_format='NCTHW'), _base_.pack]
train_dataloader = dict(dataset=dict(pipeline=[*_base_.train_frames, *as_clip]))
val_dataloader = dict(dataset=dict(pipeline=[*_base_.val_frames, *as_clip]))
test_dataloader = val_dataloader
