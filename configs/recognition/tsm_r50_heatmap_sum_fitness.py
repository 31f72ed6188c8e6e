# Two streams, RGB and heatmaps at a quarter of the resolution, summed as in the data set builder's
# reference model.
_base_ = '../tsm_r50_heatmap_fitness.py'

model = dict(fusion='sum')
