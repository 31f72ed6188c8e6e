# The same network for cameras anywhere: half of the views are turned all around the person, up and
# down, and seen from near, as phones do. Keypoints have a depth, for a clip's five views tell it.
_base_ = 'posture_keypoints_fitness.py'

model = dict(data_preprocessor=dict(augments=[
    dict(type='RandomCameraTurn', ratio=0.5, yaw_deg=180, pitch_deg=(-15, 35), distance=(1.5, 4)),
    dict(type='RandomCameraTurn', ratio=1.0, yaw_deg=20, pitch_deg=5),
    dict(type='RandomKeypointAffine', rotation_deg=10, stretch=0.1),
    dict(type='JitterKeypoints', sigma=0.005, joint_dropout=0.02),
    dict(type='FlipKeypoints'),
]))
