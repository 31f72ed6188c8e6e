"""One pass over a video: every n-th frame to keypoints, the moments' crops kept for later."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fitness_mm.apis.video.ahead import ahead
from fitness_mm.apis.video.crops import Crop, cut_out
from fitness_mm.apis.video.frames import FrameSource
from fitness_mm.apis.video.scenes import Scenes
from fitness_mm.keypoints.box import Box

from .person import box_of
from .track import Track
from .windows import KeptFrames, WindowPlan

_ROOM = 1.5
"""Crops show more than the networks' margins: the person may move on."""

_MEMORY_SECONDS = 6.0
_LOST = 0.35


@dataclass(frozen=True)
class Look:
    """How a video is looked at.

    Attributes:
        pose_fps: The pose estimator looks at so many frames a second at most.
        margin: The largest of the networks' margins.
        crop_height: Height of crops in pixels at most.
        keep_pixels: Whether a later network wants to see crops.
    """

    pose_fps: float
    margin: float
    crop_height: int
    keep_pixels: bool

    def cut_out(self, frame: np.ndarray, box: Box) -> Crop:
        """The crop of a frame, uint8 RGB (H, W, 3), around the person's box."""
        return cut_out(frame, box, _ROOM * self.margin, self.crop_height)


@dataclass(frozen=True, eq=False)
class PoseResult:
    """What a pass over a video leaves.

    Attributes:
        track: Keypoints.
        kept: The moments' crops.
        times: Of all frames of the video in seconds, (F,).
        boxes: The person's box at each frame of the track, T.
        cuts: Positions in the track at which another scene begins.
        left_out: Seconds of other scenes or people that are not in the track any more.
    """

    track: Track
    kept: KeptFrames
    times: np.ndarray
    boxes: list[Box]
    cuts: tuple[int, ...] = ()
    left_out: float = 0.0


class Reader(Protocol):
    """Looks at the frames of a video one after the other."""

    def look_at(self, frame: np.ndarray, time: float) -> Crop | None:
        """Takes in a frame, uint8 RGB (H, W, 3), of a time in seconds.

        Returns:
            The crop around the person, if a later network wants it.
        """

    def new_scene(self) -> None:
        """What was followed is not there any more: the next frame is another scene's."""

    def latest(self) -> tuple[Track, Box]:
        """Keypoints of the last frame taken in, T = 1, at no score where nobody is seen, and the
        person's box."""

    def finish(self) -> tuple[Track, list[Box]]:
        """Keypoints of all frames taken in, and the person's box at each."""


class FollowedBox:
    """The person's box, widened while the person reaches out of it, moved when the person left.

    It begins as the box of the whole video, so before a camera that stands still it stays; what
    was added to it, perhaps by a joint seen where none was, is forgotten after some seconds.

    Args:
        box: Where to begin.
        size: Width and height of the video in pixels.
        fixed: Whether it may not be changed.
    """

    def __init__(self, box: Box, size: tuple[int, int], fixed: bool) -> None:
        self.box, self._size, self._fixed = box, size, fixed
        self._home = box
        self._recent: deque[tuple[float, Box]] = deque()

    def look(self, times: np.ndarray, keypoints: np.ndarray, scores: np.ndarray) -> None:
        """Takes in the keypoints of the latest frames, (T, K, 2) and (T, K)."""
        found = box_of(keypoints, scores, self._size)
        if self._fixed or found is None:
            return
        self._recent.append((float(times[-1]), found))
        while times[-1] - self._recent[0][0] > _MEMORY_SECONDS:
            self._recent.popleft()
        recent = found.union(*(box for _, box in self._recent))
        if recent.iou(self.box) < _LOST and len(self._recent) > 1:
            self._home = recent
        self.box = self._home.union(recent)


def run_pose(source: FrameSource, reader: Reader, plan: WindowPlan, look: Look,
             progress: Callable[[int], None]) -> PoseResult:
    """Reads a video once.

    Args:
        source: The video.
        reader: Looks at its frames.
        plan: Says which moments' crops are kept.
        look: How to look.
        progress: Told the number of frames read so far.
    """
    kept, times, scenes, cuts = KeptFrames(), [], Scenes(), []
    slack = 0.5 / source.fps
    posed = 0
    for time, image in ahead(_looked_at(source, look.pose_fps)):
        times.append(time)
        if image is not None:
            if scenes.begins(image):
                cuts.append(posed)
                reader.new_scene()
            crop = reader.look_at(image, time)
            while plan.time_of(len(kept.numbers)) <= time + slack:
                kept.keep(posed, crop if look.keep_pixels else None)
            posed += 1
        progress(len(times))
    if not kept.numbers:
        kept.keep(posed - 1, crop if look.keep_pixels else None)
    track, boxes = reader.finish()
    return PoseResult(track, kept, np.array(times), boxes, tuple(cuts))


def _looked_at(source: FrameSource, fps: float) -> Iterator[tuple[float, np.ndarray | None]]:
    """Times of all frames, and the images of those that the pose estimator looks at."""
    interval = max(1, round(source.fps / fps)) / source.fps
    due, slack = 0.0, 0.5 / source.fps
    for frame in source.frames():
        looked_at = frame.time >= due - slack
        while due <= frame.time + slack:
            due += interval
        yield frame.time, frame.rgb() if looked_at else None
