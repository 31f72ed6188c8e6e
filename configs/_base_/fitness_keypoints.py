# Clip-views as keypoints alone, a batch at a time; model.data_preprocessor chooses the frames and
# augments them.
_base_ = 'fitness_clips.py'

dataset = dict(
    _delete_=True,
    type='FitnessKeypointDataset',
    data_root=_base_.data_root,
    exercises=_base_.exercises,
    **_base_.split)
train_dataloader = dict(num_workers=0, dataset=dict(subset='train', **dataset))
val_dataloader = dict(num_workers=0, dataset=dict(subset='val', test_mode=True, **dataset))
test_dataloader = val_dataloader
