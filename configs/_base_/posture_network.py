# Exercise and posture conditions from keypoints alone, of one view or of all that a clip has.
_base_ = ['fitness_keypoints.py', 'schedule_10e.py', 'action_runtime.py']
from fitness_mm.aihub.conditions import condition_kinds  # noqa: E402
from fitness_mm.aihub.index import select_exercises  # noqa: E402

model = dict(
    type='PostureRecognizer',
    data_preprocessor=dict(
        type='KeypointDataPreprocessor',
        in_space=True,
        augments=[
            dict(type='RandomCameraTurn', ratio=1.0, yaw_deg=20, pitch_deg=5),
            dict(type='RandomKeypointAffine', rotation_deg=5, stretch=0.1),
            dict(type='JitterKeypoints', sigma=0.005, joint_dropout=0.0),
            dict(type='FlipKeypoints'),
        ]),
    backbone=dict(type='PostureNetwork'),
    cls_head=dict(
        type='PostureHead',
        num_conditions=_base_.num_conditions,
        condition_kinds=condition_kinds(select_exercises(_base_.exercises)),
        loss_conditions=dict(type='BCELossWithLogits', loss_weight=2.0),
        head=dict(type='GCNHead', in_channels=1024, dropout=0.3)))

# Training sees every clip once an epoch: in space, as its views together tell, and in some views
# by themselves.
train_dataloader = dict(
    batch_size=64,
    sampler=dict(_delete_=True, type='DefaultSampler', shuffle=True),
    dataset=dict(multiview=True))
val_dataloader = dict(batch_size=256)
test_dataloader = dict(batch_size=256)

# What is kept is the mean of the last few hundred steps.
custom_hooks = [*_base_.custom_hooks,
                dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.008,
                     interval=2)]
val_evaluator = [dict(type='FitnessAccMetric'), dict(type='FitnessPostureMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='posture/exact_match_predicted', rule='greater'))
