# Exercise and posture conditions from keypoints alone, made as unsteady as predicted ones.
_base_ = '../recognition/stgcnpp_fitness.py'
from fitness_mm.engine.schedules import warm_up_then_cosine  # noqa: E402

model = dict(
    # Frames from the whole clip: a condition may be broken in any part of a repetition.
    data_preprocessor=dict(
        num_frames=16, mode='uniform', augments=[dict(type='JitterKeypoints')]),
    cls_head=dict(
        _delete_=True,
        type='PostureHead',
        num_conditions=_base_.num_conditions,
        head=_base_.model.cls_head))

max_epochs = 5
train_cfg = dict(max_epochs=max_epochs)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = warm_up_then_cosine(max_epochs)

val_evaluator = [dict(type='FitnessAccMetric'), dict(type='FitnessPostureMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='posture/exact_match_predicted', rule='greater'))
