# The original study's pose estimator: ViTPose-B with the simple decoder (ReLU, bilinear x4, 3x3
# convolution). It started from COCO weights, of which the 17 shared keypoints keep their filters:
#   --cfg-options load_from=https://download.openmmlab.com/mmpose/v1/body_2d_keypoint/topdown_heatmap/coco/td-hm_ViTPose-base-simple_8xb64-210e_coco-256x192-0b8234ea_20230407.pth
_base_ = [
    '../_base_/fitness_pose.py', '../_base_/pose_schedule_10e.py', '../_base_/pose_runtime.py'
]

model = dict(
    type='TopdownPoseEstimator',
    backbone=dict(
        type='mmpretrain.VisionTransformer',
        arch='base',
        img_size=(256, 192),
        patch_size=16,
        qkv_bias=True,
        drop_path_rate=0.3,
        with_cls_token=False,
        out_type='featmap',
        patch_cfg=dict(padding=2)),
    neck=dict(type='FeatureMapProcessor', scale_factor=4.0, apply_relu=True),
    head=dict(
        type='FitnessHeatmapHead',
        in_channels=768,
        out_channels=24,
        deconv_out_channels=[],
        deconv_kernel_sizes=[],
        final_layer=dict(kernel_size=3, padding=1),
        loss=dict(type='KeypointMSELoss', use_target_weight=True),
        decoder=_base_.codec))
