# One pixel of the 12x16 maps is four of the input; a Gaussian has to be as wide to be seen in them.
_base_ = 'tsm_r18_heatmap.py'

model = dict(fusion='stem', data_preprocessor=dict(sigma=4.0))
