"""An index of any number of clip-views, made without a single file behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from fitness_mm.aihub.catalog import NUM_TYPES, exercise_of_type
from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.aihub.index import INDEX_FILE
from fitness_mm.aihub.index.parquet import writing_parquet
from fitness_mm.aihub.index.schema import SCHEMA, WRITE_OPTIONS, keypoint_column, visible_bits
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

_CLIPS_PER_DAY = 930  # 34,468 labels on 37 days
_PERFORMERS = 112
_FRAMES = 16
_LABELLED = np.arange(1, 2 * _FRAMES, 2, dtype=np.int16)


def write_index(root: Path, num_rows: int) -> Path:
    """Writes ``index.parquet`` with so many rows, five a clip, and returns its path."""
    root.mkdir(parents=True, exist_ok=True)
    path = root / INDEX_FILE
    rng = np.random.default_rng(0)
    num_clips = -(-num_rows // len(VIEWS))
    with writing_parquet(path, SCHEMA, **WRITE_OPTIONS) as writer:
        for first in range(0, num_clips, _CLIPS_PER_DAY):
            clips = range(first, min(first + _CLIPS_PER_DAY, num_clips))
            writer.write_table(_day(clips, first // _CLIPS_PER_DAY + 1, rng))
    return path


def _day(clips: range, day_number: int, rng: np.random.Generator) -> pa.Table:
    day = f'Day{day_number:02d}_200921_F'
    split = 'validation' if day_number % 10 == 0 else 'training'
    labels = f'{split}/label/{day}/D{day_number:02d}'
    rows = []
    for clip in clips:
        type_number, performer = clip % NUM_TYPES + 1, clip * 7 % _PERFORMERS + 1
        exercise = exercise_of_type(type_number)
        slot = str(clip % 8 + 1)
        name = f'{type_number:03d}-1-1-{clip % 97:02d}-Z{performer}'
        for view in VIEWS:
            rows.append({
                'split': split, 'day': day, 'slot': slot, 'type': type_number,
                'exercise': exercise.index, 'performer': performer,
                'clip': f'{split}/{day}/{slot}/{name}', 'view': view,
                'label_file': f'{labels}-{slot}-{type_number:03d}.json',
                'image_dir': f'{split}/img/{day}/{slot}/{view}/{name}_{view}',
                'image_prefix': f'{name}_{view}', 'num_images': 32, 'image_width': 1920,
                'image_height': 1080, 'frame_numbers': _LABELLED,
                'gt_conditions': np.ones(len(exercise.conditions), np.int8),
                'gt_conditions_usable': True,
                'frame_numbers_3d': _LABELLED if view == VIEWS[0] else None,
            })
    frames = len(rows) * _FRAMES
    # joints of one frame lie near each other, which is what compresses
    centres = rng.integers((500, 300), (1400, 700), (frames, 1, 2))
    keypoints = (centres + rng.integers(-200, 200, (frames, NUM_KEYPOINTS, 2))).astype(np.int16)
    seen = visible_bits(np.ones((_FRAMES, NUM_KEYPOINTS), bool))
    columns = {field.name: pa.array([row.get(field.name) for row in rows], field.type)
               for field in SCHEMA if field.name not in ('keypoints', 'visible', 'keypoints_3d')}
    columns['keypoints'] = keypoint_column(keypoints, np.arange(0, frames + 1, _FRAMES))
    # of each clip in its first row
    in_mm = rng.integers(-1000, 1000, (len(clips) * _FRAMES, NUM_KEYPOINTS, 3)).astype(np.int16)
    offsets = (np.arange(len(rows) + 1) + len(VIEWS) - 1) // len(VIEWS) * _FRAMES
    columns['keypoints_3d'] = keypoint_column(in_mm, offsets)
    columns['visible'] = pa.array([seen] * len(rows), SCHEMA.field('visible').type)
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)
