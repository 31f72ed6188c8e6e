# ResNet-50 and an LSTM over eight RGB frames, from scratch.
model = dict(
    type='Recognizer2D',
    backbone=dict(type='ResNet', depth=50, norm_eval=False),
    cls_head=dict(
        type='LSTMHead',
        num_classes=12,
        in_channels=2048,
        num_segments=8,
        average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCHW'))
