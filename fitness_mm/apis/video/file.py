"""A video file as a source of frames: any that FFmpeg opens, turned upright, however it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.stream import Disposition
from av.video.reformatter import Interpolation

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.options import RANGES
from fitness_mm.containers import reading
from fitness_mm.printable import file_name

from .canvas import Colours, Planes, planes_of
from .frames import DEFAULT_FPS, OTHER_SIZES, centred, fitting, shrunk, spread, warn_once
from .layout import Layout
from .sound import Sound

_SEEK_FROM_SECONDS = 40
"""Longer videos are surveyed by jumping; it is quicker to read the whole of shorter ones."""

_FILMED_FPS = 'com.android.capture.fps'
"""What Android's phones say of slow motion, which their files show slowed down. Apple's have the
times at which pictures were taken."""

_SLOWED = 3  # times, from which on it is slow motion: in the dark phones film at half their rate

_LONGEST_GAP_SECONDS = 10
"""From one frame to the next. More is an error in the time stamps, and time takes memory."""


class Shown(NamedTuple):
    """How a video is to be shown: its layout, width and height then, and what its numbers mean."""

    layout: Layout
    size: tuple[int, int]
    colours: Colours


class DecodedFrame:
    """A frame that becomes an array when it is asked for, as not every frame is.

    Args:
        number: Position, from 0.
        time: Seconds from the first frame.
        picture: As it was decoded; one of another shape than the video's is fitted into it.
        shown: How the video is to be shown.
    """

    def __init__(self, number: int, time: float, picture: av.VideoFrame, shown: Shown) -> None:
        self.number, self.time = number, time
        self.colours = shown.colours
        self._picture, self._shown = picture, shown

    def rgb(self) -> np.ndarray:
        """uint8 (H, W, 3), upright, of square pixels and of the video's size."""
        picture = self._scaled(self._shown.size, format='rgb24')
        return centred(self._shown.layout.apply(picture.to_ndarray()), self._shown.size)

    def planes(self, size: tuple[int, int]) -> Planes:
        """The same in the colours of the video; see :class:`~.frames.Frame`."""
        picture = self._scaled(size, 2, format='yuv420p', dst_colorspace=self.colours.space,
                               dst_color_range=self.colours.range)
        return [centred(self._shown.layout.apply(plane), (size[0] // step, size[1] // step), value)
                for plane, step, value in zip(planes_of(picture), (1, 2, 2), self.colours.black,
                                              strict=True)]

    def _scaled(self, size: tuple[int, int], even: int = 1, **kind) -> av.VideoFrame:
        """As large as it goes into a size, in whole steps of ``even`` pixels, not yet upright."""
        layout, picture = self._shown.layout, self._picture
        shape = layout.shown(picture.width, picture.height)
        if shape != self._shown.size:
            size = fitting(shape, size, even)
        width, height = layout.stored(size)
        smaller = width < picture.width or height < picture.height
        return picture.reformat(width, height, interpolation=Interpolation.AREA if smaller
                                else Interpolation.BICUBIC, **kind)


class VideoFile:
    """A video file, decoded as it is read.

    A video that says how to turn and mirror it is shown like that, with square pixels. Times are
    those of the file, so a variable frame rate is no matter. What is broken is passed over, with a
    warning.

    Args:
        path: The file.
        fps: Frames per second of a file without time stamps, if it is known.
        speed: How many times as fast as it is shown it was done: 8 where 240 frames a second are
            shown at 30. What the file says of that if None.

    Raises:
        InferenceError: If it is missing, no video, or has no frame that can be decoded.
    """

    def __init__(self, path: Path, fps: float | None = None, speed: float | None = None) -> None:
        self.path, self.name, self.warnings = path, file_name(path.stem), []
        with self._open() as (container, stream):
            self._stamped = not container.format.flags & av.format.Flags.no_timestamps.value
            rates = stream.average_rate if self._stamped else fps, stream.guessed_rate, DEFAULT_FPS
            least, most = RANGES['fps']
            shown = float(next(rate for rate in rates if rate and least <= rate <= most))
            self._speed = self._filmed(container, shown) if speed is None else speed
            self.fps = min(max(shown * self._speed, least), most)
            self.duration = self._duration(container, stream) / self._speed
            first = next(self._pictures(container, stream), None)
            if first is None:
                raise self._nothing_decoded()
            layout = Layout.of(first, stream.sample_aspect_ratio)
        if not self._stamped and fps is None:
            warn_once(self, f'the file has no time stamps; {shown:g} frames a second were '
                      'assumed, which the option fps changes')
        self.size, self.colours = layout.shown(first.width, first.height), Colours.of(first)
        self._shown = Shown(layout, self.size, self.colours)
        self.sound = (Sound(path, first.time or 0.0) if self._stamped and self._speed == 1
                      else None)
        self._count = 0

    def frames(self) -> Iterator[DecodedFrame]:
        """All frames that can be decoded; those of another size are fitted into the first one's."""
        number, time, begin, end = 0, 0.0, None, 0.0
        with self._open() as (container, stream):
            for picture in self._pictures(container, stream):
                seconds = number / self.fps
                if self._stamped and picture.time is not None:
                    seconds = picture.time / self._speed
                end = seconds
                begin = seconds if begin is None else begin
                if number:
                    # stamps that do not go on are mended: later stages divide by differences
                    step = seconds - begin - time
                    if step > _LONGEST_GAP_SECONDS:
                        warn_once(self, f'after {time:.1f} s the time stamps leap by {step:.0f} s, '
                                  'which were left out')
                        begin += step - 1 / self.fps
                        self.sound = None  # it goes with the pictures no longer
                    time += 1 / self.fps if not 0 < step <= _LONGEST_GAP_SECONDS else step
                if self._shown.layout.shown(picture.width, picture.height) != self.size:
                    warn_once(self, OTHER_SIZES)
                yield DecodedFrame(number, time, picture, self._shown)
                number += 1
        if not number:
            raise self._nothing_decoded()
        if max(time, end) + 2 / self.fps < 0.95 * self.duration - 0.5:
            warn_once(self, f'the file says it lasts {self.duration:.1f} s, but its pictures end '
                      f'at {time:.1f} s')
        self.duration, self._count = time + 1 / self.fps, number

    def survey(self, count: int) -> list[np.ndarray]:
        """Frames spread over the file: those that can be decoded by themselves, if there are half
        as many, found by jumping where it is long."""
        images = (self._jumped if self.duration > _SEEK_FROM_SECONDS else self._keys)(count)
        if 2 * len(images) > count:
            return images
        images = self._picked(spread(round(self.duration * self.fps), count))
        if 2 * len(images) < min(count, self._count):  # it lasts longer or shorter than it said
            images = self._picked(spread(self._count, count))
        return images

    def _keys(self, count: int) -> list[np.ndarray]:
        images: list[np.ndarray] = []
        with contextlib.suppress(av.FFmpegError):
            with self._open() as (container, stream):
                keys = [number for number, packet in enumerate(container.demux(stream))
                        if packet.is_keyframe]
            if 2 * len(keys) <= count:
                return images
            wanted = {keys[i] for i in spread(len(keys), count)}
            with self._open() as (container, stream):
                for number, packet in enumerate(container.demux(stream)):
                    if number in wanted or packet.dts is None:  # the latter at the end
                        with contextlib.suppress(av.FFmpegError):
                            images += [self._small(picture) for picture in packet.decode()]
        return images

    def _picked(self, numbers: Sequence[int]) -> list[np.ndarray]:
        wanted = set(numbers)
        return [shrunk(frame.rgb()) for frame in self.frames() if frame.number in wanted]

    def _jumped(self, count: int) -> list[np.ndarray]:
        images = {}
        with self._open() as (container, stream):
            start = stream.start_time or 0
            for i in range(count):
                time = (i + 0.5) * self.duration / count
                with contextlib.suppress(av.FFmpegError, StopIteration):
                    container.seek(start + int(time / stream.time_base), stream=stream)
                    picture = next(container.decode(stream))
                    images[picture.pts] = self._small(picture)
        return list(images.values())

    def _small(self, picture: av.VideoFrame) -> np.ndarray:
        return shrunk(DecodedFrame(0, 0.0, picture, self._shown).rgb())

    @contextlib.contextmanager
    def _open(self) -> Iterator[tuple[av.container.InputContainer, av.VideoStream]]:
        """The file and its picture track; in a file of music the picture of its cover is none."""
        with contextlib.ExitStack() as stack:
            try:
                container = stack.enter_context(reading(self.path))
            except (av.FFmpegError, OSError) as error:
                raise InferenceError(
                    f'{self.path} is no video that can be opened ({error.strerror or error}); if '
                    'it plays elsewhere, convert it to MP4') from error
            stream = container.streams.best('video')
            if stream is None or stream.disposition & Disposition.attached_pic:
                raise InferenceError(f'{self.path} has no picture track, only sound or text; name '
                                     'a video')
            stream.thread_type = 'AUTO'
            yield container, stream

    def _pictures(self, container: av.container.InputContainer,
                  stream: av.VideoStream) -> Iterator[av.VideoFrame]:
        """Every frame that can be decoded; a broken packet loses its own only."""
        broken = 0
        try:
            for packet in container.demux(stream):
                try:
                    yield from packet.decode()
                except av.FFmpegError:
                    broken += 1
        except av.FFmpegError:  # nothing that follows can be found
            broken += 1
        if broken:
            warn_once(self, f'{broken} parts of the file are damaged and were passed over')

    def _filmed(self, container: av.container.InputContainer, shown: float) -> float:
        """How many times as fast as it is shown it was filmed, as phones write it into files."""
        try:
            filmed = float(container.metadata.get(_FILMED_FPS, shown))
        except ValueError:
            filmed = shown
        speed = filmed / shown
        least, most = RANGES['speed']
        if not (_SLOWED <= speed <= most or least <= speed <= 1 / _SLOWED):
            return 1.0
        warn_once(self, f'filmed at {filmed:g} frames a second and shown at {shown:g}, it was '
                  f'taken {speed:.3g} times as fast as it is shown, which --speed 1 (the option '
                  'speed) prevents')
        return speed

    def _nothing_decoded(self) -> InferenceError:
        return InferenceError(f'no frame of {self.path} can be decoded; it is empty, damaged, too '
                              'large or of a kind that FFmpeg does not decode: convert it to MP4')

    @staticmethod
    def _duration(container: av.container.InputContainer, stream: av.VideoStream) -> float:
        if stream.duration and stream.time_base:
            return float(stream.duration * stream.time_base)
        seconds = (container.duration or 0) / av.time_base
        if 'matroska' in container.format.name:  # there it is the end, wherever it begins
            seconds -= (container.start_time or 0) / av.time_base
        return max(0.0, seconds)

