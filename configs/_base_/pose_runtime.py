_base_ = 'default_runtime.py'

default_scope = 'mmpose'
data_mode = 'topdown'  # for MMPoseInferencer
custom_imports = dict(imports=['fitness_mm.pose'], allow_failed_imports=False)

default_hooks = dict(
    checkpoint=dict(save_best='mpjpe/input_px', rule='less'),
    visualization=dict(type='PoseVisualizationHook', enable=False))
visualizer = dict(
    _delete_=True, type='PoseLocalVisualizer', vis_backends=[dict(type='LocalVisBackend')])
