# The heatmap kernels start at zero, so this begins as the network of tsm_r50_imagenet_fitness.py.
_base_ = '../tsm_r50_heatmap_fitness.py'

model = dict(
    backbone=dict(
        pretrained='torchvision://resnet50',
        pretrained2d=True))
