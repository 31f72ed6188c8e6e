# RGB and 24 keypoint heatmaps, by default through a 27-channel stem; sigma in pixels of the input.
_base_ = 'tsm_r50.py'

model = dict(
    type='HeatmapFusionRecognizer',
    fusion='early',
    data_preprocessor=dict(type='HeatmapFusionDataPreprocessor', sigma=5.0))
