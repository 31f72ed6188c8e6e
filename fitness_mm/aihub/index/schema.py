"""Columns of ``index.parquet``: one row per clip-view."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

INDEX_VERSION = 4
"""Raised whenever the columns or what goes into them change: older files are then refused, and
older parts made again."""

VERSION_KEY = b'fitness_mm.index_version'

_INT16_BYTES = 2

UNKNOWN_MM = np.iinfo(np.int16).min
"""Stands for a coordinate of ``keypoints_3d`` that is not known."""

SCHEMA = pa.schema([
    ('split', pa.string()),  # training | validation
    ('day', pa.string()),  # Day01_200921_F
    ('slot', pa.string()),
    ('type', pa.int16()),
    ('exercise', pa.int8()),  # position in catalog.MOVEMENTS
    ('performer', pa.int16()),
    ('clip', pa.string()),  # training/Day01_200921_F/3/004-1-1-01-Z3, the same for its views
    ('view', pa.string()),  # A .. E
    ('label_file', pa.string()),  # relative to the root of the labels, on through ZIPs, with /
    ('image_dir', pa.string()),  # as in the study's tree, training/img/Day01_200921_F/3/A/...
    ('image_prefix', pa.string()),  # images are f'{prefix}-{number:07d}.jpg'
    ('num_images', pa.int16()),
    ('image_width', pa.int32()),
    ('image_height', pa.int32()),
    ('frame_numbers', pa.list_(pa.int16())),  # image numbers of the labelled frames, ascending
    # Per frame 24 x (x, y) little-endian int16 pixels, and a bit per visible keypoint. As nested
    # lists of numbers the same took 2 s and 1.1 GB to open at full size; like this 0.2 s.
    ('keypoints', pa.list_(pa.binary(NUM_KEYPOINTS * 2 * _INT16_BYTES))),
    ('visible', pa.list_(pa.int32())),
    ('gt_conditions', pa.list_(pa.int8())),  # 1 holds, 0 broken, -1 not given
    ('gt_conditions_usable', pa.bool_()),
    ('clip_file', pa.string()),  # null until clip files are made
    # Lists of 4 and 2 or null: Parquet readers cannot restore a null list of fixed size.
    ('clip_box', pa.list_(pa.int32())),  # x1 y1 x2 y2 of the image that the clip shows
    ('clip_size', pa.list_(pa.int32())),  # width and height of the clip's frames
    # Of a clip, so in the first of its rows only: image numbers, ascending, and 24 x (x, y, z)
    # little-endian int16 mm or UNKNOWN_MM.
    ('frame_numbers_3d', pa.list_(pa.int16())),
    ('keypoints_3d', pa.list_(pa.binary(NUM_KEYPOINTS * 3 * _INT16_BYTES))),
], metadata={VERSION_KEY: str(INDEX_VERSION)})

DICTIONARY_COLUMNS = ('split', 'day', 'slot', 'clip', 'view', 'label_file')
"""String columns whose values repeat."""

FRAME_COLUMNS = ('frame_numbers', 'keypoints', 'visible')
"""Columns with a list of one item per labelled frame."""

SORT_COLUMNS = ('split', 'day', 'slot', 'type', 'clip', 'view')
"""The order of the rows."""

WRITE_OPTIONS = {
    'compression': 'lz4',  # zstd: a fifth smaller, two to three times as long to open
    'use_dictionary': [*DICTIONARY_COLUMNS, 'type', 'exercise', 'performer', 'num_images',
                       'image_width', 'image_height'],
}


def keypoint_column(keypoints: np.ndarray, offsets: np.ndarray) -> pa.Array:
    """The ``keypoints`` column from int16 (S, K, 2) of all frames, ``keypoints_3d`` from
    (S, K, 3); row i is frames ``offsets[i]`` to ``offsets[i + 1]``."""
    data = np.ascontiguousarray(keypoints, '<i2')
    size = pa.binary(NUM_KEYPOINTS * data.shape[-1] * _INT16_BYTES)
    frames = pa.FixedSizeBinaryArray.from_buffers(size, len(data), [None, pa.py_buffer(data)])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), frames)


def keypoints_of(frames: pa.FixedSizeBinaryArray) -> np.ndarray:
    """int16 (S, K, 2) of flattened ``keypoints``, (S, K, 3) of ``keypoints_3d``."""
    numbers = frames.type.byte_width // _INT16_BYTES
    flat = np.frombuffer(frames.buffers()[1], '<i2') if len(frames) else np.empty(0, '<i2')
    start = frames.offset * numbers
    return flat[start:start + len(frames) * numbers].reshape(
        -1, NUM_KEYPOINTS, numbers // NUM_KEYPOINTS)


def visible_bits(visible: np.ndarray) -> np.ndarray:
    """int32 (S,) with bit k set where keypoint k is visible, from bool (S, K)."""
    return (visible.astype(np.int32) << np.arange(NUM_KEYPOINTS, dtype=np.int32)).sum(
        axis=-1, dtype=np.int32)


def visible_of(bits: np.ndarray) -> np.ndarray:
    """bool (S, K), the inverse of :func:`visible_bits`."""
    return (bits[..., None] >> np.arange(NUM_KEYPOINTS, dtype=np.int32) & 1).astype(bool)
