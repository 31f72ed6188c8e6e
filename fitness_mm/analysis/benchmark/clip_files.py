"""Clip files for the benchmark's sample: cropped, 320 px high, MPEG-4."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fitness_mm.aihub.frames import read_jpeg
from fitness_mm.aihub.index import INDEX_FILE, FitnessIndex
from fitness_mm.aihub.measures import SEED_MARGIN, union_box
from fitness_mm.aihub.schema import SCHEMA, WRITE_OPTIONS

_HEIGHT = 320
_QUALITY = '4'  # quantiser, 1 to 31
_KEY_FRAME_EVERY = 12


def seed_box(index: FitnessIndex, row: int) -> tuple[int, int, int, int]:
    """The original study's crop of a clip-view: all joints with its margin."""
    size = index.value('image_height', row), index.value('image_width', row)
    return union_box(index.keypoints(row), index.visible(row), size, SEED_MARGIN)


def write_clip_files(root: Path) -> FitnessIndex:
    """Makes a clip file for every clip-view of an indexed root and names it in the index."""
    index = FitnessIndex.read(root)
    files, boxes, sizes = [], [], []
    for row in range(len(index)):
        x1, y1, x2, y2 = box = seed_box(index, row)
        size = (max(2, round((x2 - x1) * _HEIGHT / (y2 - y1) / 2) * 2), _HEIGHT)
        file = f'clips/{row:06d}.mp4'
        (root / file).parent.mkdir(exist_ok=True)
        numbers = range(1, int(index.value('num_images', row)) + 1)
        images = (read_jpeg(index.image_path(row, number)) for number in numbers)
        _encode(root / file, [cv2.resize(image[y1:y2, x1:x2], size, interpolation=cv2.INTER_AREA)
                              for image in images], size)
        files.append(file)
        boxes.append(box)
        sizes.append(size)
    table = pq.read_table(root / INDEX_FILE, partitioning=None)
    for name, values in (('clip_file', files), ('clip_box', boxes), ('clip_size', sizes)):
        table = table.set_column(SCHEMA.get_field_index(name), SCHEMA.field(name),
                                 pa.array([None if value is None else value if
                                           isinstance(value, str) else list(map(int, value))
                                           for value in values], SCHEMA.field(name).type))
    pq.write_table(table.replace_schema_metadata(SCHEMA.metadata), root / INDEX_FILE,
                   **WRITE_OPTIONS)
    return FitnessIndex.read(root)


def _encode(path: Path, frames: list[np.ndarray], size: tuple[int, int]) -> None:
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('mpeg4', rate=Fraction(10))
        stream.width, stream.height = size
        stream.pix_fmt = 'yuv420p'
        stream.gop_size = _KEY_FRAME_EVERY
        stream.codec_context.options = {'qmin': _QUALITY, 'qmax': _QUALITY}
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
        container.mux(stream.encode())
