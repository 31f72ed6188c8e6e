# Posture judgement small enough for two CPU cores and the generated sample. Another fusion:
# model.fusion='stem' and model.data_preprocessor.sigma=4.0, for maps at a quarter of the
# resolution.
_base_ = 'demo_tsm_r18_heatmap.py'

model = dict(
    cls_head=dict(
        _delete_=True,
        type='PostureHead',
        num_conditions=_base_.num_conditions,
        head=_base_.model.cls_head))

val_evaluator = [dict(type='FitnessAccMetric'), dict(type='FitnessPostureMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='posture/exact_match_predicted', rule='greater'))
