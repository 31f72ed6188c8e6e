# Heatmaps rendered at a quarter of the resolution and added behind the stem: about 1 % more work
# than RGB alone.
_base_ = '../tsm_r50_heatmap_fitness.py'

model = dict(fusion='stem')
