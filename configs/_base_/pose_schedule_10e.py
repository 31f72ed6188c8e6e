# The original study's schedule: AdamW, the head five times as fast as the backbone, 5 of 10 epochs
# of linear warm-up, batch 32.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=10, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=1e-4, weight_decay=0.01),
    paramwise_cfg=dict(custom_keys={'head.': dict(lr_mult=5.0)}))
param_scheduler = [
    dict(
        type='LinearLR', start_factor=0.001, begin=0, end=5, by_epoch=True,
        convert_to_iter_based=True)
]
auto_scale_lr = dict(enable=False, base_batch_size=32)
