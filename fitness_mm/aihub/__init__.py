"""The AI Hub fitness-posture data set: labels, layout, index, splits.

Needs neither torch nor any OpenMMLab package. Decoding of images is in
:mod:`fitness_mm.aihub.frames`.
"""

from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINTS, LIMBS, NUM_KEYPOINTS

from .catalog import EXERCISES, STUDY_EXERCISES, Exercise
from .disk import LayoutError
from .index import FitnessIndex, IndexFileError, performer_folds, split_rows
from .labels import ClipLabel, LabelError, parse_label

__all__ = [
    'EXERCISES', 'FLIP_INDICES', 'KEYPOINTS', 'LIMBS', 'NUM_KEYPOINTS', 'STUDY_EXERCISES',
    'ClipLabel', 'Exercise', 'FitnessIndex', 'IndexFileError', 'LabelError', 'LayoutError',
    'parse_label', 'performer_folds', 'split_rows',
]
