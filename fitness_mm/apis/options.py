"""How to look at a video: every number is checked before anything is opened or loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import InferenceError

RANGES = {'fps': (0.1, 1000), 'speed': (0.01, 100), 'camera_seconds': (1, 3600),
          'pose_fps': (1, 1000), 'smooth': (0, 60), 'window': (0.5, 86400),
          'stride': (0.05, 86400), 'batch_size': (1, 4096)}
"""Smallest and largest; seconds, or frames per second."""

TRACK_ENDINGS = ('.npz', '.json', '.csv')
"""Of files of tracks."""

PEOPLE = LARGEST, CENTER = 'largest', 'center'
"""Ways to choose a person, beside a number."""


@dataclass(frozen=True)
class Options:
    """How to look at a video.

    Attributes:
        fps: Frames per second of what does not say so itself, 30 if None. Most video files do.
        speed: How many times as fast as it is shown it was done, such as 8 where 240 frames a
            second are shown at 30; what the file says of that if None, and 1 where it says nothing.
        channels: Order of the colours in arrays, ``rgb`` or ``bgr``.
        camera_seconds: How long what is live is watched; until it ends or Ctrl-C is pressed if
            None.
        size: Width and height of the picture, for a file of tracks that does not say it.
        skeleton: Of a file of tracks, one of :mod:`fitness_mm.keypoints.layouts`; known by the
            number of points if None.
        box: The person's box, x1, y1, x2, y2 in pixels of the video; found if None.
        person: Whom to look at: ``largest``, ``center`` (nearest to the middle of the picture), or
            a number from 1, counted from the left; if None, who moves, is large and there.
        pose_fps: Frames per second that the pose estimator looks at, at most.
        smooth: Length of the keypoints' filter in seconds; 0 for none.
        window: Seconds that the recogniser sees at once: about four repetitions, as clips of the
            data set have.
        stride: Seconds from one window to the next; half a window if None.
        exercise: Name of the exercise, English or Korean, for whoever knows it; recognised if None.
        batch_size: Crops that the pose estimator gets at a time; of windows, an eighth.

    Raises:
        FitnessError: If a value cannot be used.
    """

    fps: float | None = None
    speed: float | None = None
    channels: str = 'rgb'
    camera_seconds: float | None = None
    size: Sequence[int] | None = None
    skeleton: str | None = None
    box: Sequence[float] | None = None
    person: str | int | None = None
    pose_fps: float = 15.0
    smooth: float = 0.3
    window: float = 10.0
    stride: float | None = None
    exercise: str | None = None
    batch_size: int = 32

    def __post_init__(self) -> None:
        for name in RANGES:
            value = getattr(self, name)
            if value is not None or name not in ('fps', 'speed', 'stride', 'camera_seconds'):
                checked(name, value)
        if self.channels not in ('rgb', 'bgr'):
            raise InferenceError(f"channels has to be 'rgb' or 'bgr', but is {self.channels!r}")
        if self.size is not None:
            size = _numbers(self.size)
            if size.shape != (2, ) or not ((size >= 16) & (size <= 16384)).all():
                raise InferenceError('size has to be width and height of the picture, from 16 to '
                                     f'16384 pixels, but is {self.size}')
            object.__setattr__(self, 'size', tuple(size.astype(int).tolist()))
        if self.person is not None:
            object.__setattr__(self, 'person', _who(self.person))
        if self.exercise is not None:
            from fitness_mm.aihub.catalog import exercise_by_name  # not loaded for --help
            exercise_by_name(self.exercise)
        if self.box is not None:
            box = _numbers(self.box)
            if box.shape != (4, ) or not np.isfinite(box).all() or (box[2:] <= box[:2]).any():
                raise InferenceError('box has to be x1 y1 x2 y2 in pixels of the video, x2 > x1 '
                                     f'and y2 > y1, but is {self.box}')


def checked(name: str, value: float) -> float:
    """A number of :data:`RANGES`.

    Raises:
        InferenceError: If it is none, or out of its range.
    """
    least, most = RANGES[name]
    number = _numbers(value)
    if number.shape or not least <= number <= most:  # NaN is neither
        raise InferenceError(f'{name} has to be a number from {least:g} to {most:g}, but is '
                             f'{value}')
    return float(number)


def _who(person: str | int) -> str | int:
    """A way to choose a person.

    Raises:
        InferenceError: If it is none.
    """
    number = int(person) if str(person).isdecimal() else 0
    if person not in PEOPLE and not 1 <= number <= 99:
        raise InferenceError(f'person has to be {", ".join(PEOPLE)} or a number from 1, counted '
                             f'from the left, but is {person!r}')
    return number or person


def _numbers(value: object) -> np.ndarray:
    try:
        return np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return np.array([np.nan])
