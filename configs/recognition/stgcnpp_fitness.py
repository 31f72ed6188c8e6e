# Keypoints only, as the nodes of a graph, in the crop that the RGB networks see.
_base_ = [
    '../_base_/stgcnpp.py', '../_base_/fitness_clips.py', '../_base_/schedule_10e.py',
    '../_base_/action_runtime.py'
]

model = dict(cls_head=dict(num_classes=_base_.num_classes))

as_graph = [
    dict(type='PreNormalize2D'),
    dict(type='FormatGCNInput', num_person=1),
    _base_.pack,
]
joints = [_base_.crop, dict(type='CropKeypoints'), *as_graph]
train_dataloader = dict(dataset=dict(pipeline=[_base_.train_sampling, *joints]))
val_dataloader = dict(dataset=dict(pipeline=[_base_.val_sampling, *joints]))
test_dataloader = val_dataloader
