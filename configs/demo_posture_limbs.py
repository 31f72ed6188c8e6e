# The limb network on the generated sample, in a minute of two CPU cores.
_base_ = 'posture_limbs_fitness.py'
from fitness_mm.engine.schedules import warm_up_then_cosine  # noqa: E402

data_root = '{{$FITNESS_DATA_ROOT:data/fitness_sample}}'
train_dataloader = dict(num_workers=2, dataset=dict(data_root=data_root))
val_dataloader = dict(num_workers=1, batch_size=64, dataset=dict(data_root=data_root))
test_dataloader = val_dataloader

max_epochs = 80
train_cfg = dict(max_epochs=max_epochs, val_interval=20)
optim_wrapper = dict(optimizer=dict(lr=2e-3))
param_scheduler = warm_up_then_cosine(max_epochs)
