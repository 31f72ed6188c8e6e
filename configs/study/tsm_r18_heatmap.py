# sigma in pixels of the smaller input; the larger peak lets a network from scratch see the maps
# within a few epochs.
_base_ = ['../_base_/tsm_r50_heatmap.py', '../_base_/study.py']

model = dict(
    backbone=dict(depth=18),
    cls_head=dict(num_classes=_base_.num_classes, in_channels=512),
    data_preprocessor=dict(sigma=1.5, amplitude=8.0))
