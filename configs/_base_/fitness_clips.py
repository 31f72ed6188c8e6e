# Clip-views of the prepared data root, as eight consecutive labelled frames at 192x256.
dataset_type = 'FitnessClipDataset'
data_root = '{{$FITNESS_DATA_ROOT:data/fitness}}'
input_size = (192, 256)  # width, height

# The default split: five folds of performers, the first held out.
split = dict(split='performer', fold=0, num_folds=5)
pack = dict(
    type='PackActionInputs',
    algorithm_keys=('keypoints', ),
    meta_keys=('img_shape', 'clip', 'view', 'performer', 'frame_numbers'))

train_pipeline = [
    dict(type='SampleLabelledFrames', num_frames=8, random=True),
    dict(type='CropToUnionBox', margin=200 / 1080),
    dict(type='LoadLabelledFrames'),
    dict(type='Resize', scale=input_size, keep_ratio=False),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='FormatKeypoints'),
    pack,
]
val_pipeline = [
    dict(type='SampleLabelledFrames', num_frames=8, random=False),
    *train_pipeline[1:],
]

train_dataloader = dict(
    batch_size=32,
    num_workers=8,
    persistent_workers=False,
    drop_last=True,
    sampler=dict(type='ClassBalancedSampler'),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        exercises='seed',
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
        exercises='seed',
        subset='val',
        pipeline=val_pipeline,
        test_mode=True,
        **split))
test_dataloader = val_dataloader

val_evaluator = dict(type='FitnessAccMetric')
test_evaluator = val_evaluator
