import weakref

import numpy as np
import pytest
from video_cases import KnownPeople

from fitness_mm.apis.stages.person import Person
from fitness_mm.apis.stages.pose import FollowedBox, Look
from fitness_mm.apis.stages.pose_source import TopDown
from fitness_mm.apis.stages.windows import plan_windows
from fitness_mm.apis.stopwatch import Stopwatch
from fitness_mm.keypoints.box import Box

BOX = Box(20, 10, 60, 50)
SIZE = (80, 60)


class CountedFrames:
    """A source that knows how many of its frames are in memory."""

    name, size, warnings = 'counted', (80, 60), []

    def __init__(self, times, fps):
        self.times, self.fps, self.duration = times, fps, times[-1] + 1 / fps
        self.alive = weakref.WeakSet()
        self.most = self.decoded = 0

    def frames(self):
        for number, time in enumerate(self.times):
            yield _Frame(self, number, time)

    def survey(self, count):
        return [np.zeros((60, 80, 3), np.uint8)] * count


class _Image(np.ndarray):
    """An array that can be weakly referenced, and hashed by identity."""

    __hash__ = object.__hash__


class _Frame:

    def __init__(self, source, number, time):
        self.source, self.number, self.time = source, number, time

    def rgb(self):
        image = np.full((60, 80, 3), 50, np.uint8).view(_Image)
        self.source.alive.add(image)
        self.source.decoded += 1
        self.source.most = max(self.source.most, sum(1 for _ in self.source.alive))
        return image


def run(times, fps, pose_fps=15.0, keep_pixels=True, window=10.0, estimator=None):
    source = CountedFrames(times, fps)
    person = Person(BOX, 0.9, 0.1, 'found')
    result = TopDown(estimator or KnownPeople(BOX)).read(
        source, person, plan_windows(source.duration, window, None),
        Look(pose_fps, 0.2, 48, keep_pixels), lambda done: None, Stopwatch())
    return source, result


def test_a_long_video_is_never_in_memory():
    source, result = run(np.arange(3000) / 30, 30)
    assert len(result.times) == 3000 and len(result.track) == 1500
    assert source.decoded == 1500  # frames that nobody looks at are not converted
    assert source.most <= 6  # some are made ahead
    # what is kept: one small JPEG per moment, 16 for every ten seconds
    assert len(result.kept.numbers) == 160
    assert all(crop.image.shape[0] <= 48 for crop in result.kept.crops(range(160)))


@pytest.mark.parametrize('fps, pose_fps, every', [(60, 15, 4), (30, 15, 2), (25, 15, 2),
                                                  (10, 15, 1), (30, 30, 1)])
def test_the_estimator_looks_at_every_nth_frame(fps, pose_fps, every):
    _, result = run(np.arange(120) / fps, fps, pose_fps)
    np.testing.assert_allclose(result.track.times, np.arange(0, 120, every) / fps)


def test_moments_are_the_frames_at_their_times():
    _, result = run(np.arange(300) / 30, 30, pose_fps=30)
    moments = result.track.times[result.kept.numbers]
    np.testing.assert_allclose(moments, (np.arange(16) + 0.5) * 0.625, atol=1 / 30)


def test_a_frame_that_stays_for_long_is_kept_once():
    _, result = run(np.array([0, 0.1, 9.0, 9.1]), 10)
    crops = result.kept._crops
    assert len(crops) > 12 and len(set(map(id, crops))) <= 4


def test_one_frame_is_a_track_and_a_moment():
    _, result = run(np.array([0.0]), 30)
    assert len(result.track) == 1 and set(result.kept.numbers) == {0}
    assert len(result.kept.crops([0])) == 1


def test_networks_of_keypoints_only_keep_no_pixels():
    _, result = run(np.arange(60) / 30, 30, keep_pixels=False)
    assert len(result.kept.numbers) == 16 and result.kept.crops(range(16)) == []


def test_the_box_grows_with_the_person_and_follows_who_leaves():
    box = FollowedBox(Box(0, 0, 100, 100), (640, 360), fixed=False)

    def seen(x1, y1, x2, y2, time):
        points = np.tile(np.array([[x1, y1], [x2 - 1, y2 - 1]], float), (1, 12, 1))
        box.look(np.array([time]), points, np.ones((1, 24)))

    seen(20, 20, 130, 90, 0.0)  # an arm reaches out
    assert box.box == (0, 0, 130, 100)
    seen(20, 20, 90, 90, 7.0)  # what was seen six seconds ago is forgotten
    assert box.box == (0, 0, 100, 100)
    seen(400, 0, 480, 100, 14.0)
    seen(405, 0, 485, 100, 15.0)
    assert box.box == (400, 0, 485, 100)
    seen(700, 0, 780, 100, 20.0)  # beside the picture nobody can be
    seen(700, 0, 780, 100, 21.0)
    assert box.box == (400, 0, 485, 100)
    fixed = FollowedBox(BOX, SIZE, fixed=True)
    fixed.look(np.array([0.0]), np.zeros((1, 24, 2)), np.ones((1, 24)))
    assert fixed.box == BOX
