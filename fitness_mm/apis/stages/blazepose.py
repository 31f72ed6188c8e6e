"""BlazePose as a source of keypoints: it finds people, and follows the one who was chosen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from fitness_mm.apis.networks.blazepose import BlazePose, Detection, Landmarks, Region
from fitness_mm.apis.stopwatch import Stopwatch
from fitness_mm.apis.video.crops import Crop
from fitness_mm.apis.video.frames import FrameSource, spread
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.layouts import BLAZEPOSE

from .people import Seen, chosen, follow
from .person import (
    FRAMES_OF_A_PROPOSAL,
    MIN_CONFIDENCE,
    Person,
    box_of,
    same,
    tiles,
)
from .pose import FollowedBox, Look, PoseResult, Reader, run_pose
from .track import Track
from .windows import WindowPlan

_SMALL_TILE_HEIGHTS = (0.5, )  # only looked at if nobody was found
_OBLONG = 1.2  # of a picture, side to side
_FEWEST_FRAMES = 2  # of those surveyed, in which somebody has to be
_SURE = 0.65
"""Detection score that a person has to reach once. In ten videos of real people all had 0.90 to
0.99 at best, shrunk to 15 to 30 % of a larger picture 0.70 to 0.98; what was taken for a person
with these cut out (a dumbbell, smears) had 0.54 to 0.62."""

_SEARCHED = 0.5  # margin around a person who was lost, in which they are looked for first


class BlazePoseSource:
    """Keypoints of one person by :class:`~fitness_mm.apis.networks.blazepose.BlazePose`.

    Args:
        pose: The networks.
    """

    kinds = BLAZEPOSE.kinds
    batch_size = 1

    def __init__(self, pose: BlazePose) -> None:
        self.pose = pose

    def find(self, frames: Sequence[np.ndarray], box: Box | None,
             who: str | int | None = None) -> Person | None:
        """None if nobody is seen, in the box if there is one."""
        size = frames[0].shape[1::-1]
        people = self._people(frames, [box or Box.of_image(size)], box)
        if box is None:
            few = [frames[i] for i in spread(len(frames), FRAMES_OF_A_PROPOSAL)]
            if max(size) > _OBLONG * min(size):  # in which not everybody is seen at once
                parts = [Box.of_image(size), *tiles(size, (1.0, ), shape=1.0)]
                if not _all_the_time(people, len(frames), self._people(few, parts)):
                    people = self._people(frames, parts)
            if not people:
                frames = few
                people = self._people(few, list(tiles(size, _SMALL_TILE_HEIGHTS, shape=1.0)))
        if not people:
            return None
        person, _ = chosen(people, len(frames), size, who)
        return person if box is None else replace(person, box=box.clamped(size), how='given')

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
                box: Box | None = None) -> list[Seen]:
        """Everybody in some parts of frames; whose middle is in a box, if there is one."""
        everybody: list[Seen] = []
        for number, frame in enumerate(frames):
            here: list[tuple] = []
            for found in (found for part in parts for found in detections(self.pose, frame, part)):
                if any(_lies_in(found, around) for around, *_ in here):
                    continue
                landmarks = self.pose.estimator(frame, found.region)
                if landmarks is None or (box is not None and not _is_in(landmarks, box)):
                    continue
                keypoints, scores = _keypoints(landmarks, frame)
                around = box_of(keypoints[None], scores[None], frame.shape[1::-1])
                if around is not None and not any(same(around, other) for other, *_ in here):
                    here.append((around, keypoints, scores, found.score))
            follow(everybody, number, here)
        return [one for one in everybody
                if len(one.numbers) >= min(_FEWEST_FRAMES, len(frames))
                and max(one.found) >= _SURE
                and one.person(len(frames)).confidence >= MIN_CONFIDENCE]


def _all_the_time(people: Sequence[Seen], frames: int, others: Sequence[Seen]) -> bool:
    """Whether who was found in frames is all that was found by another search, and is in most of
    them."""
    return len(people) >= len(others) and all(2 * len(one.numbers) >= frames for one in people)


def _lies_in(found: Detection, box: Box) -> bool:
    """Whether hips and shoulders of somebody are in the box of another one: it is the same."""
    low, high = found.points[[0, 2]].min(axis=0), found.points[[0, 2]].max(axis=0)
    return bool((low >= box[:2]).all() and (high <= box[2:]).all())


def detections(pose: BlazePose, frame: np.ndarray, part: Box) -> list[Detection]:
    """People in a part of a frame, which has to meet it; the surest first."""
    part = part.crop(0, frame.shape[1::-1])
    at = np.array(part[:2])
    return [Detection(person.score, person.box + at, person.points + at)
            for person in pose.detector(frame[part.slices]) if person.region.usable]


def _keypoints(landmarks: Landmarks, frame: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return BLAZEPOSE.keypoints(landmarks.points[:, :2], landmarks.visibility,
                               frame.shape[1::-1])


def _is_in(landmarks: Landmarks, box: Box) -> bool:
    """Whether the middle of the person lies in a box."""
    x, y = landmarks.alignment[0]
    return box.x1 <= x < box.x2 and box.y1 <= y < box.y2


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

    def new_scene(self) -> None:
        self._pose.reset()

    def latest(self) -> tuple[Track, Box]:
        seen = [one for one in self._seen[-1:] if one is not None]
        return Track.seen_at(np.array(self._times[-1:]), range(len(seen)), seen), self._boxes[-1]

    def finish(self) -> tuple[Track, list[Box]]:
        there = [t for t, seen in enumerate(self._seen) if seen is not None]
        return Track.seen_at(np.array(self._times), there,
                             [self._seen[t] for t in there]), self._boxes

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
