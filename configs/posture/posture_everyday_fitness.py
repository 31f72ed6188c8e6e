# The same network for cameras anywhere: half of the views are turned all around the person, up and
# down, and seen from near, as phones do, and parts of the body are out of some pictures. Keypoints
# have a depth, for a clip's five views tell it, and are off as those of pose estimators are.
_base_ = 'posture_keypoints_fitness.py'
from fitness_mm.aihub.catalog import OTHER_MOVEMENT  # noqa: E402
from fitness_mm.aihub.index import select_exercises  # noqa: E402
from fitness_mm.engine.schedules import warm_up_then_cosine  # noqa: E402

max_epochs = 10  # of the large sample
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
param_scheduler = warm_up_then_cosine(max_epochs)

# What is unlike all that was learnt is soon taken for another movement: it has to be clearly one.
class_weight = [0.02 if one is OTHER_MOVEMENT else 1.0
                for one in select_exercises(_base_.exercises)]
model = dict(
    data_preprocessor=dict(augments=[
        dict(type='RandomCameraTurn', ratio=0.5, yaw_deg=180, pitch_deg=(-15, 35),
             distance=(1.5, 4)),
        dict(type='RandomCameraTurn', ratio=1.0, yaw_deg=20, pitch_deg=5),
        dict(type='RandomKeypointAffine', rotation_deg=10, stretch=0.3),
        dict(type='CutOffKeypoints', ratio=0.3),
        dict(type='JitterKeypoints', sigma=0.025, bias=0.03, joint_dropout=0.08,
             frame_dropout=0.2),
        dict(type='FlipKeypoints'),
    ]),
    backbone=dict(width=256, channels=512),
    cls_head=dict(
        label_smooth_eps=0.05,
        loss_exercise=dict(type='CrossEntropyLoss', class_weight=class_weight),
        head=dict(in_channels=512)))
