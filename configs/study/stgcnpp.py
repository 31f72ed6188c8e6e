# Full-size: it is small enough.
_base_ = ['../_base_/stgcnpp.py', '../_base_/study.py']

model = dict(
    cls_head=dict(num_classes=_base_.num_classes))

as_graph = [
    dict(type='PreNormalize2D'),
    dict(type='FormatGCNInput', num_person=1),
    _base_.pack,
]
train_dataloader = dict(dataset=dict(pipeline=[*_base_.train_keypoints, *as_graph]))
val_dataloader = dict(dataset=dict(pipeline=[*_base_.val_keypoints, *as_graph]))
test_dataloader = val_dataloader
