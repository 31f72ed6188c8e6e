# What the study's models share, so that each can be trained in minutes on two CPU cores: the
# generated sample, a quarter of the resolution, frames from the whole clip and augmentation.
# Everything else is that of the full-size configs.
_base_ = ['fitness_clips.py', 'study_schedule.py', 'action_runtime.py']
import os  # noqa: E402

from fitness_mm.keypoints.skeleton import LEFT_KEYPOINTS, RIGHT_KEYPOINTS  # noqa: E402

data_root = os.environ.get('FITNESS_DATA_ROOT', 'data/fitness_sample')
input_size = (48, 64)  # width, height

train_sampling = dict(type='SampleLabelledFrames', num_frames=8, mode='uniform')
# Two clips of eight frames: every labelled frame has its say.
val_sampling = dict(
    type='SampleLabelledFrames', num_frames=8, mode='uniform', random=False, num_clips=2)
crop = dict(type='CropToUnionBox', margin=0.22)
resize = dict(type='Resize', scale=input_size, keep_ratio=False)
random_crop = dict(
    type='RandomResizedCrop', area_range=(0.7, 1.0), aspect_ratio_range=(0.6, 0.95))
random_flip = dict(
    type='Flip', flip_ratio=0.5, left_kp=LEFT_KEYPOINTS, right_kp=RIGHT_KEYPOINTS)

train_frames = [
    train_sampling, crop,
    dict(type='LoadLabelledFrames'), random_crop, resize, random_flip,
    dict(type='ColorJitter', brightness=0.3, contrast=0.3, saturation=0.3, hue=0.05)
]
val_frames = [val_sampling, crop, dict(type='LoadLabelledFrames'), resize]

train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    dataset=dict(data_root=data_root, pipeline=[*train_frames, *_base_.as_images]))
val_dataloader = dict(
    num_workers=2,
    dataset=dict(data_root=data_root, pipeline=[*val_frames, *_base_.as_images]))
test_dataloader = val_dataloader
