# As in the TSM authors' code, every second block of a ResNet-101 shifts.
_base_ = 'tsm_r50_fitness.py'

model = dict(backbone=dict(depth=101))
