"""Clip files: none that is not what was written gives a picture, and none hurts the decoder."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fitness_mm.aihub.clips.codec import decode_clip, encode_clip
from fitness_mm.files import CHECKSUM_BYTES, is_unchanged, with_checksum

from .common import Kind, damage_bytes

_SIZE = (96, 64)
_NUMBERS = {'labelled': [1, 3, 5], 'others': [2, 31]}


def _originals(folder: Path) -> list[Path]:
    texture = np.random.default_rng(0).integers(0, 256, (_SIZE[1], 400, 3), np.uint8)
    texture = cv2.GaussianBlur(texture, (0, 0), 2)
    frames = [np.ascontiguousarray(texture[:, 3 * j:3 * j + _SIZE[0]]) for j in range(32)]
    path = folder / 'whole.mp4'
    path.write_bytes(with_checksum(encode_clip(frames, _SIZE)))
    return [path]


def _mutate(rng: np.random.Generator, whole: bytes) -> bytes:
    """Damaged by chance, or made so that its checksum is right."""
    if rng.random() < 0.5:
        return damage_bytes(rng, whole)
    return with_checksum(damage_bytes(rng, whole[:-CHECKSUM_BYTES]))


def _read(path: Path) -> str:
    for numbers in _NUMBERS.values():
        decode_clip(path, numbers, _SIZE)
    if not is_unchanged(path.read_bytes()):
        raise AssertionError('it is read though its checksum is wrong')
    return 'read'


CLIPS = Kind(_originals, _read, _mutate)
