"""H.264 in MP4, frame by frame, each with a time of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from fitness_mm.containers import writing
from fitness_mm.files import replacing

_TIME_BASE = Fraction(1, 90_000)
_QUALITY = '23'  # constant rate factor of x264


class VideoEncoder:
    """Takes frames; made by :func:`encoding`."""

    def __init__(self, container: av.container.OutputContainer, size: tuple[int, int],
                 fps: float) -> None:
        self._container = container
        self._stream = container.add_stream(
            'libx264', rate=Fraction(fps).limit_denominator(1001),
            options={'crf': _QUALITY, 'preset': 'veryfast'})
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = 'yuv420p'
        self._stream.codec_context.time_base = _TIME_BASE
        self._last = -1

    def add(self, frame: np.ndarray, time: float) -> None:
        """Adds a frame, uint8 RGB (H, W, 3), to be shown from a time in seconds on."""
        picture = av.VideoFrame.from_ndarray(frame, format='rgb24')
        self._last = max(self._last + 1, round(time / _TIME_BASE))
        picture.pts, picture.time_base = self._last, _TIME_BASE
        self._container.mux(self._stream.encode(picture))

    def finish(self) -> None:
        """Writes what is still in the encoder."""
        self._container.mux(self._stream.encode())


@contextmanager
def encoding(path: str | Path, size: tuple[int, int], fps: float) -> Iterator[VideoEncoder]:
    """A video that takes its place when all went well.

    Args:
        path: The MP4 file.
        size: Width and height in pixels, even.
        fps: Frames per second, about.
    """
    with replacing(path) as unfinished, writing(unfinished) as container:
        encoder = VideoEncoder(container, size, fps)
        yield encoder
        encoder.finish()
