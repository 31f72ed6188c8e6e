"""BlazePose as a source of keypoints: it finds people, and follows the one who was chosen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fitness_mm.apis.networks.blazepose import BlazePose, Detection, Landmarks, Region
from fitness_mm.apis.stopwatch import Stopwatch
from fitness_mm.apis.video.crops import Crop
from fitness_mm.apis.video.frames import FrameSource, spread
from fitness_mm.keypoints.blazepose import ASSUMED_KEYPOINTS, from_blazepose
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

from .person import (
    FRAMES_OF_A_PROPOSAL,
    MIN_CONFIDENCE,
    Person,
    box_of,
    importance,
    same,
    tiles,
)
from .pose import FollowedBox, Look, PoseResult, Reader, run_pose
from .track import Track
from .windows import WindowPlan

_SHOWING = 0.4  # of the frames with a person, those that say how surely it is one
_SMALL_TILE_HEIGHTS = (0.5, )  # only looked at if nobody was found
_FEWEST_FRAMES = 2  # of those surveyed, in which somebody has to be
_SURE = 0.65
"""Detection score that a person has to reach once. In ten videos of real people all had 0.90 to
0.99 at best, shrunk to 15 to 30 % of a larger picture 0.70 to 0.98; what was taken for a person
with these cut out (a dumbbell, smears) had 0.54 to 0.62."""

_SAME_PERSON = 0.25  # share of the smaller of two frames' boxes
_SEARCHED = 0.5  # margin around a person who was lost, in which they are looked for first


class BlazePoseSource:
    """Keypoints of one person by :class:`~fitness_mm.apis.networks.blazepose.BlazePose`.

    Args:
        pose: The networks.
    """

    assumed = ASSUMED_KEYPOINTS
    batch_size = 1

    def __init__(self, pose: BlazePose) -> None:
        self.pose = pose

    def find(self, frames: Sequence[np.ndarray], box: Box | None) -> Person | None:
        """The one who is large and moves; None if nobody is seen, in the box if there is one."""
        size = frames[0].shape[1::-1]
        people = self._people(frames, [box or Box.of_image(size)], box)
        if not people and box is None:
            few = [frames[i] for i in spread(len(frames), FRAMES_OF_A_PROPOSAL)]
            people = self._people(few, list(tiles(size, _SMALL_TILE_HEIGHTS, shape=1.0)), box)
        if not people:
            return None
        (chosen, numbers), *others = sorted(people, key=lambda one: -importance(one[0]))
        if box is not None:
            return replace(chosen, box=box.clamped(size), how='given')
        # who is never there at the same time may be the same one, elsewhere
        return replace(chosen, others=sum(bool(numbers & theirs) for _, theirs in others))

    def reader(self, person: Person, size: tuple[int, int], look: Look,
               clock: Stopwatch) -> Reader:
        """See :class:`~.pose_source.PoseSource`."""
        self.pose.reset()
        return _Follower(self.pose, person, size, look, clock)

    def read(self, source: FrameSource, person: Person, plan: WindowPlan, look: Look,
             progress: Callable[[int], None], clock: Stopwatch) -> PoseResult:
        """See :class:`~.pose_source.PoseSource`."""
        reader = self.reader(person, source.size, look, clock)
        return run_pose(source, reader, plan, look, progress)

    def _people(self, frames: Sequence[np.ndarray], parts: Sequence[Box],
                box: Box | None) -> list[tuple[Person, set[int]]]:
        """People in some parts of frames, and the numbers of the frames that show each."""
        everybody: list[_Somebody] = []
        for number, frame in enumerate(frames):
            here: list[Box] = []
            for found in (found for part in parts for found in detections(self.pose, frame, part)):
                landmarks = self.pose.estimator(frame, found.region)
                if landmarks is None or (box is not None and not _is_in(landmarks, box)):
                    continue
                keypoints, scores = _keypoints(landmarks, frame)
                around = box_of(keypoints[None], scores[None], frame.shape[1::-1])
                if around is None or any(same(around, other) for other in here):
                    continue
                here.append(around)
                somebody = max((one for one in everybody if one.is_at(around, number)),
                               key=lambda one: one.box.common(around).area, default=None)
                if somebody is None:
                    everybody.append(somebody := _Somebody(around))
                somebody.add(number, around, keypoints, scores, found.score)
        people = [(one.person(), set(one.numbers)) for one in everybody
                  if len(one.numbers) >= min(_FEWEST_FRAMES, len(frames))
                  and max(one.found) >= _SURE]
        return [(person, numbers) for person, numbers in people
                if person.confidence >= MIN_CONFIDENCE]


def detections(pose: BlazePose, frame: np.ndarray, part: Box) -> list[Detection]:
    """People in a part of a frame, which has to meet it; the surest first."""
    part = part.crop(0, frame.shape[1::-1])
    at = np.array(part[:2])
    return [Detection(person.score, person.box + at, person.points + at)
            for person in pose.detector(frame[part.slices]) if person.region.usable]


def _keypoints(landmarks: Landmarks, frame: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return from_blazepose(landmarks.points[:, :2], landmarks.visibility, frame.shape[1::-1])


def _is_in(landmarks: Landmarks, box: Box) -> bool:
    """Whether the middle of the person lies in a box."""
    x, y = landmarks.alignment[0]
    return box.x1 <= x < box.x2 and box.y1 <= y < box.y2


@dataclass
class _Somebody:
    """A person in some frames."""

    box: Box
    numbers: list[int] = field(default_factory=list)
    keypoints: list[np.ndarray] = field(default_factory=list)
    scores: list[np.ndarray] = field(default_factory=list)
    found: list[float] = field(default_factory=list)

    def is_at(self, box: Box, number: int) -> bool:
        """Whether a box of a later frame may be this person's."""
        return (self.numbers[-1] != number and self.box.common(box).area
                > _SAME_PERSON * min(self.box.area, box.area))

    def add(self, number: int, box: Box, keypoints: np.ndarray, scores: np.ndarray,
            found: float) -> None:
        self.box = self.box.union(box)
        self.numbers.append(number)
        self.keypoints.append(keypoints)
        self.scores.append(scores)
        self.found.append(found)

    def person(self) -> Person:
        means = np.sort(np.mean(self.scores, axis=1))[::-1]
        movement = np.median(np.std(self.keypoints, axis=0).max(axis=-1)) / self.box.longer
        return Person(self.box, float(means[:math.ceil(_SHOWING * len(means))].mean()),
                      float(movement), 'found')


