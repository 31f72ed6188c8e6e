"""Builds small data roots in the data set's format, good ones, for tests to damage."""

from __future__ import annotations

import copy
import json
import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from fitness_mm.aihub.catalog import exercise_of_type
from fitness_mm.keypoints.skeleton import KEYPOINTS

WIDTH, HEIGHT = 64, 36
DAY = 'Day05_200925_F'


def clip_name(type_number: int, performer: int = 3) -> str:
    return f'{type_number:03d}-1-1-01-Z{performer}'


def point(view: int, frame: int, keypoint: int) -> tuple[int, int]:
    """Where the test labels put a keypoint: inside the image, and different everywhere."""
    return (view * 11 + keypoint) % WIDTH, (frame * 2 + keypoint) % HEIGHT


def make_label(type_number: int = 4, day: str = DAY, slot: str = '3', performer: int = 3,
               num_frames: int = 16) -> dict:
    """A label as ``json.dumps`` takes it."""
    exercise = exercise_of_type(type_number)
    clip = clip_name(type_number, performer)
    code = f'{type_number:03d}'
    return {
        'frames': [{
            f'view{v + 1}': {
                'pts': {name: dict(zip('xy', point(v, t, k), strict=True))
                        for k, name in enumerate(KEYPOINTS)},
                'active': 'Yes',
                'img_key': f'{day}/{slot}/{letter}/{clip}_{letter}/'
                           f'{clip}_{letter}-{2 * t + 1:07d}.jpg',
            } for v, letter in enumerate('ABCDE')} for t in range(num_frames)],
        'type': code,
        'type_info': {
            'key': code, 'type': '맨몸 운동', 'pose': '선 자세', 'exercise': exercise.name_ko,
            'conditions': [{'condition': name, 'value': i % 2 == 0}
                           for i, name in enumerate(exercise.conditions)],
            'description': '정자세에서 무릎을 낮게'},
    }


def set_all(label: dict, view: int, **fields) -> dict:
    """A copy of a label with fields of one view replaced in every frame."""
    changed = copy.deepcopy(label)
    for frame in changed['frames']:
        frame[f'view{view}'] |= fields
    return changed


def dumps(label: dict) -> bytes:
    return json.dumps(label, ensure_ascii=False).encode()


def jpeg(value: int = 128, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    return cv2.imencode('.jpg', np.full((size[1], size[0], 3), value, np.uint8))[1].tobytes()


class Tree:
    """A data root under construction."""

    def __init__(self, root: Path, jpeg_data: bytes | None = None) -> None:
        self.root = root
        self._jpeg = jpeg_data or jpeg()
        (root / 'training' / 'label').mkdir(parents=True)
        (root / 'validation').mkdir()

    def label_path(self, type_number: int, day: str = DAY, slot: str = '3',
                   split: str = 'training') -> Path:
        return self.root / split / 'label' / day / f'D{day[3:5]}-{slot}-{type_number:03d}.json'

    def image_dir(self, type_number: int, view: str, day: str = DAY, slot: str = '3',
                  performer: int = 3, split: str = 'training') -> Path:
        return (self.root / split / 'img' / day / slot / view
                / f'{clip_name(type_number, performer)}_{view}')

    def put(self, path: Path, data: bytes) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def add_images(self, type_number: int, views: str = 'ABCDE', num_images: int = 32,
                   **where) -> None:
        for view in views:
            folder = self.image_dir(type_number, view, **where)
            folder.mkdir(parents=True)
            for n in range(1, num_images + 1):
                (folder / f'{folder.name}-{n:07d}.jpg').write_bytes(self._jpeg)

    def add_clip(self, type_number: int, label: dict | bytes | None = None, day: str = DAY,
                 slot: str = '3', performer: int = 3, split: str = 'training') -> Path:
        """Label and images of a clip; returns the label's path."""
        self.add_images(type_number, day=day, slot=slot, performer=performer, split=split)
        label = make_label(type_number, day, slot, performer) if label is None else label
        return self.put(self.label_path(type_number, day, slot, split),
                        label if isinstance(label, bytes) else dumps(label))


def pack(tree: Tree, days: Sequence[str] = (DAY,), prefix: str = '{day}/') -> None:
    """Put days of images into tars and delete their folders."""
    top = tree.root / 'training/img'
    for day in days:
        with tarfile.open(top / f'{day}.tar', 'w') as archive:
            for path in sorted((top / day).rglob('*')):
                archive.add(path, prefix.format(day=day) + str(path.relative_to(top / day)),
                            recursive=False)
        shutil.rmtree(top / day)
