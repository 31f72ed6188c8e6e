# RGB and 24 keypoint heatmaps through a 27-channel stem, the original study's recipe: 8 consecutive
# labelled frames at 192x256, sigma 5 px, AdamW 5e-5, batch 32, 10 epochs, from scratch.
_base_ = 'tsm_r50_fitness.py'

model = dict(
    type='HeatmapFusionRecognizer',
    fusion='early',
    data_preprocessor=dict(type='HeatmapFusionDataPreprocessor', sigma=5.0))