class _Follower:
    """Follows a person from frame to frame, and looks for them where they were last seen."""

    def __init__(self, pose: BlazePose, person: Person, size: tuple[int, int], look: Look,
                 clock: Stopwatch) -> None:
        self._pose, self._person, self._look, self._clock = pose, person, look, clock
        self._box = FollowedBox(person.box, size, fixed=person.how == 'given')
        self._seen: list[tuple[np.ndarray, np.ndarray] | None] = []
        self._times: list[float] = []
        self._boxes: list[Box] = []

    def look_at(self, frame: np.ndarray, time: float) -> Crop | None:
        with self._clock.stage('pose'):
            landmarks = self._landmarks(frame, time)
        seen = None if landmarks is None else _keypoints(landmarks, frame)
        if seen is not None:
            self._box.look(np.array([time]), seen[0][None], seen[1][None])
        self._seen.append(seen)
        self._times.append(time)
        self._boxes.append(self._box.box)
        return self._look.cut_out(frame, self._box.box) if self._look.keep_pixels else None

    def latest(self) -> tuple[Track, Box]:
        keypoints, scores = self._seen[-1] or (
            np.zeros((NUM_KEYPOINTS, 2), np.float32), np.zeros(NUM_KEYPOINTS, np.float32))
        return Track(np.array(self._times[-1:]), keypoints[None], scores[None]), self._boxes[-1]

    def finish(self) -> tuple[Track, list[Box]]:
        """Where nobody is seen, keypoints go on between where they were and are, at no score."""
        times = np.array(self._times)
        keypoints = np.zeros((len(times), NUM_KEYPOINTS, 2), np.float32)
        scores = np.zeros((len(times), NUM_KEYPOINTS), np.float32)
        there = [t for t, seen in enumerate(self._seen) if seen is not None]
        if there:
            keypoints[there], scores[there] = map(np.stack, zip(
                *(self._seen[t] for t in there), strict=True))
            flat = keypoints.reshape(len(times), -1)  # a view
            for values in flat.T:
                values[:] = np.interp(times, times[there], values[there])
        return Track(times, keypoints, scores), self._boxes

    def _landmarks(self, frame: np.ndarray, time: float) -> Landmarks | None:
        if not self._pose.following:
            region = self._found(frame)
            if region is None:
                return None
            self._pose.follow(region)
        landmarks = self._pose(frame, time)
        if landmarks is None or self._person.how != 'given' or _is_in(landmarks, self._box.box):
            return landmarks
        self._pose.reset()
        return None

    def _found(self, frame: np.ndarray) -> Region | None:
        """The person around the last box; anywhere, where there are no others."""
        given, box = self._person.how == 'given', self._box.box
        people = detections(self._pose, frame, box if given else box.expanded(_SEARCHED))
        if not people and not given and not self._person.others:
            people = detections(self._pose, frame, Box.of_image(frame.shape[1::-1]))
        return min((person.region for person in people),
                   key=lambda region: math.dist((region.x, region.y), box.centre), default=None)
