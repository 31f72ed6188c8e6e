# ViTPose-S: a quarter of ViTPose-B's weights. COCO weights:
#   --cfg-options load_from=https://download.openmmlab.com/mmpose/v1/body_2d_keypoint/topdown_heatmap/coco/td-hm_ViTPose-small-simple_8xb64-210e_coco-256x192-4c101a76_20230314.pth
_base_ = 'vitpose_b_fitness.py'

model = dict(
    backbone=dict(
        arch=dict(
            _delete_=True, embed_dims=384, num_layers=12, num_heads=12,
            feedforward_channels=4 * 384),
        drop_path_rate=0.1),
    head=dict(in_channels=384))
