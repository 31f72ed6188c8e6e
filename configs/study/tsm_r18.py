_base_ = ['../_base_/tsm_r50.py', '../_base_/study.py']

model = dict(
    backbone=dict(depth=18),
    cls_head=dict(num_classes=_base_.num_classes, in_channels=512))
