"""Which moments of a video a recogniser looks at, and the frames of these moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from fitness_mm.apis.video.crops import Crop

MOMENTS = 16
"""Moments of a window: clips of the data set have 16 labelled images."""

_JPEG_QUALITY = 95


@dataclass(frozen=True)
class WindowPlan:
    """A grid of moments, of which every window takes some that follow each other.

    All windows share the grid, so each frame is kept once.

    Attributes:
        duration: Of what is looked at, in seconds.
        seconds: Length of a window; of all of it if that is shorter.
        stride: From one window's begin to the next in seconds.
        begin: Of what is looked at, in seconds.
    """

    duration: float
    seconds: float
    stride: float
    begin: float = 0.0

    @property
    def step(self) -> float:
        """Seconds from one moment to the next."""
        return min(self.seconds, self.duration) / MOMENTS

    def time_of(self, moment: int) -> float:
        """Seconds; moments are in the middles of their steps."""
        return self.begin + (moment + 0.5) * self.step

    def windows(self, moments: int) -> list[range]:
        """Windows over so many moments; the last ends with them."""
        stride = max(1, round(self.stride / self.step))
        starts = list(range(0, max(moments - MOMENTS, 0) + 1, stride))
        if starts[-1] + MOMENTS < moments:
            starts.append(moments - MOMENTS)
        return [range(start, min(start + MOMENTS, moments)) for start in starts]


def plan_windows(duration: float, seconds: float, stride: float | None) -> WindowPlan:
    """A plan of windows of some seconds; half of each is new if no stride is given."""
    return WindowPlan(max(duration, 1e-3), seconds, seconds / 2 if stride is None else stride)


@dataclass
class KeptFrames:
    """Crops of the moments' frames, as JPEG: some 20 kB each, however large the video.

    Attributes:
        numbers: Position of each moment's frame in the track.
    """

    numbers: list[int] = field(default_factory=list)
    _crops: list[tuple[bytes, Crop]] = field(default_factory=list)

    def keep(self, number: int, crop: Crop | None) -> None:
        """Keeps the next moment's frame; without pixels for networks that need none."""
        again = self.numbers[-1:] == [number]
        self.numbers.append(number)
        if crop is not None and again:
            self._crops.append(self._crops[-1])
        elif crop is not None:
            bgr = cv2.cvtColor(crop.image, cv2.COLOR_RGB2BGR)
            data = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
            self._crops.append((data.tobytes(), replace(crop, image=np.empty(0, np.uint8))))

    def crops(self, moments: Sequence[int]) -> list[Crop]:
        """The crops of some moments; none where no pixels were kept."""
        found = []
        for moment in moments if self._crops else ():
            data, crop = self._crops[moment]
            bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
            found.append(replace(crop, image=cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)))
        return found
