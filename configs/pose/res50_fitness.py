# SimpleBaseline: ResNet-50 and three deconvolutions. COCO weights:
#   --cfg-options load_from=https://download.openmmlab.com/mmpose/v1/body_2d_keypoint/topdown_heatmap/coco/td-hm_res50_8xb64-210e_coco-256x192-04af38ce_20220923.pth
_base_ = [
    '../_base_/fitness_pose.py', '../_base_/pose_schedule_10e.py', '../_base_/pose_runtime.py'
]

model = dict(
    type='TopdownPoseEstimator',
    backbone=dict(type='ResNet', depth=50),
    head=dict(
        type='FitnessHeatmapHead',
        in_channels=2048,
        out_channels=24,
        loss=dict(type='KeypointMSELoss', use_target_weight=True),
        decoder=_base_.codec))
