# What all of the study's models share: a schedule of twelve epochs.
_base_ = 'schedule_10e.py'
from fitness_mm.engine.schedules import warm_up_then_cosine  # noqa: E402

max_epochs = 12
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
optim_wrapper = dict(optimizer=dict(lr=1e-3, weight_decay=0.05))
param_scheduler = warm_up_then_cosine(max_epochs)
