"""The people of a file of tracks as 24 keypoints in pixels of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.options import TRACK_ENDINGS, checked
from fitness_mm.apis.video.frames import IMAGE_ENDINGS
from fitness_mm.errors import ArgumentError, shortened
from fitness_mm.keypoints.layouts import Layout, layout_of
from fitness_mm.printable import file_name, printable

from .csv_rows import read_csv
from .json_files import read_json_tracks
from .npz import read_npz
from .raw import Raw, TrackFileError

_READERS = dict(zip(TRACK_ENDINGS, (read_npz, read_json_tracks, read_csv), strict=True))

_SHARES_UP_TO = 2.0
"""Shares of a picture are less on average, and people in pixels more."""

_ASPECT = 0.02  # by which two pictures' shapes may differ and be the same
_ROOM = 1.05  # of a picture whose size nobody knows, around the people


@dataclass(frozen=True, eq=False)
class People:
    """Everybody in T frames: N times somebody.

    Attributes:
        name: Of the file.
        layout: The skeleton that the keypoints are made of.
        kinds: What each keypoint is: observed, derived or assumed.
        times: Seconds from the first frame, (T,).
        size: Of the picture, width and height.
        frame: Of each, (N,), ascending.
        keypoints: Pixels, float32 (N, 24, 2).
        scores: float32 (N, 24).
    """

    name: str
    layout: Layout
    kinds: tuple[str, ...]
    times: np.ndarray
    size: tuple[int, int]
    frame: np.ndarray
    keypoints: np.ndarray
    scores: np.ndarray

    @property
    def fps(self) -> float:
        """Frames per second, the median."""
        return 1 / float(np.median(np.diff(self.times)))


@dataclass(frozen=True, eq=False)
class TrackFile:
    """A file of tracks, read and checked, but for what only a video or the user can say.

    Attributes:
        path: The file.
        raw: What it says.
        layout: Its skeleton.
    """

    path: Path
    raw: Raw
    layout: Layout

    @classmethod
    def read(cls, path: str | Path, skeleton: str | None = None) -> TrackFile:
        """Reads a file; nothing in it is run, pickles are refused.

        Args:
            path: ``.npz``, ``.json``, ``.csv``, or a folder with a JSON file for each frame.
            skeleton: Name of the skeleton; by what the file says, or the number of points, if None.

        Raises:
            InferenceError: If it cannot be used.
        """
        path = Path(path)
        try:
            reader = read_json_tracks if path.is_dir() else _READERS[path.suffix.lower()]
            raw = reader(path)
            layout = layout_of(raw.points.shape[1], skeleton or raw.layout)
            if raw.times is not None and not (np.isfinite(raw.times).all()
                                              and (np.diff(raw.times) > 0).all()):
                raise TrackFileError('its times do not ascend')
            if raw.frames < 2:
                raise TrackFileError('it has one frame only, and no movement is in that')
            if not raw.visibility.any():
                raise TrackFileError('no point in it is seen')
        except FileNotFoundError:
            raise InferenceError(f'there is no file of tracks {str(path)!r}') from None
        except (TrackFileError, ArgumentError, OSError, RecursionError) as error:
            why = shortened(error) if isinstance(error, OSError) else printable(str(error))
            raise InferenceError(f'{path} cannot be used as a file of tracks: {why}; '
                                 'docs/inference.md says what such files hold') from error
        return cls(path, raw, layout)

    def people(self, fps: float | None = None, size: tuple[int, int] | None = None,
               speed: float | None = None) -> People:
        """Keypoints in pixels.

        Args:
            fps: Frames per second, where the file does not say when its frames are.
            size: Width and height of the picture that pixels are wanted of; the file's own if None.
            speed: How many times as fast as the file says it was done.

        Raises:
            InferenceError: If something is missing that the file does not say.
        """
        raw = self.raw
        if raw.times is not None:
            times = raw.times - raw.times[0]
        elif fps is None and raw.fps is None:
            raise InferenceError(f'{self.path} does not say when its frames are; say how many '
                                 'there are in a second (--fps)')
        else:
            times = np.arange(raw.frames) / checked('fps', fps or raw.fps)
        times = times / (speed or 1)
        points, size = self._in_pixels(size)
        keypoints, scores = self.layout.keypoints(np.nan_to_num(points), raw.visibility, size)
        return People(file_name(self.path.resolve().stem), self.layout,
                      raw.kinds or self.layout.kinds, times, size, raw.frame, keypoints, scores)

    def _in_pixels(self, size: tuple[int, int] | None) -> tuple[np.ndarray, tuple[int, int]]:
        """Points (N, K, 2) in pixels of a picture, and its size."""
        points, own = self.raw.points, self.raw.size
        if np.nanmedian(np.abs(points)) < _SHARES_UP_TO:
            size = size or own
            if size is None:
                raise InferenceError(f'{self.path} has x and y in shares of the picture, but does '
                                     'not say its size; say it (--size WIDTH HEIGHT), or name the '
                                     'video')
            return points * size - 0.5, size
        if own is None:
            reach = _ROOM * np.nanmax(points, axis=(0, 1))
            return points, size or tuple(map(int, np.maximum(np.ceil(reach), 16)))
        if size is None or size == own:
            return points, own
        scale = np.divide(size, own)
        if abs(scale[0] / scale[1] - 1) > _ASPECT:
            raise InferenceError(f'{self.path} is of a picture of {own[0]}x{own[1]} pixels, but '
                                 f'the video has {size[0]}x{size[1]}; they do not belong together')
        return (points + 0.5) * scale - 0.5, size


def holds_tracks(path: Path) -> bool:
    """Whether a file, or a folder, is of tracks and not of pictures, by its name or its files'."""
    if path.is_dir():
        endings = {file.suffix.lower() for file in path.iterdir()}
        return '.json' in endings and endings.isdisjoint(IMAGE_ENDINGS)
    return path.suffix.lower() in TRACK_ENDINGS
