"""Where keypoints come from: one interface, and the top-down estimators of MMPose behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from fitness_mm.apis.networks.pose_estimator import PoseEstimator
from fitness_mm.apis.stopwatch import Stopwatch
from fitness_mm.apis.video.crops import Crop
from fitness_mm.apis.video.frames import FrameSource
from fitness_mm.keypoints.box import Box

from .person import Detector, Person, find_person
from .pose import FollowedBox, Look, PoseResult, Reader, run_pose
from .track import Track
from .windows import WindowPlan


class PoseSource(Protocol):
    """Finds the person in a video and gives the 24 keypoints.

    Attributes:
        kinds: What each of the 24 is, as :mod:`fitness_mm.keypoints.layouts` has it: observed,
            derived, or assumed. A condition that is about an assumed one is not judged.
        batch_size: Frames at a time, for a source that can look at several.
    """

    kinds: tuple[str, ...]
    batch_size: int

    def find(self, frames: Sequence[np.ndarray], box: Box | None,
             who: str | int | None = None) -> Person | None:
        """The person whom a video is about; None if nobody is seen.

        Args:
            frames: Some of its frames, uint8 RGB (H, W, 3).
            box: Where the person is throughout, in their pixels, if the user has said it.
            who: Which of several, as :func:`~.people.choose` takes it.

        Raises:
            InferenceError: If there are not so many.
        """

    def reader(self, person: Person, size: tuple[int, int], look: Look,
               clock: Stopwatch) -> Reader:
        """Looks at frames that are handed to it, for what is live.

        Args:
            person: Whom to look at.
            size: Width and height of the frames in pixels.
            look: How to look.
            clock: Takes the networks' time.
        """

    def read(self, source: FrameSource, person: Person, plan: WindowPlan, look: Look,
             progress: Callable[[int], None], clock: Stopwatch) -> PoseResult:
        """Reads a video once.

        Args:
            source: The video.
            person: Whom to look at.
            plan: Says which moments' crops are kept.
            look: How to look.
            progress: Told the number of frames read so far.
            clock: Takes the networks' time as the stage ``pose``.
        """


class TopDown:
    """A pose estimator that is given crops around a person.

    Args:
        estimator: The estimator.
        detector: Finds people in a frame; without one the estimator searches.
    """

    def __init__(self, estimator: PoseEstimator, detector: Detector | None = None) -> None:
        self.estimator, self.detector = estimator, detector
        self.kinds = estimator.layout.kinds

    @property
    def batch_size(self) -> int:
        """Crops at a time."""
        return self.estimator.batch_size

    @batch_size.setter
    def batch_size(self, size: int) -> None:
        self.estimator.batch_size = size

    def find(self, frames: Sequence[np.ndarray], box: Box | None,
             who: str | int | None = None) -> Person | None:
        """See :class:`PoseSource`."""
        return find_person(frames, self.estimator, box, self.detector, who)

    def reader(self, person: Person, size: tuple[int, int], look: Look,
               clock: Stopwatch) -> Reader:
        """See :class:`PoseSource`."""
        look = replace(look, margin=max(look.margin, self.estimator.margin),
                       crop_height=max(look.crop_height, 2 * self.estimator.input_size[1]))
        return _CropReader(self.estimator, person, size, look, clock)

    def read(self, source: FrameSource, person: Person, plan: WindowPlan, look: Look,
             progress: Callable[[int], None], clock: Stopwatch) -> PoseResult:
        """See :class:`PoseSource`."""
        reader = self.reader(person, source.size, look, clock)
        return run_pose(source, reader, plan, look, progress)


class _CropReader:
    """Gathers crops until they fill a batch."""

    def __init__(self, estimator: PoseEstimator, person: Person, size: tuple[int, int], look: Look,
                 clock: Stopwatch) -> None:
        self._estimator, self._look, self._clock = estimator, look, clock
        self._follower = FollowedBox(person.box, size, fixed=person.how == 'given')
        self._waiting: list[tuple[float, Crop]] = []
        self._parts: list[tuple[np.ndarray, ...]] = []
        self._boxes: list[Box] = []

    def look_at(self, frame: np.ndarray, time: float) -> Crop:
        crop = self._look.cut_out(frame, self._follower.box)
        self._waiting.append((time, crop))
        if len(self._waiting) == self._estimator.batch_size:
            self._estimate()
        return crop

    def new_scene(self) -> None:
        """Its box is the whole video's."""

    def latest(self) -> tuple[Track, Box]:
        if self._waiting:
            self._estimate()
        return Track(*(part[-1:] for part in self._parts[-1])), self._boxes[-1]

    def finish(self) -> tuple[Track, list[Box]]:
        if self._waiting:
            self._estimate()
        return Track(*map(np.concatenate, zip(*self._parts, strict=True))), self._boxes

    def _estimate(self) -> None:
        times, crops = zip(*self._waiting, strict=True)
        boxes = [self._follower.box] * len(crops)
        with self._clock.stage('pose'):
            self._parts.append((np.array(times), *self._estimator(crops, boxes)))
        self._boxes.extend(boxes)
        self._follower.look(*self._parts[-1])
        self._waiting.clear()
