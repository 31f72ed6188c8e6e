# The limb network on a generated sample of labels alone: 1,200 clips of 25 people take no longer to
# make than the images of 50 clips, and posture takes more clips to learn than exercises do.
_base_ = '../posture/posture_limbs_fitness.py'
import os  # noqa: E402

from fitness_mm.engine.schedules import warm_up_then_cosine  # noqa: E402

data_root = os.environ.get('FITNESS_DATA_ROOT', 'data/fitness_sample_labels')
# Samples this small cost more to send between processes than to make.
train_dataloader = dict(num_workers=0, dataset=dict(data_root=data_root))
val_dataloader = dict(num_workers=0, batch_size=64, dataset=dict(data_root=data_root))
test_dataloader = val_dataloader

max_epochs = 30
train_cfg = dict(max_epochs=max_epochs, val_interval=10)
optim_wrapper = dict(optimizer=dict(lr=2e-3))
param_scheduler = warm_up_then_cosine(max_epochs)
