# A network of limb directions and joint positions, pooled over the labelled frames of a whole clip;
# no frame is read.
_base_ = ['fitness_clips.py', 'schedule_10e.py', 'action_runtime.py']
from fitness_mm.keypoints.skeleton import LEFT_KEYPOINTS, RIGHT_KEYPOINTS  # noqa: E402

model = dict(
    type='RecognizerGCN',
    backbone=dict(type='LimbNetwork', width=256, dropout_ratio=0.2),
    cls_head=dict(
        type='PostureHead',
        num_conditions=_base_.num_conditions,
        loss_conditions=dict(type='BCELossWithLogits', loss_weight=2.0),
        head=dict(type='GCNHead', in_channels=256, dropout=0.3)))

crop = [_base_.crop, dict(type='CropKeypoints')]
as_graph = [dict(type='FormatGCNInput', num_person=1), _base_.pack]
train_dataloader = dict(
    dataset=dict(pipeline=[
        dict(type='SampleLabelledFrames', num_frames=8, mode='uniform'),
        *crop,
        # a body from a little more to the side or above, and keypoints as a network predicts them
        dict(type='RandomKeypointAffine', rotation_deg=10, stretch=0.2),
        dict(type='JitterKeypoints', sigma=0.02, dropout=0.01, bias=0.04),
        dict(type='Flip', flip_ratio=0.5, left_kp=LEFT_KEYPOINTS, right_kp=RIGHT_KEYPOINTS),
        *as_graph,
    ]))
val_dataloader = dict(
    dataset=dict(pipeline=[
        # Two clips of eight frames: every labelled frame has its say.
        dict(
            type='SampleLabelledFrames',
            num_frames=8,
            mode='uniform',
            random=False,
            num_clips=2),
        *crop,
        *as_graph,
    ]))
test_dataloader = val_dataloader
val_evaluator = [dict(type='FitnessAccMetric'), dict(type='FitnessPostureMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='posture/exact_match_predicted', rule='greater'))
