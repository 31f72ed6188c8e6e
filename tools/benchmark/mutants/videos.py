"""Videos, of several containers and codecs."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np

from fitness_mm.apis.video.sources import open_source
from fitness_mm.containers import writing

from .common import Kind, damage_bytes

_SIZE = (96, 64)
_CODECS = {'a.mp4': 'libx264', 'b.mkv': 'libx264', 'c.avi': 'mjpeg', 'd.webm': 'libvpx-vp9',
           'e.ts': 'mpeg2video', 'f.mov': 'mpeg4', 'g.gif': 'gif', 'h.h264': 'libx264'}
_FORMATS = {'libx264': 'yuv420p', 'mjpeg': 'yuvj420p', 'gif': 'rgb8'}


def _originals(folder: Path) -> list[Path]:
    rng = np.random.default_rng(0)
    frames = rng.integers(90, 110, (20, _SIZE[1], _SIZE[0], 3), np.uint8)
    for t, frame in enumerate(frames):
        frame[24:40, 3 * t:3 * t + 16] = 230
    for name, codec in _CODECS.items():
        with writing(folder / name) as container:
            stream = container.add_stream(codec, rate=10)
            stream.width, stream.height = _SIZE
            stream.pix_fmt = _FORMATS.get(codec, 'yuv420p')
            for frame in frames:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
            container.mux(stream.encode())
    cv2.imwrite(str(folder / 'i.webp'), frames[0])
    return [*map(folder.joinpath, _CODECS), folder / 'i.webp']


def _read(path: Path) -> str:
    """As an inference does, the first look and the way through all frames."""
    source = open_source(path)
    source.survey(8)
    for frame in source.frames():
        frame.rgb()
    return 'read, with warnings' if source.warnings else 'read'


VIDEOS = Kind(_originals, _read, damage_bytes)
