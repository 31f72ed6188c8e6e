# The same network and training, which judges a clip from all the views that it has.
_base_ = 'posture_keypoints_fitness.py'

val_dataloader = dict(batch_size=64, dataset=dict(multiview=True))
test_dataloader = val_dataloader
