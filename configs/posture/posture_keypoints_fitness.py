# Exercise and posture conditions from keypoints alone, with a small network that judges the body in
# space, here from single views: no GPU is needed.
_base_ = '../_base_/posture_network.py'
from fitness_mm.engine.schedules import warm_up_then_cosine  # noqa: E402

max_epochs = 100
train_cfg = dict(max_epochs=max_epochs, val_interval=20)
optim_wrapper = dict(
    optimizer=dict(lr=1.2e-3, weight_decay=0.05, fused=True),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0),
    clip_grad=dict(max_norm=10.0))
param_scheduler = warm_up_then_cosine(max_epochs)
