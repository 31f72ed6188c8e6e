# Exercise and posture conditions in one network: the heatmap recogniser with a logit for every
# exercise-condition pair beside the exercises'. Another fusion: model.fusion='stem' or 'sum'.
_base_ = '../tsm_r50_heatmap_fitness.py'

model = dict(
    cls_head=dict(
        _delete_=True,
        type='PostureHead',
        num_conditions=_base_.num_conditions,
        head=_base_.model.cls_head))

# Frames from the whole clip: a condition may be broken in any part of a repetition.
train_dataloader = dict(dataset=dict(pipeline=[
    dict(type='SampleLabelledFrames', num_frames=8, mode='uniform'),
    *_base_.frames, *_base_.as_images]))
val_dataloader = dict(dataset=dict(pipeline=[
    dict(type='SampleLabelledFrames', num_frames=8, mode='uniform', random=False, num_clips=2),
    *_base_.frames, *_base_.as_images]))
test_dataloader = val_dataloader

val_evaluator = [dict(type='FitnessAccMetric'), dict(type='FitnessPostureMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='posture/exact_match_predicted', rule='greater'))
