"""JPEGs: what a look at all of one lets pass, a training can read, and it lets little pass."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fitness_mm.aihub.disk.images import FrameError, decode_jpeg
from fitness_mm.aihub.image_checks.look import check_header, check_whole, decoder_warnings

from .common import Kind, damage_bytes

_SIZE = (640, 360)
_SEEN = 0.5  # mean difference of the grey levels, of 255, from the picture before the damage


def _picture() -> np.ndarray:
    """Large and small structures, of which JPEG makes about as many bytes as of a photograph."""
    noise = np.random.default_rng(0).normal(0, 1, (_SIZE[1], _SIZE[0], 3))
    layers = sum(40 * cv2.GaussianBlur(noise, (0, 0), sigma) * sigma for sigma in (1, 4, 16, 64))
    return (128 + layers).clip(0, 255).astype(np.uint8)


def _originals(folder: Path) -> list[Path]:
    path = folder / 'whole.jpg'
    path.write_bytes(cv2.imencode('.jpg', _picture())[1].tobytes())
    return [path]


def _read(path: Path) -> str:
    data = path.read_bytes()
    with path.open('rb') as file, decoder_warnings() as warnings:
        check_header(file, path, _SIZE)
        file.seek(0)
        try:
            check_whole(file, path, _SIZE, warnings)
        except FrameError:
            return 'only whole finds it'
    picture = decode_jpeg(data, path, _SIZE)
    whole = decode_jpeg((path.parent / 'whole.jpg').read_bytes(), path)
    return ('read, another picture' if cv2.absdiff(picture, whole).mean() > _SEEN else
            'read, the same picture')


IMAGES = Kind(_originals, _read, damage_bytes)
