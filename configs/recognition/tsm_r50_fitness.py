# RGB only: the baseline of tsm_r50_heatmap_fitness.py.
_base_ = [
    '../_base_/tsm_r50.py', '../_base_/fitness_clips.py', '../_base_/schedule_10e.py',
    '../_base_/action_runtime.py'
]

model = dict(cls_head=dict(num_classes=_base_.num_classes))
