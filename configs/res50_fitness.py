# SimpleBaseline: ResNet-50 and three deconvolutions.
_base_ = [
    '_base_/fitness_pose.py', '_base_/pose_schedule_10e.py', '_base_/pose_runtime.py'
]

model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375]),
    backbone=dict(type='ResNet', depth=50),
    head=dict(
        type='HeatmapHead',
        in_channels=2048,
        out_channels=24,
        loss=dict(type='KeypointMSELoss', use_target_weight=True),
        decoder=_base_.codec))
