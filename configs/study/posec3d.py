_base_ = ['../_base_/posec3d.py', '../_base_/study_keypoints.py']

model = dict(
    data_preprocessor=dict(heatmap_size=(24, 32), **_base_.data_preprocessor),
    backbone=dict(depth=18, stage_blocks=(2, 2, 2)),
    cls_head=dict(num_classes=_base_.num_classes, in_channels=128))
