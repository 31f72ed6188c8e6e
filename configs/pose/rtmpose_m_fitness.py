# RTMPose-m: keypoints as two one-dimensional classifications (SimCC), the crop with its aspect
# ratio, flips and rotations as in the host's config, the schedule of this project. COCO weights:
#   --cfg-options load_from=https://download.openmmlab.com/mmpose/v1/projects/rtmposev1/rtmpose-m_simcc-coco_pt-aic-coco_420e-256x192-d8dd5ca4_20230127.pth
# or Halpe26 weights, which know toes:
#   --cfg-options load_from=https://download.openmmlab.com/mmpose/v1/projects/rtmposev1/rtmpose-m_simcc-body7_pt-body7-halpe26_700e-256x192-4d3e73dd_20230605.pth
_base_ = [
    '../_base_/fitness_pose.py', '../_base_/pose_schedule_10e.py', '../_base_/pose_runtime.py'
]

codec = dict(
    type='SimCCLabel',
    input_size=(192, 256),
    sigma=(4.9, 5.66),
    simcc_split_ratio=2.0,
    normalize=False,
    use_dark=False)

model = dict(
    type='TopdownPoseEstimator',
    backbone=dict(
        _scope_='mmdet',
        type='CSPNeXt',
        arch='P5',
        expand_ratio=0.5,
        deepen_factor=0.67,
        widen_factor=0.75,
        out_indices=(4, ),
        channel_attention=True,
        norm_cfg=dict(type='BN'),
        act_cfg=dict(type='SiLU')),
    head=dict(
        type='FitnessRTMCCHead',
        in_channels=768,
        out_channels=24,
        input_size=codec['input_size'],
        in_featuremap_size=(6, 8),
        simcc_split_ratio=codec['simcc_split_ratio'],
        final_layer_kernel_size=7,
        gau_cfg=dict(
            hidden_dims=256,
            s=128,
            expansion_factor=2,
            dropout_rate=0.,
            drop_path=0.,
            act_fn='SiLU',
            use_rel_bias=False,
            pos_enc=False),
        loss=dict(type='KLDiscretLoss', use_target_weight=True, beta=10., label_softmax=True),
        decoder=codec))

train_pipeline = [
    dict(type='LoadLabelledFrame'),
    dict(type='GetBBoxCenterScale'),
    dict(type='FlipLabelledFrame'),
    dict(type='RandomHalfBody'),
    dict(type='RandomBBoxTransform', scale_factor=(0.6, 1.4), rotate_factor=80),
    dict(type='LabelledFrameAffine', input_size=codec['input_size']),
    dict(type='PhotometricDistortion'),
    dict(type='GenerateTarget', encoder=codec),
    _base_.pack,
]
val_pipeline = [
    dict(type='LoadLabelledFrame'),
    dict(type='GetBBoxCenterScale'),
    dict(type='LabelledFrameAffine', input_size=codec['input_size']),
    _base_.pack,
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
