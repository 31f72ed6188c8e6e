"""Labelled frames of the index as dense arrays, some clips at a time.

N clips, V = 5 views, T moments at which the clip is labelled, K keypoints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.aihub.index import FitnessIndex

_NUMBERS = 1 << 16  # image numbers are smaller


@dataclass(frozen=True, eq=False)
class ClipBlock:
    """Some clips.

    Attributes:
        keypoints: float32 (N, V, T, K, 2) in pixels; 0 where a view has no label.
        visible: bool (N, V, T, K).
        frame: int64 (N, V, T): position of the frame among all labelled frames of the index, -1
            where a view has no label.
        number: int64 (N, V, T): its image number, -1 where a view has no label.
    """

    keypoints: np.ndarray
    visible: np.ndarray
    frame: np.ndarray
    number: np.ndarray


def clip_blocks(index: FitnessIndex, clips_per_block: int = 64) -> Iterator[ClipBlock]:
    """All clips of an index, so many at a time that they take about 10 MB.

    Args:
        index: The index.
        clips_per_block: Clips at a time.
    """
    codes = index.codes('clip')
    order = np.argsort(codes, kind='stable')
    view = view_positions(index)
    counts = index.num_frames
    first_frame = np.cumsum(counts) - counts
    # where another clip begins in that order
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    for block in np.split(starts, range(clips_per_block, len(starts), clips_per_block)):
        stop = np.searchsorted(starts, block[-1], 'right') if len(block) else 0
        end = starts[stop] if stop < len(starts) else len(order)
        if len(block):
            rows = order[block[0]:end]
            clip = np.searchsorted(block, np.arange(block[0], end), 'right') - 1
            yield _dense(index, rows, clip, view[rows], first_frame[rows])


def view_positions(index: FitnessIndex) -> np.ndarray:
    """Position of each row's camera in :data:`~fitness_mm.aihub.disk.layout.VIEWS`, (len,)."""
    _, first, which = np.unique(index.codes('view'), return_index=True, return_inverse=True)
    return np.searchsorted(VIEWS, index.select(first).view)[which]


def _dense(index: FitnessIndex, rows: np.ndarray, clip: np.ndarray, view: np.ndarray,
           first_frame: np.ndarray) -> ClipBlock:
    position, numbers, keypoints, visible = index.labels_of(rows)
    within = np.arange(len(position)) - np.searchsorted(position, position)
    clip_of_frame = clip[position]
    # a moment is an image number that any view of the clip has a label for
    moments, moment = np.unique(clip_of_frame * _NUMBERS + numbers, return_inverse=True)
    moment = moment - np.searchsorted(moments, clip_of_frame * _NUMBERS)
    shape = (int(clip[-1]) + 1, len(VIEWS), int(moment.max(initial=-1)) + 1)
    place = (clip_of_frame, view[position], moment)
    block = ClipBlock(np.zeros((*shape, *keypoints.shape[1:]), np.float32),
                      np.zeros((*shape, visible.shape[1]), bool), np.full(shape, -1, np.int64),
                      np.full(shape, -1, np.int64))
    block.keypoints[place] = keypoints
    block.visible[place] = visible
    block.frame[place] = first_frame[position] + within
    block.number[place] = numbers
    return block
