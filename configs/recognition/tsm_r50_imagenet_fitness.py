# From ImageNet weights of torchvision instead of from scratch.
_base_ = 'tsm_r50_fitness.py'

model = dict(
    backbone=dict(
        pretrained='torchvision://resnet50',
        pretrained2d=True))
