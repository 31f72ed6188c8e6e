"""How a recogniser takes in keypoint heatmaps beside RGB: one mode, one class, one file.

A mode is made with the number of keypoints and the stride at which their maps are rendered. It has

- ``stride``: the stride at which it wants the maps if nothing else is said,
- ``backbone_cfg(cfg)``: the config of the RGB backbone with what the mode has to change, and
- ``wrap(backbone, cfg)``: the built backbone as a module that takes the fused tensor of
  :mod:`~fitness_mm.action.models.fusion.layout` (N, C, H, W) and gives features of the RGB
  backbone's shape, so that heads need not know of it. RGB weights load into it exactly.
"""

from .early import EarlyFusion
from .stem import StemFusion
from .sum import SumFusion

FUSIONS = {'early': EarlyFusion, 'stem': StemFusion, 'sum': SumFusion}
"""Fusion modes by the name that a config gives."""

__all__ = ['FUSIONS', 'EarlyFusion', 'StemFusion', 'SumFusion']
