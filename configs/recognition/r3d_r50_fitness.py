# RGB only, convolutions over space and time.
_base_ = [
    '../_base_/r3d_r50.py', '../_base_/fitness_clips.py', '../_base_/schedule_10e.py',
    '../_base_/action_runtime.py'
]

model = dict(cls_head=dict(num_classes=_base_.num_classes))

as_clip = [dict(type='FormatShape', input_format='NCTHW'), _base_.pack]
train_dataloader = dict(
    dataset=dict(pipeline=[_base_.train_sampling, *_base_.frames, *as_clip]))
val_dataloader = dict(dataset=dict(pipeline=[_base_.val_sampling, *_base_.frames, *as_clip]))
test_dataloader = val_dataloader
