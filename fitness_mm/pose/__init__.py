"""Pose estimation on labelled frames; registers with MMPose.

``custom_imports = dict(imports=['fitness_mm.pose'])`` in a config is all that another project
needs.
"""

from fitness_mm import compat

compat.apply()

from fitness_mm.engine import checkpoints, cpu_amp, finite_loss_hook  # noqa: E402, F401
from fitness_mm.engine.checks.class_count_hook import ClassCountHook  # noqa: E402
from fitness_mm.engine.epoch_seed_hook import EpochSeedHook  # noqa: E402

from .anomaly_hook import AnomalyFilterHook  # noqa: E402
from .codec import ArgmaxHeatmap  # noqa: E402
from .dataset import FitnessPoseDataset  # noqa: E402
from .ensemble import PoseEnsemble  # noqa: E402
from .heads import FitnessHeatmapHead, FitnessRTMCCHead  # noqa: E402
from .metainfo import METAINFO, fitness_metainfo  # noqa: E402
from .metric import FitnessMPJPE  # noqa: E402
from .transforms import (  # noqa: E402
    FlipLabelledFrame,
    LabelledFrameAffine,
    LoadLabelledFrame,
    UnionBoxCenterScale,
)

compat.mend_mmpose()

__all__ = [
    'METAINFO', 'AnomalyFilterHook', 'ArgmaxHeatmap', 'ClassCountHook', 'EpochSeedHook',
    'FitnessHeatmapHead', 'FitnessMPJPE', 'FitnessPoseDataset', 'FitnessRTMCCHead',
    'FlipLabelledFrame', 'LabelledFrameAffine', 'LoadLabelledFrame', 'PoseEnsemble',
    'UnionBoxCenterScale', 'fitness_metainfo'
]
