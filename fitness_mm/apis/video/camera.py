"""Recording from a camera: judging a person needs the whole of what was done, and twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2

from fitness_mm.apis.errors import InferenceError

from .encoder import encoding


def record(index: int, seconds: float, path: Path,
           progress: Callable[[str, int, int], None]) -> Path:
    """Records from a camera into an MP4 file; Ctrl-C ends it early and keeps what there is.

    Args:
        index: Number of the camera, 0 for the first.
        seconds: How long.
        path: The file.
        progress: Told what is going on.

    Raises:
        InferenceError: If there is no such camera or it gives no picture.
    """
    level = cv2.setLogLevel(0)  # else it says itself, in four lines, that there is no camera
    try:
        camera = cv2.VideoCapture(index)
    finally:
        cv2.setLogLevel(level)
    try:
        good, image = camera.read()
        if not good:
            raise InferenceError(f'camera {index} gives no picture; connect it, or name a video '
                                 'file')
        height, width = (side // 2 * 2 for side in image.shape[:2])
        begin = time.monotonic()
        with encoding(path, (width, height), camera.get(cv2.CAP_PROP_FPS) or 30) as encoder:
            try:
                while good and (now := time.monotonic() - begin) < seconds:
                    encoder.add(cv2.cvtColor(image[:height, :width], cv2.COLOR_BGR2RGB), now)
                    progress(f'recording from camera {index}, seconds', int(now), int(seconds))
                    good, image = camera.read()
            except KeyboardInterrupt:
                pass
    finally:
        camera.release()
    return path
