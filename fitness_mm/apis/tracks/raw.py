"""What a file of tracks says, before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fitness_mm.apis.errors import InferenceError
from fitness_mm.keypoints.layouts import BLAZEPOSE, LAYOUTS

COUNTS = frozenset(len(layout.points) for layout in LAYOUTS.values())
"""How many points a person can have."""

TIMES = ('times', 'time', 'time_s', 'time_sec', 'seconds', 'timestamp', 'timestamps',
         'timestamp_ms', 'timestamp_sec', 't')
RATES = ('fps', 'frame_rate', 'frames_per_second')
"""What files call times and frame rates."""

_FARTHEST = 1e5  # pixels from the first one; nothing is there
_MILLI, _MICRO = 5, 5000  # a step of five seconds would be none of a video's
_MOST_EMPTY = 10  # frames without anybody for each with somebody; more are no numbers of frames


class TrackFileError(InferenceError):
    """A file of tracks, or what is in it, cannot be used."""


@dataclass(frozen=True, eq=False)
class Raw:
    """People in frames: N times somebody in T frames.

    Attributes:
        points: As the file has them, pixels or shares of the picture, (N, K, 2); NaN if missing.
        visibility: Of each point, 0 to 1, (N, K).
        frame: Of each, (N,), ascending.
        frames: T.
        times: Seconds, (T,); None if the file does not say.
        fps: Frames per second; None if the file does not say.
        size: Of the picture, width and height; None if the file does not say.
        layout: Name of the skeleton; None if the file does not say.
        kinds: What each of the 24 keypoints is; None if the skeleton says it.
    """

    points: np.ndarray
    visibility: np.ndarray
    frame: np.ndarray
    frames: int
    times: np.ndarray | None = None
    fps: float | None = None
    size: tuple[int, int] | None = None
    layout: str | None = None
    kinds: tuple[str, ...] | None = None


def split(values: np.ndarray, scores: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Points and their visibility out of what files have of each.

    Args:
        values: (N, K, D): x, y; x, y and score; of BlazePose x, y, z; x, y, z and score.
        scores: (N, K), where they stand apart.

    Returns:
        (N, K, 2), NaN where there is none, and (N, K).

    Raises:
        TrackFileError: If these are no points of a picture.
    """
    if values.ndim != 3 or values.shape[2] not in (2, 3, 4, 5):
        raise TrackFileError(f'points of shape {values.shape} are not those of people in frames, x '
                             'and y of each and maybe a score')
    of_blazepose = values.shape[1] == len(BLAZEPOSE.points)
    points, third = values[..., :2].astype(np.float64), values[..., 2:3]
    if scores is None and values.shape[2] > 3:
        scores = values[..., 3]
    elif scores is None and values.shape[2] == 3 and not (
            of_blazepose and ((third < 0) | (third > 1)).any()):
        scores = values[..., 2]
    elif values.shape[2] == 3 and not of_blazepose:
        raise TrackFileError('its points have three coordinates; points of the picture are needed, '
                             'x and y in pixels')
    if scores is None:
        scores = np.ones(values.shape[:2])
    if scores.shape != values.shape[:2]:
        raise TrackFileError(f'scores of shape {scores.shape} do not belong to points of shape '
                             f'{values.shape}')
    here = (np.isfinite(points) & (np.abs(points) < _FARTHEST)).all(axis=-1)
    here &= (points != 0).any(axis=-1)  # what many write of a point that they do not see
    visibility = np.where(here & np.isfinite(scores), np.clip(scores, 0, 1), 0.0)
    return np.where(here[..., None], points, np.nan), visibility


def gathered(people: Iterable[tuple[int, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Values (N, K, D) and frames (N,) of people one after the other.

    Raises:
        TrackFileError: If there is nobody, or they have not equally many points.
    """
    frames, values = [], []
    for frame, value in people:
        if values and value.shape != values[0].shape:
            raise TrackFileError(f'somebody has {value.shape[0]} points of {value.shape[1]} numbers'
                                 f', somebody else {values[0].shape[0]} of {values[0].shape[1]}')
        frames.append(frame)
        values.append(value)
    if not values:
        raise TrackFileError('there is nobody in it')
    order = np.argsort(frames, kind='stable')
    return np.stack(values)[order], np.array(frames)[order]


def numbered(numbers: Sequence[int | None]) -> list[int]:
    """Positions of frames by their numbers, as far as these can be positions; else by order."""
    known = [number for number in numbers if number is not None]
    distinct = sorted(set(known))
    if len(known) < len(numbers) or not known or distinct[0] < 0:
        return list(range(len(numbers)))
    first = min(distinct[0], 1)  # some count from 1
    if distinct[-1] - first > _MOST_EMPTY * len(distinct) + 100:
        place = {number: i for i, number in enumerate(distinct)}
        return [place[number] for number in known]
    return [number - first for number in known]


def in_seconds(times: np.ndarray) -> np.ndarray:
    """Times (T,), milli- and microseconds known by their steps."""
    step = np.median(np.diff(times)) if len(times) > 1 else 0
    return times / (1e6 if step > _MICRO else 1e3 if step > _MILLI else 1)


def first_of(entries: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The entry of the first of some names that is there; None if none is."""
    return next((entries[name] for name in names if entries.get(name) is not None), None)


def positive(value: Any) -> float | None:
    """A number above 0, or an array of one; None if it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 < number < np.inf else None


def size_of(entries: Mapping[str, Any]) -> tuple[int, int] | None:
    """Width and height of the picture, if some entries of a file say it."""
    pair = first_of(entries, ('size', 'image_size', 'resolution'))
    if pair is None:
        pair = entries.get('width'), entries.get('height')
    try:
        width, height = (positive(side) for side in pair)
    except (TypeError, ValueError):
        return None
    return (round(width), round(height)) if width and height else None
