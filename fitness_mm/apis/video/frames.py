"""Where frames come from: a file, a folder, an array, a list. Never all of them in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.options import checked
from fitness_mm.printable import file_name

from .canvas import Colours, Planes
from .sound import Sound

DEFAULT_FPS = 30.0
"""Of input that does not say its own frame rate."""

SURVEY_SIDE = 1920
"""Pixels of the longer side of frames that are kept to find the person."""

OTHER_SIZES = 'the pictures change their size; they were fitted into that of the first one'

IMAGE_ENDINGS = ('.jpg', '.jpeg', '.png', '.bmp', '.webp')


class Frame(Protocol):
    """One frame of an input.

    Attributes:
        number: Position, from 0.
        time: Seconds from the first frame.
        colours: What the numbers of its planes mean.
    """

    number: int
    time: float
    colours: Colours

    def rgb(self) -> np.ndarray:
        """uint8 (H, W, 3); decoded when it is asked for."""

    def planes(self, size: tuple[int, int]) -> Planes:
        """The same in its colours, of a width and height, which are even."""


class FrameSource(Protocol):
    """Frames in order, any number of times.

    Attributes:
        name: What to call it, and files made of it.
        fps: Frames per second, the mean where it varies.
        size: Width and height in pixels, as it is looked at.
        colours: What the numbers of frames in planes mean.
        duration: Seconds; an estimate until it was read to its end.
        sound: What is heard meanwhile, known when it was read; None if there is nothing.
        warnings: Sentences about what was wrong with it and had to be passed over.
    """

    name: str
    fps: float
    size: tuple[int, int]
    colours: Colours
    duration: float
    sound: Sound | None
    warnings: list[str]

    def frames(self) -> Iterator[Frame]:
        """All frames, in order; whoever keeps one keeps its memory."""

    def survey(self, count: int) -> list[np.ndarray]:
        """At most so many frames spread over all of it, uint8 RGB (H, W, 3), large ones shrunk
        by :func:`shrunk`."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A frame that is an array already."""

    number: int
    time: float
    image: np.ndarray
    colours = Colours()

    def rgb(self) -> np.ndarray:
        """See :class:`Frame`."""
        return self.image

    def planes(self, size: tuple[int, int]) -> Planes:
        """See :class:`Frame`."""
        smaller = size[0] < self.image.shape[1] or size[1] < self.image.shape[0]
        return self.colours.planes(cv2.resize(
            self.image, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC))


class ArraySource:
    """Frames that are in memory already.

    Args:
        frames: uint8 (T, H, W, 3), or a list of (H, W, 3) of one size; grey (H, W) will do.
        fps: Frames per second.
        channels: Order of the colours, ``rgb`` or ``bgr``.
        name: What to call it.

    Raises:
        InferenceError: If these are no such frames.
    """

    sound = None

    def __init__(self, frames: np.ndarray | Sequence[np.ndarray], fps: float = DEFAULT_FPS,
                 channels: str = 'rgb', name: str = 'frames') -> None:
        if channels not in ('rgb', 'bgr'):
            raise InferenceError(f"channels has to be 'rgb' or 'bgr', but is {channels!r}")
        if not len(frames):
            raise InferenceError('there are no frames: the array or list is empty')
        for t, frame in enumerate(frames):
            shape, dtype = np.shape(frame), getattr(frame, 'dtype', None)
            if (dtype != np.uint8 or len(shape) not in (2, 3) or (*shape, 3)[2] != 3
                    or min(shape) < 1):
                raise InferenceError('frames have to be uint8 arrays of shape (height, width, 3), '
                                     f'but frame {t} is {dtype} of shape {shape}')
            if shape[:2] != np.shape(frames[0])[:2]:
                raise InferenceError(f'frames have to be of one size, but frame {t} is of shape '
                                     f'{shape} and the first of {np.shape(frames[0])}')
        self.name, self.fps, self.warnings = name, checked('fps', fps), []
        self.size, self.colours = (frames[0].shape[1], frames[0].shape[0]), Colours()
        self.duration = len(frames) / self.fps
        self._frames, self._channels = frames, channels

    def frames(self) -> Iterator[Frame]:
        """All frames."""
        for number in range(len(self._frames)):
            yield Picture(number, number / self.fps, self._rgb(number))

    def survey(self, count: int) -> list[np.ndarray]:
        """Frames spread evenly."""
        return [shrunk(self._rgb(number)) for number in spread(len(self._frames), count)]

    def _rgb(self, number: int) -> np.ndarray:
        frame = self._frames[number]
        if frame.ndim == 2:
            return cv2.cvtColor(frame, cv2.COLOR_GRAY2RGB)
        return np.ascontiguousarray(frame if self._channels == 'rgb' else frame[..., ::-1])


