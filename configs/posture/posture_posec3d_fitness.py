# Exercise and posture conditions from keypoints alone, as heatmaps of 48x64 in the crop.
_base_ = '../recognition/posec3d_fitness.py'

model = dict(
    # Frames from the whole clip: a condition may be broken in any part of a repetition.
    data_preprocessor=dict(
        num_frames=16, mode='uniform', augments=[dict(type='JitterKeypoints')]),
    cls_head=dict(
        _delete_=True,
        type='PostureHead',
        num_conditions=_base_.num_conditions,
        head=_base_.model.cls_head))

val_evaluator = [dict(type='FitnessAccMetric'), dict(type='FitnessPostureMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='posture/exact_match_predicted', rule='greater'))
