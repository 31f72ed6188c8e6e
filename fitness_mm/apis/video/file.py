"""A video file as a source of frames: any that FFmpeg opens, turned upright, however it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from fitness_mm.apis.errors import InferenceError

from .frames import DEFAULT_FPS, shown_name, spread, warn_once

_SEEK_FROM_SECONDS = 40
"""Longer videos are surveyed by jumping; it is quicker to decode the whole of shorter ones."""


class DecodedFrame:
    """A frame that becomes RGB when it is asked for, as not every frame is."""

    def __init__(self, number: int, time: float, picture: av.VideoFrame, turns: int) -> None:
        self.number, self.time = number, time
        self._picture, self._turns = picture, turns

    def rgb(self) -> np.ndarray:
        """uint8 (H, W, 3), upright."""
        image = self._picture.to_ndarray(format='rgb24')
        return np.ascontiguousarray(np.rot90(image, self._turns)) if self._turns else image


class VideoFile:
    """A video file, decoded as it is read.

    A phone's video that says how to turn it is turned. Times are those of the file, so a
    variable frame rate is no matter. What is broken is passed over, with a warning.

    Args:
        path: The file.

    Raises:
        InferenceError: If it is missing, no video, or has no frame that can be decoded.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name, self.warnings = path, shown_name(path.stem), []
        try:
            with self._open() as container:
                stream = container.streams.video[0]
                self.fps = float(stream.average_rate or stream.guessed_rate or DEFAULT_FPS)
                self.duration = self._duration(container, stream)
                first = next(self._pictures(container), None)
        except IndexError:
            raise InferenceError(f'{path} has no picture track, only sound or text; name a '
                                 'video') from None
        if first is None:
            raise InferenceError(f'no frame of {path} can be decoded; it is empty or damaged')
        self.turns = _quarter_turns(first)
        width, height = first.width, first.height
        self.size = (height, width) if self.turns % 2 else (width, height)

    def frames(self) -> Iterator[DecodedFrame]:
        """All frames that can be decoded."""
        number, time, first = 0, -1.0, None
        with self._open() as container:
            for picture in self._pictures(container):
                seconds = picture.time if picture.time is not None else number / self.fps
                first = seconds if first is None else first
                # stamps that do not go on are mended: later stages divide by differences
                time = seconds - first if seconds - first > time else time + 1 / self.fps
                yield DecodedFrame(number, time, picture, self.turns)
                number += 1
        if self.duration and time + 2 / self.fps < 0.95 * self.duration - 0.5:
            warn_once(self, f'the file says it lasts {self.duration:.1f} s, but its pictures end '
                      f'at {time:.1f} s')
        self.duration = time + 1 / self.fps

    def survey(self, count: int) -> list[np.ndarray]:
        """Frames spread over the file, found by jumping where it is long."""
        if not self.duration:
            for _ in self.frames():  # which finds out
                pass
        if self.duration > _SEEK_FROM_SECONDS:
            jumped = self._jumped(count)
            if jumped:
                return jumped
        wanted = set(spread(max(1, round(self.duration * self.fps)), count))
        images = [frame.rgb() for frame in self.frames() if frame.number in wanted or not wanted]
        return images or [next(iter(self.frames())).rgb()]

    def _jumped(self, count: int) -> list[np.ndarray]:
        images = []
        with self._open() as container:
            stream = container.streams.video[0]
            start = stream.start_time or 0
            for i in range(count):
                time = (i + 0.5) * self.duration / count
                with contextlib.suppress(av.FFmpegError, StopIteration):
                    container.seek(start + int(time / stream.time_base), stream=stream)
                    picture = next(container.decode(stream))
                    images.append(DecodedFrame(0, 0.0, picture, self.turns).rgb())
        return images

    def _open(self) -> av.container.InputContainer:
        try:
            container = av.open(str(self.path))
        except FileNotFoundError:
            raise InferenceError(f'there is no file {str(self.path)!r}; name a video, or a folder '
                                 'of frames') from None
        except (av.FFmpegError, OSError, UnicodeError) as error:
            reason = getattr(error, 'strerror', None) or error
            raise InferenceError(f'{self.path} is no video that can be opened ({reason}); if it '
                                 'plays elsewhere, convert it to MP4') from error
        for stream in container.streams.video:
            stream.thread_type = 'AUTO'
        return container

    def _pictures(self, container: av.container.InputContainer) -> Iterator[av.VideoFrame]:
        """Every frame that can be decoded; a broken packet loses its own only."""
        stream = container.streams.video[0]
        broken = 0
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except av.FFmpegError:
                broken += 1
                break
            try:
                yield from packet.decode()
            except av.FFmpegError:
                broken += 1
        if broken:
            warn_once(self, f'{broken} parts of the file are damaged and were passed over')

    @staticmethod
    def _duration(container: av.container.InputContainer, stream: av.VideoStream) -> float:
        if stream.duration and stream.time_base:
            return float(stream.duration * stream.time_base)
        return container.duration / av.time_base if container.duration else 0.0


def _quarter_turns(picture: av.VideoFrame) -> int:
    """Counter-clockwise quarter turns that bring a frame upright, as its display matrix says."""
    return round(getattr(picture, 'rotation', 0) / 90) % 4
