# A 3D ResNet-50 over eight RGB frames, from scratch: 3x3x3 convolutions in every block, time halved
# where space is (Hara et al., "Can Spatiotemporal 3D CNNs Retrace the History of 2D CNNs and
# ImageNet?", CVPR 2018), but not by the stem.
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='ResNet3d',
        depth=50,
        pretrained=None,
        conv1_kernel=(7, 7, 7),
        temporal_strides=(1, 2, 2, 2),
        with_pool2=False,
        inflate_style='3x3x3',
        norm_eval=False),
    cls_head=dict(
        type='I3DHead',
        num_classes=12,
        in_channels=2048,
        spatial_type='avg',
        dropout_ratio=0.5,
        average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCTHW'))
