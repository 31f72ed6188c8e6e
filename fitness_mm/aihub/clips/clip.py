"""The images of a clip-view -> one cropped clip file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fitness_mm.aihub.disk.image_files import ImageFiles, image_files
from fitness_mm.aihub.disk.images import FrameError
from fitness_mm.aihub.disk.layout import own_folder
from fitness_mm.aihub.disk.sources import Sources
from fitness_mm.files import remove_leftovers, replacing

from .codec import encode_clip
from .job import ClipJob, sealed, sealed_bytes


@dataclass(frozen=True)
class ClipResult:
    """What became of a clip file.

    Attributes:
        num_bytes: Its size, 0 if there is none.
        reason: ``broken_frames`` or ``no_clip_file`` where images stand against it, or empty.
        detail: What is wrong with them.
    """

    num_bytes: int
    reason: str = ''
    detail: str = ''


def existing_clips(sources: Sources, jobs: list[ClipJob]) -> list[ClipResult | None]:
    """For each job its result if its clip file is there already, whole, made with the same
    settings and not older than its images, otherwise None."""
    images = image_files(sources)
    return [_existing(sources.out, images, job) for job in jobs]


def _existing(root: Path, images: ImageFiles, job: ClipJob) -> ClipResult | None:
    size = sealed_bytes(root / job.file, job)
    try:
        if size is None or (images.last_change(job.image_dir)
                            > os.stat(root / job.file).st_mtime_ns):
            return None
    except OSError:
        return None
    return ClipResult(size)


def make_clips(sources: Sources, jobs: list[ClipJob]) -> list[ClipResult]:
    """Make clip files: what a worker process does.

    Raises:
        OSError: If a file cannot be written; those before it are complete.
        LayoutError: ``outside_root`` if a link leads the file out of the root.
    """
    images = image_files(sources)
    return [_make_clip(sources.out, images, job) for job in jobs]


def _make_clip(root: Path, images: ImageFiles, job: ClipJob) -> ClipResult:
    path = root / job.file
    try:
        numbers = images.images(job.image_dir).get(job.image_prefix, ())
    except OSError:  # no folder, no images
        numbers = ()
    broken: dict[int, FrameError] = {}
    video = encode_clip(_frames(images, job, numbers, broken), job.size)
    missing = sorted(set(range(1, max(numbers, default=1) + 1)) - set(numbers))
    problem = _problem(job, numbers, missing, broken)
    own_folder(root, job.file.rpartition('/')[0])
    remove_leftovers(path.parent, f'.{path.stem}.*.tmp.mp4')
    if problem:
        if not path.is_dir():
            path.unlink(missing_ok=True)
        return problem
    data = sealed(video, job)
    with replacing(path) as temporary:
        temporary.write_bytes(data)
    return ClipResult(len(data))


def _frames(images: ImageFiles, job: ClipJob, numbers: tuple[int, ...],
            broken: dict[int, FrameError]) -> Iterator[np.ndarray]:
    """Cropped, scaled BGR frames of the images that can be decoded; the others go to ``broken``,
    all of them, because it matters whether a label is on one."""
    x1, y1, x2, y2 = job.box
    for number in numbers:
        try:
            image = images.read(job.image(number), job.image_size)
        except FrameError as error:
            broken[number] = error
            continue
        # area averaging maps pixel edges to pixel edges, what PixelMap.of_box says
        yield cv2.resize(image[y1:y2, x1:x2], job.size, interpolation=cv2.INTER_AREA)


def _problem(job: ClipJob, numbers: tuple[int, ...], missing: list[int],
             broken: dict[int, FrameError]) -> ClipResult | None:
    labelled = sorted(set(job.labelled) & (broken.keys() | set(missing)))
    if labelled:
        first = labelled[0]
        what = (f'image {first} {broken[first].what}' if first in broken
                else f'{job.image(first)} is missing')
        return ClipResult(0, 'broken_frames', f'{len(labelled)} of {len(job.labelled)} labelled '
                          f'images of {job.image_dir}: {what}')
    if broken:
        first = min(broken)
        return ClipResult(0, 'no_clip_file', f'{job.image_dir}: image {first} '
                          f'{broken[first].what}')
    if missing:
        return ClipResult(0, 'no_clip_file', f'{job.image_dir}: image {missing[0]} is missing')
    if len(numbers) != job.num_images:
        return ClipResult(0, 'no_clip_file', f'{job.image_dir}: {len(numbers)} images, the index '
                          f'says {job.num_images}; run it again')
    return None
