"""Exercise recognition from clips and keypoint heatmaps; registers with MMAction2.

``custom_imports = dict(imports=['fitness_mm.action'])`` in a config is all that another project
needs.
"""

from fitness_mm import compat

compat.apply()

from fitness_mm.engine import EpochSeedHook  # noqa: E402

from .data_preprocessor import HeatmapFusionDataPreprocessor  # noqa: E402
from .dataset import FitnessClipDataset  # noqa: E402
from .fusion import EarlyFusion  # noqa: E402
from .heatmaps import gaussian_heatmaps  # noqa: E402
from .metric import FitnessAccMetric  # noqa: E402
from .recognizer import HeatmapFusionRecognizer  # noqa: E402
from .sampler import ClassBalancedSampler  # noqa: E402
from .transforms import (  # noqa: E402
    CropToUnionBox,
    FormatKeypoints,
    LoadLabelledFrames,
    SampleLabelledFrames,
)

__all__ = [
    'ClassBalancedSampler', 'CropToUnionBox', 'EarlyFusion', 'EpochSeedHook', 'FitnessAccMetric',
    'FitnessClipDataset', 'FormatKeypoints', 'HeatmapFusionDataPreprocessor',
    'HeatmapFusionRecognizer', 'LoadLabelledFrames', 'SampleLabelledFrames', 'gaussian_heatmaps'
]
