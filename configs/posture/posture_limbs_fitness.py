# Exercise and posture conditions from keypoints alone, with a small network: no GPU is
# needed.
_base_ = '../_base_/limbs.py'
from fitness_mm.engine.schedules import warm_up_then_cosine  # noqa: E402

max_epochs = 20
train_cfg = dict(max_epochs=max_epochs)
optim_wrapper = dict(optimizer=dict(lr=1e-3, weight_decay=0.05))
param_scheduler = warm_up_then_cosine(max_epochs)
