"""The original study's way to a training sample, restated: one video per clip-view, a seek for
every frame, and the Gaussian maps in numpy."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fitness_mm.aihub.disk.image_files import image_files
from fitness_mm.aihub.index import FitnessIndex

from .common import NUM_FRAMES

_MARGIN_PX = 200
_SIGMA_PX = 5.0
_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_STD = np.array([58.395, 57.12, 57.375], np.float32)


def _crop(index: FitnessIndex, row: int) -> tuple[int, int, int, int]:
    """All joints of a clip-view with a margin, as far as the image goes; x2 and y2 exclusive."""
    points = index.keypoints(row)[index.visible(row)]
    size = index.value('image_width', row), index.value('image_height', row)
    low = np.maximum(points.min(0) - _MARGIN_PX, 0)
    high = np.minimum(points.max(0) + _MARGIN_PX, size)
    return (*low.astype(int).tolist(), *high.astype(int).tolist())


def write_videos(index: FitnessIndex, folder: Path) -> list[Path]:
    """One DIVX video per clip-view: its images, cropped at full resolution."""
    folder.mkdir(exist_ok=True)
    paths = []
    for row in range(len(index)):
        x1, y1, x2, y2 = _crop(index, row)
        path = folder / f'{row:06d}.avi'
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'DIVX'), 10,
                                 (x2 - x1, y2 - y1))
        for number in range(1, int(index.value('num_images', row)) + 1):
            image = image_files(index.sources).read_rgb(index.image_name(row, number))[y1:y2, x1:x2]
            writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        writer.release()
        paths.append(path)
    return paths


def load_sample(index: FitnessIndex, row: int, video: Path, size: tuple[int, int],
                rng: np.random.Generator) -> np.ndarray:
    """Eight consecutive labelled frames and their heatmaps, float32 (T, 3 + K, H, W).

    Args:
        index: The index.
        row: Row of the clip-view.
        video: Its video.
        size: Width and height of the input.
        rng: Chooses the first frame.
    """
    numbers, keypoints = index.frame_numbers(row), index.keypoints(row)
    start = int(rng.integers(len(numbers) - NUM_FRAMES + 1))
    x1, y1, x2, y2 = _crop(index, row)
    scale = np.array([size[0] / (x2 - x1), size[1] / (y2 - y1)])
    capture = cv2.VideoCapture(str(video))
    sample = []
    for t in range(start, start + NUM_FRAMES):
        capture.set(cv2.CAP_PROP_POS_FRAMES, int(numbers[t]) - 1)
        image = cv2.resize(cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB), size)
        image = (image.astype(np.float32) - _MEAN) / _STD
        maps = _heatmaps((keypoints[t] - (x1, y1)) * scale, size)
        sample.append(np.concatenate([image.transpose(2, 0, 1), maps]))
    capture.release()
    return np.stack(sample)


def _heatmaps(points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """One Gaussian per joint over the whole input, float32 (K, H, W)."""
    columns, rows = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    maps = [np.exp(-((columns - x)**2 + (rows - y)**2) / (2 * _SIGMA_PX**2)) for x, y in points]
    return np.stack(maps).astype(np.float32)
