# RGB only, an LSTM over the frames' features in place of temporal shifts.
_base_ = [
    '../_base_/lstm_r50.py', '../_base_/fitness_clips.py', '../_base_/schedule_10e.py',
    '../_base_/action_runtime.py'
]

model = dict(cls_head=dict(num_classes=_base_.num_classes))
