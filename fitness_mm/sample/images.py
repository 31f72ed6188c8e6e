"""From a performance to JPEG files: bodies over backgrounds, noise, sizes that tell nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np

from .clip import Performance
from .station.render import draw_plan, paint

_NOISE_MARGIN = 32
_QUALITY = (66, 77)
_MIN_QUALITY = 20
# Images of this sort take about pixels ** 0.86 bytes times 0.3 to 0.68 at these qualities.
_BYTES_EXPONENT, _BYTES_FACTOR = 0.86, (0.56, 0.68)


@lru_cache(maxsize=1)
def _noise_bank(width: int, height: int) -> np.ndarray:
    """Eight noise pictures (8, H', W', 3) int16, somewhat larger than the images."""
    rng = np.random.default_rng(0)
    shape = (height + _NOISE_MARGIN, width + _NOISE_MARGIN)
    bank = []
    for _ in range(8):
        grain = cv2.GaussianBlur(rng.normal(0, 2.6, shape).astype(np.float32), (0, 0), 0.7)
        colour = cv2.GaussianBlur(rng.normal(0, 6, (*shape, 3)).astype(np.float32), (0, 0), 2.0)
        bank.append(np.rint(grain[..., None] + colour).astype(np.int16))
    return np.stack(bank)


def _with_noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = image.shape[:2]
    which, x, y = rng.integers((8, _NOISE_MARGIN, _NOISE_MARGIN))
    noise = _noise_bank(width, height)[which, y:y + height, x:x + width]
    return cv2.add(image, noise, dtype=cv2.CV_8U)


def encode_jpeg(image: np.ndarray, quality: int, num_bytes: int) -> bytes:
    """A JPEG file of exactly a given size, so that the size says nothing about the content.

    The rest is a comment in the file. Where the image is too large, its quality goes down.
    """
    while True:
        data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        room = num_bytes - len(data)
        if room == 0:
            return data
        if room >= 4:
            break
        if quality <= _MIN_QUALITY:
            raise ValueError(f'an image of {len(data)} bytes at quality {quality} does not fit '
                             f'into {num_bytes} bytes')
        quality -= 6
    comments = []
    while room:
        # A comment has four bytes of its own and at most 65,533 of text.
        length = min(room, 65537)
        if 0 < room - length < 4:
            length -= 4
        comments.append(b'\xff\xfe' + (length - 2).to_bytes(2, 'big') + bytes(length - 4))
        room -= length
    return data[:2] + b''.join(comments) + data[2:]


def frames(performance: Performance, view: str,
           rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The BGR images (H, W, 3) of one camera, one after the other; ``rng`` draws the noise."""
    drawing = draw_plan(performance.solids, performance.station, view,
                        performance.plan.drawn.on_bench)
    for t in range(len(performance.joints.keypoints)):
        image = drawing.background.copy()
        paint(image, drawing, t)
        yield _with_noise(image, rng)


def jpegs(performance: Performance, view: str, rng: np.random.Generator) -> Iterator[bytes]:
    """The images of one camera as files."""
    camera = performance.station.cameras[view]
    usual = (camera.width_px * camera.height_px)**_BYTES_EXPONENT
    for image in frames(performance, view, rng):
        num_bytes = int(usual * rng.uniform(*_BYTES_FACTOR))
        yield encode_jpeg(image, int(rng.integers(*_QUALITY)), num_bytes)
