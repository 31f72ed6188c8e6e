# Keypoints only, as heatmaps of 48x64 in the crop that the RGB networks see.
_base_ = [
    '../_base_/posec3d.py', '../_base_/fitness_keypoints.py', '../_base_/schedule_10e.py',
    '../_base_/action_runtime.py'
]

model = dict(
    data_preprocessor=dict(
        type='KeypointDataPreprocessor', num_frames=8, mode='consecutive', heatmap_size=(48, 64)),
    cls_head=dict(num_classes=_base_.num_classes))
