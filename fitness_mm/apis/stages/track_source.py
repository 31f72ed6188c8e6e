"""A file of tracks as a source of keypoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from fitness_mm.apis.stopwatch import Stopwatch
from fitness_mm.apis.tracks.people import People
from fitness_mm.apis.video.crops import Crop
from fitness_mm.apis.video.frames import FrameSource
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.measures import shows_person
from fitness_mm.keypoints.pixels import PixelMap

from .people import Person, Seen, chosen, follow
from .pose import FollowedBox, Look, PoseResult, run_pose
from .track import Track
from .windows import WindowPlan

_IN_BOX = 0.5  # share of a person that lies in the box given


class TrackSource:
    """Keypoints of one person out of a file.

    Args:
        people: Everybody in it, in pixels of the video.
    """

    batch_size = 1

    def __init__(self, people: People) -> None:
        self.people, self.kinds = people, people.kinds
        self._track: Track | None = None

    def find(self, frames: Sequence[np.ndarray], box: Box | None,
             who: str | int | None = None) -> Person | None:
        """See :class:`~.pose_source.PoseSource`."""
        people, size = self.people, self.people.size
        shrink = PixelMap.of_box(Box.of_image(size), frames[0].shape[1::-1])
        everybody = self._everybody(None if box is None else shrink.inverse().apply_box(box))
        if not everybody:
            return None
        person, seen = chosen(everybody, len(people.times), size, who)
        self._track = Track.seen_at(people.times, *_joined(seen, everybody, person.others))
        found = box or shrink.apply_box(person.box).clamped(frames[0].shape[1::-1])
        return replace(person, box=found, how='found' if box is None else 'given')

    def read(self, source: FrameSource, person: Person, plan: WindowPlan, look: Look,
             progress: Callable[[int], None], clock: Stopwatch) -> PoseResult:
        """See :class:`~.pose_source.PoseSource`; the person is the one found last."""
        reader = _Reader(self._track, person, source.size, look)
        return run_pose(source, reader, plan, look, progress)

    def _everybody(self, box: Box | None) -> list[Seen]:
        """The people, each followed from frame to frame; in a box, if there is one."""
        people, everybody = self.people, []
        starts = np.searchsorted(people.frame, np.arange(len(people.times) + 1))
        for frame, some in enumerate(map(slice, starts, starts[1:])):
            here = []
            for keypoints, scores in zip(people.keypoints[some], people.scores[some], strict=True):
                around = Box.around(keypoints, scores > 0)
                if around is not None and (box is None or box.common(around).area
                                           > _IN_BOX * around.area):
                    here.append((around, keypoints, scores))
            follow(everybody, frame, here)
        return [one for one in everybody if shows_person(np.stack(one.scores)).any()]


def _joined(seen: Seen, everybody: Sequence[Seen],
            others: int) -> tuple[list[int], list[tuple[np.ndarray, np.ndarray]]]:
    """Frames of a person and what is seen in each; where there are no others, also of who is seen
    when the person is not, who may be the same one, elsewhere."""
    found = {}
    for one in (*(everybody if not others else ()), seen):
        found |= dict(zip(one.numbers, zip(one.keypoints, one.scores, strict=True), strict=True))
    there = sorted(found)
    return there, [found[t] for t in there]


class _Reader:
    """Looks up where the person is in each frame of a video."""

    def __init__(self, track: Track, person: Person, size: tuple[int, int], look: Look) -> None:
        self._track, self._look, self._times = track, look, []
        self._box = FollowedBox(person.box, size, fixed=person.how == 'given')
        self._boxes: list[Box] = []

    def look_at(self, frame: np.ndarray, time: float) -> Crop | None:
        here = self._at(np.array([time]))
        self._box.look(here.times, here.keypoints, here.scores)
        self._times.append(time)
        self._boxes.append(self._box.box)
        return self._look.cut_out(frame, self._box.box) if self._look.keep_pixels else None

    def new_scene(self) -> None:
        """The file knows."""

    def finish(self) -> tuple[Track, list[Box]]:
        return self._at(np.array(self._times)), self._boxes

    def _at(self, times: np.ndarray) -> Track:
        """The track at some times; behind its end nobody is seen."""
        track, last = self._track.at(times), self._track.times[-1] + 1 / self._track.fps
        return replace(track, scores=track.scores * (times <= last)[:, None])
