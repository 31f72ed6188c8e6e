# Posture judgement from keypoints alone, on two CPU cores and the generated sample: the study's
# augmentation and schedule, and keypoints made as unsteady as predicted ones.
_base_ = '../study/stgcnpp.py'

model = dict(
    data_preprocessor=dict(
        num_frames=16,
        test_clips=1,
        augments=[dict(type='JitterKeypoints'), *_base_.data_preprocessor.augments]),
    cls_head=dict(
        _delete_=True,
        type='PostureHead',
        num_conditions=_base_.num_conditions,
        head=_base_.model.cls_head))

val_evaluator = [dict(type='FitnessAccMetric'), dict(type='FitnessPostureMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='posture/exact_match_predicted', rule='greater'))
