"""From the files of a data root to its index and clip files, with a report."""

from .build import BuildResult, build_index
from .clips import ClipSummary, Shard, build_clips, merge_clips
from .command import ClipOptions, prepare
from .reasons import NOTES, REASONS

__all__ = [
    'NOTES', 'REASONS', 'BuildResult', 'ClipOptions', 'ClipSummary', 'Shard',
    'build_clips', 'build_index', 'merge_clips', 'prepare',
]
