"""A data root of any size: labels in the data set's form, image folders that take no space."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS
from fitness_mm.sample.clip_plan import ClipPlan
from fitness_mm.sample.labels.defects import FEWER_FRAMES, MORE_FRAMES, image_folder, spoil_document
from fitness_mm.sample.labels.records import label_2d
from fitness_mm.sample.plan import plan_clips
from fitness_mm.sample.presets import PRESETS
from fitness_mm.sample.station.cameras import VIEWS

IMAGE_SIZE = (1920, 1080)
_CLIPS_PER_PERFORMER = 48  # twelve exercises, two visits, two clips of each
_FRAMES = {FEWER_FRAMES: 13, MORE_FRAMES: 17}
_LINKS_PER_FILE = 32_000  # ext4 allows 65,000


def plan_tree(num_clips: int) -> list[ClipPlan]:
    """About so many clips, with the defects of the data set's names, folders and labels."""
    performers = max(2, round(num_clips / _CLIPS_PER_PERFORMER))
    held_out = max(1, performers // 9)
    preset = replace(PRESETS['medium'], size=IMAGE_SIZE, training_performers=performers - held_out,
                     validation_performers=held_out, visits=2, clips=2, stations=8)
    return plan_clips(preset, seed=0)


def write_labels(root: Path, plans: Sequence[ClipPlan], indent: int | None = None) -> list[Path]:
    """Writes the 2D label files of clips and returns their paths.

    Joints lie anywhere in the image: to a parser, only their number of digits matters.

    Args:
        root: Data root.
        plans: The clips.
        indent: Blanks per level of nesting; one line if None.
    """
    rng = np.random.default_rng(0)
    paths = []
    for plan in plans:
        frames = next((n for name, n in _FRAMES.items() if name in plan.defects), 16)
        keypoints = rng.integers((300, 60), (1600, 1050), (len(VIEWS), frames, NUM_KEYPOINTS, 2))
        document = label_2d(plan, keypoints)
        spoil_document(document, plan, IMAGE_SIZE[1])
        path = root / plan.split / 'label' / plan.day_name / f'{plan.label_name}.json'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(json.dumps(document, ensure_ascii=False, indent=indent).encode())
        paths.append(path)
    return paths


def link_images(root: Path, plans: Sequence[ClipPlan]) -> int:
    """Makes the image folders of clips, every image a hard link to the same few files.

    Returns:
        The number of images.
    """
    image = cv2.imencode('.jpg', np.full((*IMAGE_SIZE[::-1], 3), 128, np.uint8))[1].tobytes()
    count = 0
    for plan in plans:
        for view in VIEWS:
            folder, prefix = image_folder(plan, view)
            folder = root / plan.split / 'img' / folder
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(1, plan.num_images + 1):
                if count % _LINKS_PER_FILE == 0:
                    source = root / f'image{count // _LINKS_PER_FILE}.jpg'
                    source.write_bytes(image)
                os.link(source, folder / f'{prefix}-{number:07d}.jpg')
                count += 1
    return count
