"""Tracks in ``.npz`` files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fitness_mm.records import RecordError, read_arrays

from .raw import RATES, TIMES, Raw, TrackFileError, first_of, positive, size_of, split

_POINTS = ('keypoints', 'lm', 'landmarks', 'pose_landmarks', 'points',
           'positions', 'poses', 'arr_0')
_SCORES = ('scores', 'keypoint_scores', 'visibility', 'confidence')
_OTHERS = (*TIMES, *RATES, 'size', 'image_size', 'resolution', 'width', 'height')


def read_npz(path: Path) -> Raw:
    """Points (T, K, D) of one person or (T, P, K, D) of several, by one of the names above.

    Raises:
        TrackFileError: If it cannot be used.
    """
    try:
        arrays = read_arrays(path, (*_POINTS, *_SCORES, *_OTHERS))
    except RecordError as error:
        raise TrackFileError(str(error)) from error
    values, scores = (first_of(arrays, names) for names in (_POINTS, _SCORES))
    if values is None:
        raise TrackFileError(f'it has no array called {", ".join(_POINTS[:-1])}')
    for name, array in arrays.items():
        if array.dtype.kind not in 'fiu':
            raise TrackFileError(f'{name} is {array.dtype}, and numbers are needed')
    if values.ndim == 3:
        values, scores = values[:, None], scores if scores is None else scores[:, None]
    if values.ndim != 4 or (scores is not None and scores.shape != values.shape[:3]):
        raise TrackFileError(f'points of shape {values.shape} and scores of shape '
                             f'{np.shape(scores)} are not those of people in frames')
    count, people = values.shape[:2]
    points, visibility = split(
        values.reshape(count * people, *values.shape[2:]).astype(np.float64),
        None if scores is None else scores.reshape(count * people, -1).astype(np.float64))
    there = np.isfinite(points).any(axis=(1, 2))
    times = first_of(arrays, TIMES)
    if times is not None and times.shape != (count, ):
        raise TrackFileError(f'times of shape {times.shape} do not belong to {count} frames')
    return Raw(points[there], visibility[there], np.repeat(np.arange(count), people)[there], count,
               times, positive(first_of(arrays, RATES)), size_of(arrays))
