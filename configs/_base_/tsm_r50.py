# TSM-ResNet-50 over eight RGB frames, from scratch.
model = dict(
    type='Recognizer2D',
    backbone=dict(
        type='ResNetTSM',
        depth=50,
        num_segments=8,
        shift_div=8,
        norm_eval=False,
        pretrained=None,
        pretrained2d=False),
    cls_head=dict(
        type='TSMHead',
        num_classes=12,
        in_channels=2048,
        num_segments=8,
        spatial_type='avg',
        consensus=dict(type='AvgConsensus', dim=1),
        dropout_ratio=0.5,
        is_shift=True,
        average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCHW'))
