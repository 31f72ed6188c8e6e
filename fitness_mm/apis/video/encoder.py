"""H.264 in MP4, frame by frame, each with a time of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path

import av

from fitness_mm.containers import writing
from fitness_mm.files import replacing

from .canvas import Canvas, Colours
from .sound import Sound, SoundTrack

_TIME_BASE = Fraction(1, 90_000)
_OPTIONS = {'crf': '23', 'preset': 'ultrafast'}
"""Of x264. The preset veryfast takes three times as long for files of a quarter of the size."""


class VideoEncoder:
    """Takes pictures; made by :func:`encoding`."""

    def __init__(self, container: av.container.OutputContainer, size: tuple[int, int],
                 fps: float, colours: Colours) -> None:
        self._container, self._frame_seconds = container, 1 / fps
        self.sound: SoundTrack | None = None
        self._stream = container.add_stream(
            'libx264', rate=Fraction(fps).limit_denominator(1001), options=_OPTIONS)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = 'yuv420p'
        self._stream.thread_type = 'FRAME'  # frames are encoded while the next one is drawn
        context = self._stream.codec_context
        context.time_base = _TIME_BASE
        context.colorspace, context.color_range = colours.space, colours.range
        context.color_primaries, context.color_trc = colours.primaries, colours.transfer
        self._last = -1

    def add(self, canvas: Canvas, time: float) -> None:
        """Adds a picture, to be shown from a time in seconds on; it can be drawn on again then."""
        picture = canvas.frame
        self._last = max(self._last + 1, round(time / _TIME_BASE))
        picture.pts, picture.time_base = self._last, _TIME_BASE
        self._container.mux(self._stream.encode(picture))
        if self.sound is not None:
            self.sound.until(time + self._frame_seconds)

    def finish(self) -> None:
        """Writes what is still in the encoder."""
        self._container.mux(self._stream.encode())


@contextmanager
def encoding(path: str | Path, size: tuple[int, int], fps: float,
             colours: Colours, sound: Sound | None = None) -> Iterator[VideoEncoder]:
    """A video that takes its place when all went well.

    Args:
        path: The MP4 file.
        size: Width and height in pixels, even.
        fps: Frames per second, about.
        colours: What the numbers of pictures mean.
        sound: What is heard meanwhile.
    """
    with (replacing(path) as unfinished, writing(unfinished) as container,
          ExitStack() as opened):
        encoder = VideoEncoder(container, size, fps, colours)
        if sound is not None:
            encoder.sound = SoundTrack(sound, container, opened)
        yield encoder
        encoder.finish()
