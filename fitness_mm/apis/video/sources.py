"""From what a user hands over to a source of frames, and to a folder for what is made of it."""

from __future__ import annotations

import contextlib
import os
import stat
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.tracks.people import TrackFile, holds_tracks
from fitness_mm.printable import file_name

from .file import VideoFile
from .frames import (
    DEFAULT_FPS,
    IMAGE_ENDINGS,
    ArraySource,
    FolderSource,
    FrameSource,
    listed,
    natural,
)
from .live import live
from .plain import TrackVideo

_VIDEO_ENDINGS = ('.mp4', '.mov', '.m4v', '.mkv', '.webm', '.avi', '.3gp', '.ts', '.mts', '.m2ts',
                  '.mpg', '.mpeg', '.wmv', '.flv')

Input = str | Path | np.ndarray | Sequence[np.ndarray]


def open_source(given: Input, fps: float | None = None, channels: str = 'rgb',
                speed: float | None = None, size: tuple[int, int] | None = None,
                skeleton: str | None = None) -> FrameSource:
    """A source for a video file, a file of tracks, a folder of frames, an array or a list of them.

    Args:
        given: The file or folder; uint8 (T, H, W, 3) or one frame (H, W, 3); a list of frames.
        fps: Frames per second of what does not say so itself, 30 if None. Most video files do.
        channels: Order of the colours in arrays, ``rgb`` or ``bgr``.
        speed: How many times as fast as it is shown it was done; if None, what a file says of that.
        size: Width and height of the picture of a file of tracks that does not say it.
        skeleton: Its skeleton, if its points are not enough to tell.

    Raises:
        InferenceError: If it cannot be used.
    """
    shown_fps = (DEFAULT_FPS if fps is None else fps) * (speed or 1)
    if isinstance(given, (str, Path)):
        try:
            path, mode = Path(given), os.stat(given).st_mode
            if holds_tracks(path):
                return TrackVideo(TrackFile.read(path, skeleton).people(fps, size, speed))
            if stat.S_ISDIR(mode):
                return FolderSource(path, shown_fps)
        except FileNotFoundError:
            raise InferenceError(
                f'{str(given)!r} is an address, and nothing is fetched; download it, and name the '
                'file' if '://' in str(given) else
                f'there is no file {str(given)!r}; name a video, or a folder of frames') from None
        except (OSError, ValueError) as error:  # the latter for a name with a zero byte
            raise InferenceError(f'{str(given)!r} cannot be opened '
                                 f'({getattr(error, "strerror", None) or error})') from error
        if not stat.S_ISREG(mode):
            raise InferenceError(f'{str(given)!r} is a pipe or a device; name a video file, or a '
                                 'folder of frames')
        return VideoFile(path, fps, speed)
    if isinstance(given, np.ndarray) and given.ndim == 3:
        given = given[None]
    if not isinstance(given, (np.ndarray, list, tuple)):
        raise InferenceError('the input has to be a video file, a folder of frames, an array '
                             f'(T, H, W, 3) or a list of frames, but is a {type(given).__name__}')
    return ArraySource(given, shown_fps, channels)


def each_video(given: Sequence[str | Path]) -> list[str | Path]:
    """Files and folders, those folders that hold videos but no frames replaced by their videos."""
    found: list[str | Path] = []
    for path in given:
        with contextlib.suppress(OSError, ValueError):
            files = sorted(listed(Path(path)), key=natural)
            endings = [file.suffix.lower() for file in files]
            if not set(IMAGE_ENDINGS).intersection(endings):
                videos = [file for file, ending in zip(files, endings, strict=True)
                          if ending in _VIDEO_ENDINGS]
                found += videos or [path]
                continue
        found.append(path)
    return found


def folder_names(paths: Sequence[str | Path]) -> list[str]:
    """A name for each of several files and folders, no two alike on any file system, none that
    leads out of the folder that it is for.

    A file is called by its name without the ending, a folder by its name. Where two are alike,
    endings tell them apart, or else the folders that they are in, or else numbers.
    """
    streams = [live(path) for path in paths]
    choices = [_names(Path(os.path.abspath(path))) if stream is None else [_plain(stream.name)]
               for path, stream in zip(paths, streams, strict=True)]
    alike: dict[str, list[int]] = {}
    for i, names in enumerate(choices):
        alike.setdefault(_folded(names[0]), []).append(i)
    chosen = [''] * len(choices)
    for group in alike.values():
        levels = [[choices[i][min(level, len(choices[i]) - 1)] for i in group]
                  for level in range(max(len(choices[i]) for i in group))]
        # the shortest that tell the most apart
        best = max(levels, key=lambda names: len(set(map(_folded, names))))
        for i, name in zip(group, best, strict=True):
            chosen[i] = name
    unique: dict[str, str] = {}
    for name in chosen:
        numbered, number = name, 1
        while _folded(numbered) in unique:
            number += 1
            numbered = f'{name}_{number}'
        unique[_folded(numbered)] = numbered
    return list(unique.values())


def _names(path: Path) -> list[str]:
    """What a path can be called, the shortest first."""
    parts = list(map(_plain, path.parts[1:])) or ['root']
    names = ['_'.join(parts[-depth:]) for depth in range(1, len(parts) + 1)]
    # file systems take 255 bytes
    names = [name for name in names if len(os.fsencode(name)) < 240] or names[:1]
    # '...mp4' without its ending is '..'
    return names if path.is_dir() or path.stem in ('.', '..') else [_plain(path.stem), *names]


def _plain(name: str) -> str:
    """A name that terminals show and people can type, whatever the file's is."""
    return file_name(name).replace('\\', '_')


def _folded(name: str) -> str:
    """Equal for names that some file system takes for the same."""
    return unicodedata.normalize('NFC', name).casefold()
