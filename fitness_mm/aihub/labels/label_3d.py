"""One 3D label file -> its keypoints, or a :class:`LabelError` that says what is wrong."""

from __future__ import annotations

from itertools import chain
from operator import itemgetter

import numpy as np

from fitness_mm.aihub.index.schema import UNKNOWN_MM
from fitness_mm.keypoints.skeleton import KEYPOINTS, NUM_KEYPOINTS

from .decode import NUMBERS, decode
from .errors import LabelError

_POINTS = itemgetter(*KEYPOINTS)
_XYZ = itemgetter('x', 'y', 'z')


def parse_label_3d(data: bytes, file: str) -> np.ndarray:
    """Parse and check one 3D label.

    Args:
        data: Content of the file.
        file: Its path, for messages.

    Returns:
        int16 (T, K, 3) in mm of the shooting station's coordinates, and
        :data:`~fitness_mm.aihub.index.schema.UNKNOWN_MM` where a keypoint is missing or farther
        away than 32 m.

    Raises:
        LabelError: If the file is no 3D label, or a coordinate is no number.
    """
    document = decode(data, file)
    try:
        frames = [frame['pts'] for frame in document['frames']]
        try:
            xyz = [*map(_XYZ, chain.from_iterable(map(_POINTS, frames)))]
        except KeyError:
            points = [pts.get(name) for pts in frames for name in KEYPOINTS]
            xyz = [_XYZ(point) if point else (None,) * 3 for point in points]
    except (AttributeError, KeyError, TypeError):
        raise LabelError('bad_structure', file, "expected 'frames' with 'pts' of x, y and z "
                         'by the name of each keypoint') from None
    if not xyz:
        raise LabelError('empty_frames', file, "'frames' is an empty list")
    numbers = list(chain.from_iterable(xyz))
    if not set(map(type, numbers)) <= {*NUMBERS, type(None)}:
        raise LabelError('bad_structure', file, 'x, y or z of a keypoint is not a number')
    cm = np.array(numbers, float).reshape(-1, NUM_KEYPOINTS, 3)
    with np.errstate(over='ignore'):
        mm = np.rint(cm * 10)
    known = (np.abs(mm) <= -(UNKNOWN_MM + 1)).all(axis=-1, keepdims=True)  # False where NaN
    return np.where(known, mm, UNKNOWN_MM).astype(np.int16)
