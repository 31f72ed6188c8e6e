# The demo's pose estimator over every labelled frame of everybody: `tools/test.py` with it leaves
# anomalies/keypoints.npz, for keypoints_from of FitnessClipDataset. What it says of the people it
# was trained on is a little better than what it would say of others.
_base_ = 'demo_pose_r18.py'

custom_hooks = [*_base_.custom_hooks, dict(type='AnomalyFilterHook', name='keypoints', sheet=0)]
test_dataloader = dict(dataset=dict(subset='all', frames='all'))
