"""The index of all clip-views, and which of its rows train and which validate."""

from .exclusions import read_exclusions, read_joint_exclusions
from .index import INDEX_FILE, FitnessIndex, recorded_sources
from .parquet import IndexFileError
from .selection import SUBSETS, select_exercises, select_rows
from .splits import METHODS, performer_folds, split_rows
from .store import MissingIndexError

__all__ = [
    'INDEX_FILE', 'METHODS', 'SUBSETS', 'FitnessIndex', 'IndexFileError', 'MissingIndexError',
    'performer_folds', 'read_exclusions', 'read_joint_exclusions', 'recorded_sources',
    'select_exercises', 'select_rows', 'split_rows',
]
