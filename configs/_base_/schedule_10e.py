# The original study's schedule: AdamW at a constant rate, 10 epochs, batch 32.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=10, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(optimizer=dict(type='AdamW', lr=5e-5, weight_decay=0.01))
auto_scale_lr = dict(enable=False, base_batch_size=32)
