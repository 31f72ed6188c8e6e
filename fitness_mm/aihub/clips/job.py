"""What clip file a clip-view should have: where, which crop, which size; and how to tell it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from fitness_mm.aihub.disk.images import FrameError
from fitness_mm.aihub.index.schema import keypoints_of, visible_of
from fitness_mm.files import CHECKSUM_BYTES, with_checksum
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.measures import STUDY_MARGIN, person_box

from .codec import BYTES_PER_PIXEL, CODEC_VERSION, KEY_INTERVAL, QUALITY, read_clip

CLIPS_FOLDER = 'clips'
DEFAULT_HEIGHT = 320

_UUID = bytes.fromhex('5f1d9c5a7c0b4a0e9a3b2d6c8e417f90')  # marks our box among those of others


@dataclass(frozen=True)
class ClipJob:
    """The clip file that a clip-view should have.

    Attributes:
        clip_view: Name unique to the clip-view, as :meth:`FitnessIndex.clip_view_id` has it.
        label_file: Where its labels are from, relative to the root.
        view: Camera letter.
        image_dir: Folder of its images, relative to the root.
        image_prefix: Images are ``f'{prefix}-{number:07d}.jpg'``.
        num_images: Images in the folder.
        image_size: Their width and height.
        labelled: Numbers of the labelled images.
        file: The clip file, relative to the root.
        box: The part of the image that it shows.
        size: Width and height of its frames.
    """

    clip_view: str
    label_file: str
    view: str
    image_dir: str
    image_prefix: str
    num_images: int
    image_size: tuple[int, int]
    labelled: tuple[int, ...]
    file: str
    box: Box
    size: tuple[int, int]

    def image(self, number: int) -> str:
        """An image's path relative to the root."""
        return f'{self.image_dir}/{self.image_prefix}-{number:07d}.jpg'

    def expected_bytes(self) -> int:
        """About what the clip file will take on the disk."""
        width, height = self.size
        return round(width * height * self.num_images * BYTES_PER_PIXEL)


def clip_size(box: Box, height: int) -> tuple[int, int]:
    """Width and height of a clip's frames: the box's shape, never enlarged, even as 4:2:0 needs.

    The two scales differ a little where rounding to even numbers makes them; whoever maps
    keypoints takes each axis's own.

    Args:
        box: The part of the image.
        height: Height wanted in pixels.
    """
    box_width, box_height = box.size
    even_height = max(2, min(height, box_height) // 2 * 2)
    scaled = box_width * even_height / box_height
    return max(2, min(round(scaled / 2), box_width // 2) * 2), even_height


def clip_folder(height: int) -> str:
    """Folder of the clip files of a height, relative to the root. Each height has its own, so
    that an index in use always finds the files it speaks of."""
    return f'{CLIPS_FOLDER}/{height}px'


def clip_jobs(table: pa.Table, height: int) -> Iterator[ClipJob]:
    """The clip files that the rows of an index table should have, in order."""
    boxes = union_boxes(table)
    names = ('split', 'day', 'slot', 'clip', 'view', 'label_file', 'image_dir', 'image_prefix',
             'num_images', 'image_width', 'image_height', 'frame_numbers')
    rows = zip(boxes, *(table[name].to_pylist() for name in names), strict=True)
    for (box, split, day, slot, clip, view, label_file, image_dir, prefix, num_images, image_width,
         image_height, labelled) in rows:
        name = clip.rpartition('/')[2]
        yield ClipJob(
            f'{clip}_{view}', label_file, view, image_dir, prefix, num_images,
            (image_width, image_height), tuple(labelled),
            f'{clip_folder(height)}/{split}/{day}/{slot}/{view}/{name}_{view}.mp4', box,
            clip_size(box, height))


def union_boxes(table: pa.Table) -> list[Box]:
    """For each row of an index table the box that its clip file shows: the original study's crop
    around all visible joints of all labelled frames."""
    stops = np.cumsum(pc.list_value_length(table['frame_numbers']).to_numpy())
    keypoints = np.concatenate([np.empty((0, 24, 2), np.int16), *(
        keypoints_of(chunk.flatten()) for chunk in table['keypoints'].chunks)])
    visible = visible_of(table['visible'].combine_chunks().flatten().to_numpy())
    sizes = zip(table['image_width'].to_pylist(), table['image_height'].to_pylist(), strict=True)
    boxes = []
    start = 0
    for stop, image_size in zip(stops, sizes, strict=True):
        person = person_box(keypoints[start:stop], visible[start:stop], image_size)
        boxes.append(person.crop(STUDY_MARGIN, image_size))
        start = stop
    return boxes


def sealed(video: bytes, job: ClipJob) -> bytes:
    """An MP4 file with a box at its end that says what it is a clip of and by which settings, and
    a checksum of it all."""
    return with_checksum(video + _seal(job))


def sealed_bytes(path: Path, job: ClipJob) -> int | None:
    """Size of a file if it is, whole and unchanged, the clip file of a job; otherwise None."""
    try:
        data = None if path.is_symlink() else read_clip(path)
    except FrameError:
        data = None
    return len(data) if data and data[:-CHECKSUM_BYTES].endswith(_seal(job)) else None


def _seal(job: ClipJob) -> bytes:
    """Header and content of an MP4 box of type uuid, which players skip."""
    meaning = {**asdict(job), 'box': list(job.box)}
    for name in ('label_file', 'image_dir', 'image_prefix', 'labelled', 'view', 'file'):
        del meaning[name]  # these do not change the pixels
    meaning |= {'codec': CODEC_VERSION, 'quality': QUALITY, 'key_interval': KEY_INTERVAL}
    text = orjson.dumps(meaning, option=orjson.OPT_SORT_KEYS)
    length = 8 + len(_UUID) + len(text) + CHECKSUM_BYTES
    return length.to_bytes(4, 'big') + b'uuid' + _UUID + text
