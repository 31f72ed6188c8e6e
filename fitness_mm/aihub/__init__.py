"""The AI Hub fitness-posture data set: labels, layout, index, splits.

Needs neither torch nor any OpenMMLab package. Decoding of images is in
:mod:`fitness_mm.aihub.frames`.
"""

from .catalog import EXERCISES, SEED_EXERCISES, Exercise
from .index import FitnessIndex, IndexFileError
from .labels import ClipLabel, LabelError, parse_label
from .layout import LayoutError
from .skeleton import FLIP_INDICES, KEYPOINTS, LIMBS, NUM_KEYPOINTS
from .splits import performer_folds, split_rows

__all__ = [
    'EXERCISES', 'FLIP_INDICES', 'KEYPOINTS', 'LIMBS', 'NUM_KEYPOINTS', 'SEED_EXERCISES',
    'ClipLabel', 'Exercise', 'FitnessIndex', 'IndexFileError', 'LabelError', 'LayoutError',
    'parse_label', 'performer_folds', 'split_rows',
]
