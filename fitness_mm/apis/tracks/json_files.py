"""Tracks in JSON: what MMPose, AlphaPose, OpenPose, MediaPipe's users and this project write.

They differ in how deep things lie and what they are called, so a file is walked: it holds frames,
frames hold people, and people are lists of points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from fitness_mm.files import open_file
from fitness_mm.keypoints.layouts import ASSUMED, DERIVED, OBSERVED
from fitness_mm.keypoints.skeleton import KEYPOINTS

from .raw import (
    COUNTS,
    RATES,
    TIMES,
    Raw,
    TrackFileError,
    first_of,
    gathered,
    in_seconds,
    numbered,
    positive,
    size_of,
    split,
)

_LISTS_OF_FRAMES = ('instance_info', 'frames', 'predictions', 'results', 'annotations')
_PEOPLE = ('instances', 'people', 'pose_landmarks', 'poseLandmarks', 'landmarks', 'keypoints',
           'pose_keypoints_2d', 'pose', 'persons')
_SCORES = ('keypoint_scores', 'scores', 'visibility')
_COORDINATES = (('x', ), ('y', ), ('visibility', 'score', 'confidence', 'v'))
_NUMBERS = ('frame_id', 'frame', 'frame_number', 'frame_index', 'image_id', 'index')
_FEWEST = min(COUNTS)


def read_json_tracks(path: Path) -> Raw:
    """A file, or a folder of files that have a frame each, in the order of the numbers in their
    names.

    Raises:
        TrackFileError: If it cannot be used.
    """
    if path.is_dir():
        files = sorted(path.glob('*.json'), key=lambda file: (_digits(file.stem) or 0, file.name))
        return _of_frames([_parsed(file) for file in files], {})
    content = _parsed(path)
    if isinstance(content, dict) and isinstance(content.get('keypoints'), dict):
        return _own(content)
    about: dict[str, Any] = {}
    while isinstance(content, dict):
        for entries in (content, content.get('video'), content.get('meta_info')):
            about |= entries if isinstance(entries, dict) else {}
        inside = [content[name] for name in _LISTS_OF_FRAMES
                  if isinstance(content.get(name), (list, dict))]
        content = inside[0] if inside else [content]
    return _of_frames(content, about)


def _parsed(path: Path) -> Any:
    try:
        with open_file(path) as file:
            return orjson.loads(file.read())
    except orjson.JSONDecodeError as error:
        raise TrackFileError(f'it is no JSON: {error}') from error


def _of_frames(entries: Any, about: dict[str, Any]) -> Raw:
    if not isinstance(entries, list) or not entries:
        raise TrackFileError('it has no list of frames')
    if _points(entries) is not None:  # a single frame
        entries = [entries]
    named = [entry if isinstance(entry, dict) else {} for entry in entries]
    places = numbered([_number(first_of(entry, _NUMBERS)) for entry in named])
    values, frame = gathered((place, points) for place, entry in zip(places, entries, strict=True)
                             for points in _people(entry))
    points, visibility = split(*_apart(values))
    count = max(places) + 1
    times = [first_of(entry, TIMES) for entry in named]
    seconds = None
    if len(set(places)) == count and all(isinstance(time, (int, float)) for time in times):
        seconds = np.empty(count)
        seconds[places] = times
        seconds = in_seconds(seconds)
    return Raw(points, visibility, frame, count, seconds, positive(first_of(about, RATES)),
               size_of(about))


def _people(value: Any) -> Iterator[np.ndarray]:
    """Points (K, D) of everybody in a frame; scores that stand apart are one more column."""
    points = _points(value)
    if points is not None:
        yield points
    elif isinstance(value, list):
        for one in value:
            yield from _people(one)
    elif isinstance(value, dict):
        found = [one for name in _PEOPLE if name in value for one in _people(value[name])]
        apart = first_of(value, _SCORES)
        if len(found) == 1 and isinstance(apart, list):
            scores = _numbers(apart)
            if scores is None or scores.shape != found[0].shape[:1]:
                raise TrackFileError(f'{len(found[0])} points have {len(apart)} scores')
            found = [np.column_stack([found[0], np.full(len(scores), np.inf), scores])]
        yield from found


def _apart(values: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Values (N, K, D), and the scores that :func:`_people` put behind a column of infinity."""
    if values.shape[2] > 2 and np.isposinf(values[..., -2]).all():
        return values[..., :-2], values[..., -1]
    return values, None


def _points(value: Any) -> np.ndarray | None:
    """One person's points (K, D); None if it is something else."""
    if not isinstance(value, list) or len(value) < _FEWEST:
        return None
    if all(isinstance(one, dict) and {'x', 'y'} <= one.keys() for one in value):
        rows = [[first_of(one, names) for names in _COORDINATES] for one in value]
        if all(row[2] is None for row in rows):
            rows = [row[:2] for row in rows]
        return _numbers(rows)
    numbers = _numbers(value)
    if numbers is None:
        return None
    if numbers.ndim == 1:
        parts = next((parts for parts in (3, 4, 2) if len(numbers) % parts == 0
                      and len(numbers) // parts in COUNTS), None)
        return None if parts is None else numbers.reshape(-1, parts)
    return numbers if numbers.ndim == 2 and 2 <= numbers.shape[1] <= 5 else None


def _numbers(value: list) -> np.ndarray | None:
    """An array of numbers, of which some may be missing; None if it is none."""
    try:
        numbers = np.array(value, np.float64)  # None becomes NaN
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if numbers.size else None


def _number(value: Any) -> int | None:
    """The number of a frame; of an image, the last one in its name."""
    return value if isinstance(value, int) else _digits(value) if isinstance(value, str) else None


def _digits(name: str) -> int | None:
    found = re.findall(r'\d{1,9}', Path(name).stem)
    return int(found[-1]) if found else None


def _own(content: dict) -> Raw:
    """This project's ``result.json``."""
    keypoints = content['keypoints']
    values, scores, times = (_numbers(keypoints.get(name) or []) for name in
                             ('positions', 'scores', 'times'))
    kinds = keypoints.get('kinds')
    if keypoints.get('names') != list(KEYPOINTS) or values is None or scores is None or (
            times is None or len(times) != len(values)) or not isinstance(kinds, list) or (
            len(kinds) != len(KEYPOINTS)
            or not all(kind in (OBSERVED, DERIVED, ASSUMED) for kind in kinds)):
        raise TrackFileError('its keypoints are not those of a result.json of this project')
    points, visibility = split(values, scores)
    about = content.get('video') if isinstance(content.get('video'), dict) else {}
    return Raw(points, visibility, np.arange(len(times)), len(times), times,
               size=size_of(about), layout='fitness24', kinds=tuple(kinds))
