"""One pass over a video: every n-th frame to keypoints, the moments' crops kept for later."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fitness_mm.apis.networks.pose_estimator import PoseEstimator
from fitness_mm.apis.stopwatch import Stopwatch
from fitness_mm.apis.video.crops import cut_out, framing_of
from fitness_mm.apis.video.frames import FrameSource

from .person import Person, box_of, overlap
from .track import Track
from .windows import KeptFrames, WindowPlan

_ROOM = 1.5
"""Crops show more than the networks' margins: the person may move on."""

_MEMORY_SECONDS = 6.0
_LOST = 0.35


@dataclass
class PoseResult:
    """What a pass over a video leaves.

    Attributes:
        track: Keypoints.
        kept: The moments' crops.
        times: Of all frames of the video in seconds, (F,).
        boxes: The person's box at each frame of the track, (T, 4).
    """

    track: Track
    kept: KeptFrames
    times: np.ndarray
    boxes: np.ndarray


class FollowedBox:
    """The person's box, widened when the person reaches out of it, moved when the person left.

    It begins as the box of the whole video, so before a camera that stands still it stays.

    Args:
        box: Where to begin, (4,).
        fixed: Whether it may not be changed.
    """

    def __init__(self, box: np.ndarray, fixed: bool) -> None:
        self.box, self._fixed = box, fixed
        self._recent: deque[tuple[float, np.ndarray]] = deque()

    def look(self, times: np.ndarray, keypoints: np.ndarray, scores: np.ndarray) -> None:
        """Takes in the keypoints of the latest frames, (T, K, 2) and (T, K)."""
        seen = box_of(keypoints, scores)
        if self._fixed or seen is None:
            return
        self._recent.append((float(times[-1]), seen))
        while times[-1] - self._recent[0][0] > _MEMORY_SECONDS:
            self._recent.popleft()
        boxes = np.stack([box for _, box in self._recent])
        union = np.concatenate([boxes[:, :2].min(0), boxes[:, 2:].max(0)])
        if overlap(union, self.box) < _LOST and len(self._recent) > 1:
            self.box = union
        else:
            self.box = np.concatenate([np.minimum(self.box[:2], union[:2]),
                                       np.maximum(self.box[2:], union[2:])])


def run_pose(source: FrameSource, person: Person, estimator: PoseEstimator, plan: WindowPlan,
             pose_fps: float, margin: float, crop_height: int, keep_pixels: bool,
             progress: Callable[[int], None], clock: Stopwatch) -> PoseResult:
    """Reads a video once.

    Args:
        source: The video.
        person: Whom to look at.
        estimator: The pose estimator.
        plan: Says which moments' crops are kept.
        pose_fps: The estimator looks at so many frames a second at most.
        margin: The largest of the networks' margins.
        crop_height: Height of crops in pixels at most.
        keep_pixels: Whether a later network wants to see crops.
        progress: Told the number of frames read so far.
        clock: Takes the estimator's time as the stage ``pose``.
    """
    follower = FollowedBox(person.box, fixed=person.how == 'given')
    kept, waiting, parts, times, boxes = KeptFrames(), [], [], [], []
    interval = max(1, round(source.fps / pose_fps)) / source.fps
    slack = 0.5 / source.fps
    due, posed = 0.0, 0

    def estimate() -> None:
        crops = [crop for _, crop in waiting]
        used = np.tile(follower.box, (len(crops), 1))
        with clock.stage('pose'):
            keypoints, scores = estimator(crops, used)
        at = np.array([time for time, _ in waiting])
        parts.append((at, keypoints, scores))
        boxes.append(used)
        follower.look(at, keypoints, scores)
        waiting.clear()

    for frame in source.frames():
        times.append(frame.time)
        if frame.time >= due - slack:
            while due <= frame.time + slack:
                due += interval
            framing = framing_of(follower.box, source.size)
            crop = cut_out(frame.rgb(), follower.box, _ROOM * margin, crop_height, framing)
            while plan.time_of(len(kept.numbers)) <= frame.time + slack:
                kept.keep(posed, crop if keep_pixels else None)
            waiting.append((frame.time, crop))
            posed += 1
            if len(waiting) == estimator.batch_size:
                estimate()
        progress(len(times))
    if not kept.numbers:
        kept.keep(posed - 1, crop if keep_pixels else None)
    if waiting:
        estimate()
    track = Track(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    return PoseResult(track, kept, np.array(times), np.concatenate(boxes))
