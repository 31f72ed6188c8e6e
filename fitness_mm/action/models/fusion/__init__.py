"""How a recogniser takes in keypoint heatmaps beside RGB: one mode, one class, one file.

Modes are registered in :data:`FUSIONS` by the name that a config gives; a module of
``custom_imports`` can add one, a :class:`FusedBackbone`.
"""

from .base import FUSIONS, FusedBackbone
from .early import EarlyFusion
from .stem import StemFusion
from .sum import SumFusion

__all__ = ['FUSIONS', 'EarlyFusion', 'FusedBackbone', 'StemFusion', 'SumFusion']
