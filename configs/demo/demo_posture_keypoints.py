# The posture network on a generated sample of labels alone: 4,800 clips of 25 people take no longer
# to make than the images of 120 clips, and posture takes more clips to learn than exercises do.
_base_ = '../posture/posture_keypoints_fitness.py'
import os  # noqa: E402

from fitness_mm.engine.schedules import warm_up_then_cosine  # noqa: E402

data_root = os.environ.get('FITNESS_DATA_ROOT', 'data/fitness_sample_labels')
# Fewer epochs than of real labels, so smaller batches and a lower rate.
train_dataloader = dict(batch_size=32, dataset=dict(data_root=data_root))
optim_wrapper = dict(optimizer=dict(lr=9e-4))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader

# Keypoints as the demo's own pose estimator predicts them.
model = dict(data_preprocessor=dict(augments=[
    dict(type='RandomCameraTurn', ratio=1.0, yaw_deg=15, pitch_deg=5),
    dict(type='RandomKeypointAffine', rotation_deg=10, stretch=0.2),
    dict(type='JitterKeypoints', sigma=0.02, bias=0.04, joint_dropout=0.01),
    dict(type='FlipKeypoints'),
]))

max_epochs = 16
train_cfg = dict(max_epochs=max_epochs, val_interval=8)
param_scheduler = warm_up_then_cosine(max_epochs)
