# The deeper TSM, for ResNet-101.
_base_ = 'tsm_r18.py'

model = dict(backbone=dict(depth=34))
