# The deeper TSM, for ResNet-101. At the others' learning rate it does not start to learn.
_base_ = 'tsm_r18.py'

model = dict(backbone=dict(depth=34))
optim_wrapper = dict(optimizer=dict(lr=3e-4))
