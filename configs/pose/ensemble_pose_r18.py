# The models of all folds of demo_pose_r18.py as one: those that tools/kfold.py --folds 3 leaves, or
# others by name. The tool wants a checkpoint too, any one of them:
#   tools/test.py configs/pose/ensemble_pose_r18.py A.pth --cfg-options
# model.checkpoints="[A.pth,B.pth]"
# What one member has trained on, the ensemble has seen: use it for people that no fold trained on.
_base_ = '../demo/demo_pose_r18.py'

model = dict(
    _delete_=True,
    type='PoseEnsemble',
    member=_base_.model,
    checkpoints=[
        f'work_dirs/kfold/demo_pose_r18/fold{fold}/epoch_{_base_.max_epochs}.pth'
        for fold in range(3)
    ])
