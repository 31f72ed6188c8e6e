"""From the files of a data root to its index and clip files, with a report."""

from .build import BuildResult, build_index
from .clips import ClipSummary, Shard, build_clips, merge_clips
from .command import ClipOptions, prepare
from .image_checks import LEVELS, CheckSummary, check_images
from .reasons import NOTES, REASONS

__all__ = [
    'LEVELS', 'NOTES', 'REASONS', 'BuildResult', 'CheckSummary', 'ClipOptions', 'ClipSummary',
    'Shard', 'build_clips', 'build_index', 'check_images', 'merge_clips', 'prepare',
]
