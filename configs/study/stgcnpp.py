# Full-size: it is small enough.
_base_ = ['../_base_/stgcnpp.py', '../_base_/study_keypoints.py']

model = dict(
    data_preprocessor=dict(normalize=True, **_base_.data_preprocessor),
    cls_head=dict(num_classes=_base_.num_classes))
