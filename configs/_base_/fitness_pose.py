# Labelled frames of the prepared data root, the crop of the whole clip-view squeezed to 192x256.
#
# The training error, which the original study reports too, is that of the training part:
#   tools/test.py CONFIG CHECKPOINT --cfg-options test_dataloader.dataset.subset=train
# Its arg-max decoding:  --cfg-options model.head.decoder.type=ArgmaxHeatmap
_base_ = []  # makes this a text config, which may import
import os  # noqa: E402

dataset_type = 'FitnessPoseDataset'
data_root = os.environ.get('FITNESS_DATA_ROOT', 'data/fitness')
# The original study's twelve; 'all' for the 41, or a list of names.
exercises = '{{$FITNESS_EXERCISES:study}}'

# Targets and decoding below the pixel (DARK).
codec = dict(
    type='MSRAHeatmap', input_size=(192, 256), heatmap_size=(48, 64), sigma=2, unbiased=True)

# Mean and deviation of ImageNet, in RGB as frames are loaded.
model = dict(
    data_preprocessor=dict(
        type='PoseDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375]))

# The default split: five folds of performers, the first held out.
split = dict(split='performer', fold=0, num_folds=5)
pack = dict(
    type='PackPoseInputs',
    meta_keys=('id', 'img_id', 'img_path', 'category_id', 'ori_shape', 'img_shape', 'input_size',
               'input_center', 'input_scale', 'flip_indices', 'dataset_name', 'clip_view',
               'frame_number', 'view', 'performer', 'exercise', 'day', 'torso'))

# The original study's: colour jitter and an affine transformation, no flip. Its strengths are not
# known.
train_pipeline = [
    dict(type='LoadLabelledFrame'),
    dict(type='UnionBoxCenterScale'),
    dict(
        type='RandomBBoxTransform',
        shift_factor=0.1,
        scale_factor=(0.8, 1.2),
        rotate_factor=30,
        rotate_prob=0.5),
    dict(type='LabelledFrameAffine', input_size=codec['input_size'], keep_ratio=False),
    dict(type='PhotometricDistortion'),
    dict(type='GenerateTarget', encoder=codec),
    pack,
]
val_pipeline = [
    dict(type='LoadLabelledFrame'),
    dict(type='UnionBoxCenterScale'),
    dict(type='LabelledFrameAffine', input_size=codec['input_size'], keep_ratio=False),
    pack,
]

train_dataloader = dict(
    batch_size=32,
    num_workers=8,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        exercises=exercises,
        subset='train',
        frames='random',
        pipeline=train_pipeline,
        **split))
val_dataloader = dict(
    batch_size=32,
    num_workers=8,
    persistent_workers=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        exercises=exercises,
        subset='val',
        frames='first',
        pipeline=val_pipeline,
        test_mode=True,
        **split))
test_dataloader = val_dataloader

val_evaluator = dict(type='FitnessMPJPE')
test_evaluator = val_evaluator
