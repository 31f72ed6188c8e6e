"""Exercise recognition from clips and keypoint heatmaps; registers with MMAction2.

``custom_imports = dict(imports=['fitness_mm.action'])`` in a config is all that another project
needs.
"""

from fitness_mm import compat

compat.apply()

from fitness_mm.engine import checkpoints, cpu_amp, finite_loss_hook  # noqa: E402, F401
from fitness_mm.engine.checks.class_count_hook import ClassCountHook  # noqa: E402
from fitness_mm.engine.epoch_seed_hook import EpochSeedHook  # noqa: E402

from .data.dataset import FitnessClipDataset  # noqa: E402
from .data.keypoint_dataset import FitnessKeypointDataset  # noqa: E402
from .data.sampler import ClassBalancedSampler  # noqa: E402
from .data.transforms import (  # noqa: E402
    CropToUnionBox,
    FormatKeypoints,
    LoadLabelledFrames,
    SampleLabelledFrames,
)
from .evaluation.accuracy import FitnessAccMetric  # noqa: E402
from .evaluation.posture import FitnessPostureMetric  # noqa: E402
from .models.camera_turn import RandomCameraTurn  # noqa: E402
from .models.data_preprocessor import HeatmapFusionDataPreprocessor  # noqa: E402
from .models.fusion import EarlyFusion, StemFusion, SumFusion  # noqa: E402
from .models.heatmaps import gaussian_heatmaps  # noqa: E402
from .models.keypoint_augments import (  # noqa: E402
    FlipKeypoints,
    JitterKeypoints,
    RandomKeypointAffine,
)
from .models.keypoint_preprocessor import KeypointDataPreprocessor  # noqa: E402
from .models.lstm_head import LSTMHead  # noqa: E402
from .models.posture_head import PostureHead  # noqa: E402
from .models.posture_network import PostureNetwork  # noqa: E402
from .models.posture_recognizer import PostureRecognizer  # noqa: E402
from .models.recognizer import HeatmapFusionRecognizer  # noqa: E402
from .models.skeleton_graph import FitnessSTGCN  # noqa: E402

compat.mend_mmaction()

__all__ = [
    'ClassBalancedSampler', 'ClassCountHook', 'CropToUnionBox', 'EarlyFusion', 'EpochSeedHook',
    'FitnessAccMetric', 'FitnessClipDataset', 'FitnessKeypointDataset', 'FitnessPostureMetric',
    'FitnessSTGCN', 'FlipKeypoints', 'FormatKeypoints', 'HeatmapFusionDataPreprocessor',
    'HeatmapFusionRecognizer', 'JitterKeypoints', 'KeypointDataPreprocessor', 'LSTMHead',
    'LoadLabelledFrames', 'PostureHead', 'PostureNetwork', 'PostureRecognizer',
    'RandomCameraTurn', 'RandomKeypointAffine', 'SampleLabelledFrames', 'StemFusion',
    'SumFusion', 'gaussian_heatmaps',
]
