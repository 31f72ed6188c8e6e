# Clip-views of the prepared data root, as eight consecutive labelled frames at 192x256.
_base_ = []  # makes this a text config, which may import
import os  # noqa: E402

from fitness_mm.aihub.index import select_exercises  # noqa: E402

# The original study's twelve; 'all' for the 41, or names with commas between them.
# FITNESS_EXERCISES=all, or 'barbell row,barbell squat', does it without an edit.
exercises = '{{$FITNESS_EXERCISES:study}}'
num_classes = len(select_exercises(exercises))
# of every exercise, for posture judgement
num_conditions = [len(exercise.conditions) for exercise in select_exercises(exercises)]

dataset_type = 'FitnessClipDataset'
data_root = os.environ.get('FITNESS_DATA_ROOT', 'data/fitness')
input_size = (192, 256)  # width, height

# The default split: five folds of performers, the first held out.
split = dict(split='performer', fold=0, num_folds=5)
pack = dict(
    type='PackActionInputs',
    algorithm_keys=('keypoints', 'frame_mask', 'gt_conditions'),
    meta_keys=('img_shape', 'clip', 'view', 'performer', 'frame_numbers'))

# The parts of a pipeline: which frames, their pixels, and the network's format.
train_sampling = dict(type='SampleLabelledFrames', num_frames=8, random=True)
val_sampling = dict(type='SampleLabelledFrames', num_frames=8, random=False)
crop = dict(type='CropToUnionBox')
frames = [
    crop,
    dict(type='LoadLabelledFrames'),
    dict(type='Resize', scale=input_size, keep_ratio=False),
]
as_images = [
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='FormatKeypoints'),
    pack,
]
train_pipeline = [train_sampling, *frames, *as_images]
val_pipeline = [val_sampling, *frames, *as_images]

train_dataloader = dict(
    batch_size=32,
    num_workers=8,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='ClassBalancedSampler'),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        exercises=exercises,
        subset='train',
        pipeline=train_pipeline,
        **split))
val_dataloader = dict(
    batch_size=32,
    num_workers=8,
    persistent_workers=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        exercises=exercises,
        subset='val',
        pipeline=val_pipeline,
        test_mode=True,
        **split))
test_dataloader = val_dataloader

val_evaluator = dict(type='FitnessAccMetric')
test_evaluator = val_evaluator
