# ST-GCN++ (Duan et al., "PYSKL", 2022) as MMAction2 configures it, on the 24 keypoints' graph.
model = dict(
    type='RecognizerGCN',
    backbone=dict(
        type='FitnessSTGCN',
        gcn_adaptive='init',
        gcn_with_res=True,
        tcn_type='mstcn',
        graph_cfg=dict(mode='spatial')),
    cls_head=dict(type='GCNHead', num_classes=12, in_channels=256, average_clips='prob'))
