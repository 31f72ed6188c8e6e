# Keypoints only, as the nodes of a graph, in the crop that the RGB networks see.
_base_ = [
    '../_base_/stgcnpp.py', '../_base_/fitness_keypoints.py', '../_base_/schedule_10e.py',
    '../_base_/action_runtime.py'
]

model = dict(
    data_preprocessor=dict(
        type='KeypointDataPreprocessor', num_frames=8, mode='consecutive', normalize=True),
    cls_head=dict(num_classes=_base_.num_classes))
