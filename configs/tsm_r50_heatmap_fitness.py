# RGB and 24 keypoint heatmaps through a 27-channel stem, the original study's recipe: 8 consecutive
# labelled frames at 192x256, sigma 5 px, AdamW 5e-5, batch 32, 10 epochs, from scratch.
_base_ = [
    '_base_/tsm_r50_heatmap.py', '_base_/fitness_clips.py', '_base_/schedule_10e.py',
    '_base_/action_runtime.py'
]

model = dict(cls_head=dict(num_classes=_base_.num_classes))
