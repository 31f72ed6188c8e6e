"""The state of a data set: what is in it, what is missing, and which labels look wrong.

Needs neither torch nor OpenMMLab. The checks of labels (:mod:`limbs`, :mod:`place`, :mod:`sides`,
:mod:`agreement`) see nothing but keypoints; each gives a score per labelled frame, of which 1 and
more is suspicious.
"""
