# A network of limb directions and joint positions, pooled over the labelled frames of a whole clip;
# no frame is read.
_base_ = ['fitness_keypoints.py', 'schedule_10e.py', 'action_runtime.py']

model = dict(
    type='RecognizerGCN',
    data_preprocessor=dict(
        type='KeypointDataPreprocessor',
        num_frames=8,
        test_clips=2,  # every labelled frame has its say
        augments=[
            # a body from a little more to the side or above, and keypoints as a network predicts
            # them
            dict(type='RandomKeypointAffine', rotation_deg=10, stretch=0.2),
            dict(type='JitterKeypoints', sigma=0.02, bias=0.04, joint_dropout=0.01),
            dict(type='FlipKeypoints'),
        ]),
    backbone=dict(type='LimbNetwork', width=256, dropout_ratio=0.2),
    cls_head=dict(
        type='PostureHead',
        num_conditions=_base_.num_conditions,
        loss_conditions=dict(type='BCELossWithLogits', loss_weight=2.0),
        head=dict(type='GCNHead', in_channels=256, dropout=0.3)))

val_evaluator = [dict(type='FitnessAccMetric'), dict(type='FitnessPostureMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='posture/exact_match_predicted', rule='greater'))
