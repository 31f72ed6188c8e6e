# The study's models that see only keypoints: frames, crop and augmentation as near to those of the
# others, in study.py, as keypoints allow.
_base_ = ['fitness_keypoints.py', 'study_schedule.py', 'action_runtime.py']
import os  # noqa: E402

data_root = os.environ.get('FITNESS_DATA_ROOT', 'data/fitness_sample')
data_preprocessor = dict(
    type='KeypointDataPreprocessor',
    num_frames=8,
    test_clips=2,  # every labelled frame has its say
    margin=0.22,
    augments=[
        dict(type='RandomKeypointAffine', rotation_deg=0, stretch=0.1, zoom=0.1, shift=0.1),
        dict(type='FlipKeypoints'),
    ])
train_dataloader = dict(batch_size=8, dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader
