"""Tracks in ``.csv`` files, a row a frame: what people write of MediaPipe's landmarks."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np

from fitness_mm.files import open_file
from fitness_mm.keypoints.layouts import LAYOUTS

from .raw import TIMES, Raw, TrackFileError, gathered, in_seconds, numbered, split

_PARTS = {'x': 0, 'y': 1, 'z': 2, **dict.fromkeys(
    ('v', 'vis', 'visibility', 'score', 'conf', 'confidence', 'likelihood', 'presence'), 3)}
_PART = '|'.join(_PARTS)
_COLUMN = [re.compile(pattern, re.IGNORECASE) for pattern in (
    rf'(?P<point>.+)[ _.:/-](?P<part>{_PART})', rf'(?P<point>\d+)(?P<part>{_PART})',
    rf'(?P<part>{_PART})(?P<point>\d+)', rf'(?P<part>{_PART})[ _.:/-](?P<point>.+)')]
_FRAMES = ('frame', 'frame_id', 'frame_number', 'frame_index', 'frame_no', 'index')


def read_csv(path: Path) -> Raw:
    """Columns such as ``x0`` or ``LEFT_HIP_y``, and maybe a time or the frame's number.

    Raises:
        TrackFileError: If it cannot be used.
    """
    with open_file(path) as file:
        text = file.read().decode('utf-8-sig', errors='replace')
    head = text.partition('\n')[0]
    delimiter = max(',;\t', key=head.count)
    try:
        header, *rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except (ValueError, csv.Error) as error:
        raise TrackFileError(f'it has no rows of columns ({error})') from error
    header = [name.strip() for name in header]
    columns, layout, count = _columns(header)
    values = np.full((len(rows), count, 4), np.nan)
    for row, numbers in zip(values, rows, strict=True):
        for (point, part), column in columns.items():
            row[point, part] = _number(numbers[column]) if column < len(numbers) else np.nan
    width = [part for part in range(4) if any(part == found for _, found in columns)]
    if width == [0, 1, 2]:
        values[..., 3] = 1  # x, y, z
    elif width == [0, 1]:
        values[..., 3] = 1
    frames, times = (_column(header, rows, names) for names in (_FRAMES, TIMES))
    known = [int(n) if n is not None and np.isfinite(n) else None for n in frames]
    places = numbered(known or [None] * len(rows))
    found, frame = gathered((place, row) for place, row in zip(places, values, strict=True)
                            if np.isfinite(row[:, :2]).any())
    points, visibility = split(found, None)
    total = max(places) + 1
    seconds = None
    if times and np.isfinite(times).all() and len(set(places)) == total:
        seconds = np.empty(total)
        seconds[places] = times
        seconds = in_seconds(seconds)
    return Raw(points, visibility, frame, total, seconds, layout=layout)


def _columns(header: list[str]) -> tuple[dict[tuple[int, int], int], str | None, int]:
    """Columns by point and part, the skeleton's name if points have names, how many points."""
    found: dict[tuple[str, int], int] = {}
    for column, name in enumerate(header):
        match = next(filter(None, (pattern.fullmatch(name) for pattern in _COLUMN)), None)
        if match:
            point = re.sub(r'[ .:/-]', '_', match['point']).lower()
            found.setdefault((point, _PARTS[match['part'].lower()]), column)
    points = list(dict.fromkeys(point for point, part in found
                                if part < 2 and {(point, 0), (point, 1)} <= set(found)))
    if not points:
        raise TrackFileError('it has no columns for x and y of points, such as x0, y0 or nose_x, '
                             'nose_y')
    layout = _named(points)
    if layout is not None:
        names = [re.sub(' ', '_', point).lower() for point in LAYOUTS[layout].points]
    elif all(re.search(r'\d+$', point) for point in points):
        names = sorted(points, key=lambda point: int(re.search(r'\d+$', point)[0]))
    else:
        names = points
    return {(names.index(point), part): column for (point, part), column in found.items()
            if point in names}, layout, len(names)


def _named(points: list[str]) -> str | None:
    """The smallest skeleton that has points of all these names."""
    for layout in sorted(LAYOUTS.values(), key=lambda layout: len(layout.points)):
        if set(points) <= {re.sub(' ', '_', point).lower() for point in layout.points}:
            return layout.name
    return None


def _column(header: list[str], rows: list[list[str]], names: tuple[str, ...]) -> list[float]:
    column = next((i for i, name in enumerate(header) if name.lower() in names), None)
    return [] if column is None else [
        _number(row[column]) if column < len(row) else np.nan for row in rows]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan
