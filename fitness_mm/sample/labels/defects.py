"""The data set's known defects, planted in small numbers so that readers meet every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fitness_mm.aihub.catalog import NUM_TYPES

from ..clip_plan import ClipPlan

EMPTY_FRAMES = 'empty frames'
FEWER_FRAMES = '13 labelled frames'
MORE_FRAMES = '17 labelled frames'
FOOT_OUTSIDE = 'a foot outside the image'
TYPE_CONFLICT = 'type contradicts the file name'
DAY01_ALL_A = 'day 1: folders of all cameras end in A'
DAY03_C_IN_B = 'day 3: camera C lies in folder B'
DAY12_SEPARATOR = 'day 12: underscore before Z'
TRAILING_DASH = 'folder name ends in a dash'
SLOT_NUMBER = 'slot folder with another number'

_ONLY_ON_DAY = {DAY01_ALL_A: 1, DAY03_C_IN_B: 3, DAY12_SEPARATOR: 12}
_NUM_IMAGES = {FEWER_FRAMES: 25, MORE_FRAMES: 34}

DEFECTS = (DAY01_ALL_A, DAY03_C_IN_B, DAY12_SEPARATOR, TRAILING_DASH, SLOT_NUMBER, EMPTY_FRAMES,
           FEWER_FRAMES, MORE_FRAMES, FOOT_OUTSIDE, TYPE_CONFLICT)
"""Each is planted once in every :data:`CLIPS_PER_DEFECT` clips or part of them, in training."""

CLIPS_PER_DEFECT = 400


def assign_defects(clips: Sequence[ClipPlan], rng: np.random.Generator) -> list[ClipPlan]:
    """Gives each defect to some training clips, at most one to a clip.

    A sample with too few clips, or without the day that a defect belongs to, goes without.
    """
    planted = list(clips)
    free = [i for i, clip in enumerate(clips) if clip.split == 'training']
    rounds = -(-len(free) // CLIPS_PER_DEFECT)
    for name in DEFECTS * rounds:
        able = [i for i in free if _ONLY_ON_DAY.get(name, clips[i].day) == clips[i].day]
        if not able or len(free) == 1:
            continue
        chosen = able[int(rng.integers(len(able)))]
        free.remove(chosen)
        planted[chosen] = replace(clips[chosen], defects=frozenset({name}),
                                  num_images=_NUM_IMAGES.get(name, clips[chosen].num_images))
    return planted


def image_folder(plan: ClipPlan, view: str) -> tuple[str, str]:
    """Folder of a clip-view on disk, relative to its split's img/, and the prefix of its images.

    Without a defect, both are what the label's ``img_key`` says.
    """
    slot, camera, name = str(plan.slot), view, f'{plan.name}_{view}'
    if DAY01_ALL_A in plan.defects:
        name = f'{plan.name}_A'
    if DAY03_C_IN_B in plan.defects and view == 'C':
        camera = 'B'
    if DAY12_SEPARATOR in plan.defects:
        name = name.replace('-Z', '_Z')
    if SLOT_NUMBER in plan.defects:
        slot = f'{slot}_No_148'
    folder = f'{name}-' if TRAILING_DASH in plan.defects else name
    return f'{plan.day_name}/{slot}/{camera}/{folder}', name


def spelt_exercise(name: str) -> str:
    """An exercise's name as the labels spell it: this one always has a blank at its end."""
    return f'{name} ' if name == '바벨 컬' else name


def spelt_condition(name: str, plan: ClipPlan, position: int) -> str:
    """A condition's name as the labels of a day spell it."""
    if plan.day % 2:
        name = name.replace('이완 시', '이완시').replace('수축 시', '수축시')
    if plan.day % 3 == 0:
        name = name.replace('척추의 중립', '척추 중립')
    return f'{name} ' if (plan.type_number + position) % 7 == 0 else name


def spoil_document(document: dict[str, Any], plan: ClipPlan, image_height: int) -> None:
    """Plants those of a clip's defects that are inside its 2D label."""
    if EMPTY_FRAMES in plan.defects:
        document['frames'] = []
    if FOOT_OUTSIDE in plan.defects:
        document['frames'][3]['view2']['pts']['Left Foot']['y'] = image_height + 14
    if TYPE_CONFLICT in plan.defects:
        document['type'] = f'{plan.type_number % NUM_TYPES + 1:03d}'
