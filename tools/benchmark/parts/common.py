"""What all parts of the benchmark share: sizes, rows of the table, and how to time and weigh."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

NUM_FRAMES = 8
"""Of a sample."""


@dataclass(frozen=True)
class Settings:
    """Sizes of one run.

    Attributes:
        folder: Where generated data goes.
        device: ``cpu`` or ``cuda``, for rendering and training steps.
        num_clips: Clips, and label files, of the generated label tree.
        num_rows: Clip-views of the synthetic index.
        rounds: Measurements of each way.
        image_size: Width and height of the JPEGs.
        input_size: Width and height of the network's input.
        depth: Of the ResNet in the training step.
        batch_size: Clips in a training step.
        keypoint_batch_size: Of networks that see only keypoints.
        compiled: Whether to measure compiled steps too, which takes minutes of compiling.
        video: To judge; one is generated if None.
        video_size: Width and height of that in pixels.
        video_seconds: Its length.
    """

    folder: Path
    device: str = 'cpu'
    num_clips: int = 3000
    num_rows: int = 172_000
    rounds: int = 5
    image_size: tuple[int, int] = (1920, 1080)
    input_size: tuple[int, int] = (192, 256)
    depth: int = 50
    batch_size: int = 1
    keypoint_batch_size: int = 512
    compiled: bool = False
    video: Path | None = None
    video_size: tuple[int, int] = (1280, 720)
    video_seconds: float = 20.0


# At these everything runs once in seconds and the numbers say nothing.
QUICK = dict(num_clips=96, num_rows=3000, rounds=1, image_size=(480, 270), input_size=(48, 64),
             depth=18, keypoint_batch_size=32, video_size=(240, 136), video_seconds=2.0)


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        part: Letter of the part.
        work: What was done.
        value: The number.
        unit: Its unit.
        compared: The same as a ratio or difference to something measured in the same run.
        goal: What is aimed at.
    """

    part: str
    work: str
    value: float
    unit: str
    compared: str = ''
    goal: str = ''

    def cells(self) -> list[str]:
        """As the table shows it."""
        return [self.part, self.work, f'{self.value:,.4g} {self.unit}', self.compared, self.goal]


def interleaved(ways: Mapping[str, Callable[[], object]], rounds: int,
                clock: Callable[[], float] = time.perf_counter) -> dict[str, np.ndarray]:
    """Seconds of every call, (rounds,), of functions called in turn, A B C A B C, so that a busy
    moment hits all alike; each is called once before, unmeasured.

    Args:
        ways: Functions by name. Work that they leave on a GPU is waited for.
        rounds: Calls of each.
        clock: Gives seconds.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(-1, rounds):
        for name, way in ways.items():
            _wait_for_gpu()
            start = clock()
            way()
            _wait_for_gpu()
            if turn >= 0:
                seconds[name].append(clock() - start)
    return {name: np.array(values) for name, values in seconds.items()}


def _wait_for_gpu() -> None:
    torch = sys.modules.get('torch')  # processes that read labels do without
    if torch and torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.synchronize()


def best_ratio(seconds: np.ndarray, reference: np.ndarray) -> float:
    """How many times as long the reference takes, best round against best round."""
    return float(reference.min() / seconds.min())


def median_ratio(seconds: np.ndarray, reference: np.ndarray) -> float:
    """How many times as long as the reference, the median over rounds of both."""
    return float(np.median(seconds / reference))


def in_new_process(function: Callable, *args: object):
    """What a function of a module returns in a process whose memory nothing else has used."""
    with ProcessPoolExecutor(1, get_context('spawn')) as pool:
        return pool.submit(function, *args).result()


def memory_mb() -> dict[str, float]:
    """Megabytes of this Linux process: ``rss`` with what others hold too, ``uss`` without."""
    lines = Path('/proc/self/smaps_rollup').read_text().splitlines()[1:]
    kilobytes = {name: int(amount.split()[0])
                 for name, amount in (line.split(':') for line in lines)}
    return {'rss': kilobytes['Rss'] / 1000,
            'uss': (kilobytes['Private_Clean'] + kilobytes['Private_Dirty']) / 1000}


def peak_mb() -> float:
    """The most that this Linux process ever held, in megabytes."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith('VmHWM')) / 1000
