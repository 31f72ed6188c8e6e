# Posture judgement from keypoints alone, on two CPU cores and the generated sample: the study's
# augmentation and schedule, and keypoints made as unsteady as predicted ones.
_base_ = '../study/stgcnpp.py'

model = dict(
    cls_head=dict(
        _delete_=True,
        type='PostureHead',
        num_conditions=_base_.num_conditions,
        head=_base_.model.cls_head))

train_dataloader = dict(dataset=dict(pipeline=[
    dict(type='SampleLabelledFrames', num_frames=16, mode='uniform'),
    _base_.crop,
    dict(type='CropKeypoints'),
    dict(type='JitterKeypoints'),
    _base_.random_crop,
    _base_.resize,
    _base_.random_flip,
    *_base_.as_graph]))
val_dataloader = dict(dataset=dict(pipeline=[
    dict(type='SampleLabelledFrames', num_frames=16, mode='uniform', random=False),
    _base_.crop,
    dict(type='CropKeypoints'),
    _base_.resize,
    *_base_.as_graph]))
test_dataloader = val_dataloader

val_evaluator = [dict(type='FitnessAccMetric'), dict(type='FitnessPostureMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='posture/exact_match_predicted', rule='greater'))