class FolderSource:
    """The images of a folder, in the natural order of their names (2 before 10).

    Args:
        folder: The folder.
        fps: Frames per second.

    Raises:
        InferenceError: If it holds no image that can be read.
    """

    sound = None

    def __init__(self, folder: Path, fps: float = DEFAULT_FPS) -> None:
        self._files = sorted((file for file in listed(folder)
                              if file.suffix.lower() in IMAGE_ENDINGS), key=natural)
        if not self._files:
            raise InferenceError(f'the folder {folder} has no images ({", ".join(IMAGE_ENDINGS)}); '
                                 'name a video file or a folder of frames')
        self.name, self.warnings = file_name(folder.resolve().name), []
        self.fps = checked('fps', fps)
        self.duration = len(self._files) / self.fps
        first = next((image for file in self._files if (image := _read(file)) is not None), None)
        if first is None:
            raise InferenceError(f'none of the {len(self._files)} images of {folder} can be read')
        self.size, self.colours = (first.shape[1], first.shape[0]), Colours()

    def frames(self) -> Iterator[Frame]:
        """All frames that can be read; those of another size are fitted into the first one's."""
        unreadable = 0
        for number, file in enumerate(self._files):
            image = _read(file)
            if image is None:
                unreadable += 1
                continue
            if image.shape[1::-1] != self.size:
                warn_once(self, OTHER_SIZES)
            yield Picture(number, number / self.fps, fitted(image, self.size))
        if unreadable:
            warn_once(self, f'{unreadable} of {len(self._files)} images cannot be read and were '
                      'passed over')

    def survey(self, count: int) -> list[np.ndarray]:
        """Frames spread evenly."""
        images = (_read(self._files[i]) for i in spread(len(self._files), count))
        found = [shrunk(fitted(image, self.size)) for image in images if image is not None]
        return found or [shrunk(next(self.frames()).rgb())]


def listed(folder: Path) -> list[Path]:
    """What is in a folder, without hidden files: a Mac leaves ``._1.jpg`` beside ``1.jpg``."""
    return [file for file in folder.iterdir() if not file.name.startswith('.')]


def warn_once(source: FrameSource, sentence: str) -> None:
    """Adds a warning that is not there yet: a source is read more than once."""
    if sentence not in source.warnings:
        source.warnings.append(sentence)


def fitted(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """An image (H, W, 3) in the middle of one of a width and height, as large as it goes: people
    keep their shape when the picture changes its own."""
    if image.shape[1::-1] == size:
        return image
    return centred(cv2.resize(image, fitting(image.shape[1::-1], size),
                              interpolation=cv2.INTER_AREA), size)


def fitting(size: tuple[int, int], into: tuple[int, int], even: int = 1) -> tuple[int, int]:
    """A size as large as it goes into another, of the same shape, in steps of some pixels."""
    scale = min(to / side for to, side in zip(into, size, strict=True))
    return tuple(max(even, round(scale * side / even) * even) for side in size)


def centred(image: np.ndarray, size: tuple[int, int], fill: int = 0) -> np.ndarray:
    """An image (H, W, ...) in the middle of one of a width and height, which is no smaller."""
    if image.shape[1::-1] == size:
        return image
    canvas = np.full((size[1], size[0], *image.shape[2:]), fill, np.uint8)
    (height, width), (x, y) = image.shape[:2], ((of - side) // 2 for of, side in zip(
        size, image.shape[1::-1], strict=True))
    canvas[y:y + height, x:x + width] = image
    return canvas


def shrunk(image: np.ndarray) -> np.ndarray:
    """An image of at most :data:`SURVEY_SIDE` pixels a side, so that some tens fit into memory."""
    height, width = image.shape[:2]
    scale = SURVEY_SIDE / max(height, width)
    return image if scale >= 1 else cv2.resize(
        image, (max(1, round(scale * width)), max(1, round(scale * height))),
        interpolation=cv2.INTER_AREA)


def spread(available: int, count: int) -> list[int]:
    """The middles of ``count`` equal parts of ``available`` things, or all of them if fewer."""
    count = min(available, count)
    return [int((i + 0.5) * available / count) for i in range(count)]


def _read(file: Path) -> np.ndarray | None:
    try:
        # whoever opens a pipe waits for its other end
        data = np.fromfile(file, np.uint8) if file.is_file() else b''
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    except (OSError, cv2.error):  # the latter for a size that no memory holds
        return None
    return None if image is None else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def natural(file: Path) -> list:
    """By which names are sorted so that 2 comes before 10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r'(\d+)', file.name)]
