"""From what a user hands over to a source of frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fitness_mm.apis.errors import InferenceError

from .file import VideoFile
from .frames import DEFAULT_FPS, ArraySource, FolderSource, FrameSource

Input = str | Path | np.ndarray | Sequence[np.ndarray]


def open_source(given: Input, fps: float | None = None, channels: str = 'rgb') -> FrameSource:
    """A source for a video file, a folder of frames, an array or a list of frames.

    Args:
        given: The file or folder; uint8 (T, H, W, 3) or one frame (H, W, 3); a list of frames.
        fps: Frames per second of what does not say so itself, 30 if None. A video file does.
        channels: Order of the colours in arrays, ``rgb`` or ``bgr``.

    Raises:
        InferenceError: If it cannot be used.
    """
    if isinstance(given, (str, Path)):
        path = Path(given)
        return FolderSource(path, fps or DEFAULT_FPS) if path.is_dir() else VideoFile(path)
    if isinstance(given, np.ndarray) and given.ndim == 3:
        given = given[None]
    if not isinstance(given, (np.ndarray, list, tuple)):
        raise InferenceError('the input has to be a video file, a folder of frames, an array '
                             f'(T, H, W, 3) or a list of frames, but is a {type(given).__name__}')
    return ArraySource(given, fps or DEFAULT_FPS, channels)
