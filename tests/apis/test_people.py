"""Several people in a track: who is who, whom to look at, where it goes over to another."""

import cv2
import numpy as np
import pytest

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.options import Options
from fitness_mm.apis.stages.people import Seen, chosen, follow
from fitness_mm.apis.stages.stretches import longest_stretch
from fitness_mm.apis.stages.track import Track
from fitness_mm.apis.stages.track_source import TrackSource
from fitness_mm.apis.tracks.people import People
from fitness_mm.apis.video.scenes import Scenes
from fitness_mm.keypoints.box import Box
from fitness_mm.keypoints.layouts import LAYOUTS

SIZE, FPS = (640, 360), 15
_BODY = np.random.default_rng(0).uniform(-0.5, 0.5, (24, 2)) * (0.35, 1)


def person(x, y=180, height=120, squat=0.0, frames=60, walk=0.0):
    """Keypoints (T, 24, 2) of somebody at a place; ``squat`` is how deep, ``walk`` px a frame."""
    t = np.arange(frames)
    body = np.repeat(_BODY[None], frames, 0) * height
    body[..., 1] *= (1 - squat * (1 - np.cos(t / 6)) / 2)[:, None]
    body[:, 20:] += np.sin(t / 4)[:, None, None] * (0.01 * height)  # nobody is quite still
    return body + np.stack([x + walk * t, np.full(frames, y)], -1)[:, None]


def source(*people, there=None, seed=0):
    """A file with some people, in each frame in another order."""
    rng, frames = np.random.default_rng(seed), len(people[0])
    there = there or [range(frames)] * len(people)
    rows = [(t, people[i][t]) for t in range(frames) for i in rng.permutation(len(people))
            if t in there[i]]
    frame, keypoints = zip(*rows, strict=True)
    layout = LAYOUTS['fitness24']
    return TrackSource(People('a', layout, layout.kinds, np.arange(frames) / FPS, SIZE,
                              np.array(frame), np.float32(keypoints),
                              np.full((len(frame), 24), 0.9, np.float32)))


def found(source, who=None, box=None, shrink=1):
    frame = np.zeros((SIZE[1] // shrink, SIZE[0] // shrink, 3), np.uint8)
    return source.find([frame], box, who)


LEFT, MIDDLE, RIGHT = person(120, height=200), person(330, squat=0.4), person(520, height=150)


@pytest.mark.parametrize('who, expected', [
    (None, MIDDLE), ('largest', LEFT), ('center', MIDDLE), (1, LEFT), (2, MIDDLE), (3, RIGHT)])
def test_who_is_looked_at(who, expected):
    people = source(LEFT, MIDDLE, RIGHT)
    one = found(people, who)
    assert (one.others, one.how) == (2, 'found')
    np.testing.assert_allclose(one.box, Box.around(expected), atol=0.01)
    np.testing.assert_allclose(people._track.keypoints, expected, atol=1e-3)
    np.testing.assert_allclose(found(people, who, shrink=2).box, np.array(one.box) / 2, atol=0.5)


def test_who_is_not_there_is_told():
    with pytest.raises(InferenceError, match='there are 2 people in the picture, counted from the '
                       'left, and no person 3'):
        found(source(LEFT, RIGHT), 3)
    assert found(source(LEFT, RIGHT), box=Box(600, 0, 640, 30)) is None
    one = found(source(LEFT, MIDDLE, RIGHT), box=Box(440, 60, 600, 300))
    assert one.how == 'given' and one.box == Box(440, 60, 600, 300) and one.others == 0


@pytest.mark.parametrize('person, message', [
    ('biggest', 'largest, center or a number'), (0, 'number from 1'), ('-1', 'number from 1')])
def test_other_ways_to_choose_are_refused(person, message):
    with pytest.raises(InferenceError, match=message):
        Options(person=person)
    assert Options(person='2').person == 2 and Options(person='center').person == 'center'


def test_who_walks_by_or_looks_on_is_not_who_exercises():
    exercising = person(200, squat=0.4)
    walking = person(-60, height=170, walk=12)  # all the way, before the other
    looking_on = person(450, height=190)
    people = source(exercising, walking, looking_on, there=[range(60), range(5, 50), range(60)])
    one = found(people)
    assert one.others == 2
    np.testing.assert_allclose(people._track.keypoints, exercising, atol=1e-3)
    assert (people._track.scores > 0.8).all()


def test_people_are_followed_where_they_meet():
    everybody = []
    for t, (a, b) in enumerate(zip(person(200, walk=2), person(330, walk=-1), strict=True)):
        here = [(Box.around(one), one, np.ones(24)) for one in ((a, b) if t % 2 else (b, a))]
        follow(everybody, t, here[:1] if 20 < t < 24 and t % 2 else here)
    one, seen = chosen(everybody, 60, SIZE, 1)
    assert len(everybody) == 2 and one.others == 1
    middles = np.mean(seen.keypoints, axis=1)[:, 0]
    assert np.abs(np.diff(middles)).max() < 8


def test_who_comes_back_elsewhere_is_the_same_if_there_is_nobody_else():
    early, late = person(100), person(500)
    people = source(early, late, there=[range(30), range(40, 60)])
    assert found(people).others == 0
    assert (people._track.scores[:, 0] > 0).sum() == 50
    # but what is judged is one stretch
    track, left_out = longest_stretch(people._track)
    assert left_out == pytest.approx(20 / FPS) and (track.scores[30:] == 0).all()


def track(keypoints, scores=0.9, fps=FPS):
    return Track(np.arange(len(keypoints)) / fps, np.float32(keypoints),
                 np.broadcast_to(np.float32(scores), keypoints.shape[:2]))


def test_plain_movement_is_one_stretch():
    for one in (person(200, squat=0.6), person(0, walk=8)):
        for plain in (track(one), track(one[::3], fps=FPS / 3)):
            assert longest_stretch(plain) == (plain, 0)
    lying = np.concatenate([person(200, frames=30), person(200, frames=30)[..., ::-1] + (20, -20)])
    hidden = track(lying, np.repeat([0.9, 0.1, 0.9], [25, 15, 20])[:, None])
    assert longest_stretch(hidden)[1] == 0  # it had a second to lie down


@pytest.mark.parametrize('other', [
    person(500), person(200, height=260), person(200, height=50)], ids=['place', 'near', 'far'])
def test_behind_a_cut_somebody_else_is_left_out(other):
    both = np.concatenate([person(200, squat=0.3)[:40], other[:20]])
    left, seconds = longest_stretch(track(both))
    assert seconds == pytest.approx(20 / FPS)
    assert (left.scores[:40] == np.float32(0.9)).all() and (left.scores[40:] == 0).all()
    np.testing.assert_array_equal(left.keypoints[:40], np.float32(both[:40]))


def test_another_scene_is_left_out_wherever_the_body_is():
    one = track(person(200, squat=0.3))
    left, seconds = longest_stretch(one, cuts=(15, 50))
    assert seconds == pytest.approx(25 / FPS)
    assert np.flatnonzero(left.scores[:, 0]).tolist() == list(range(15, 50))


def test_a_cut_is_no_flash_and_no_moving_camera():
    rng = np.random.default_rng(0)
    rooms = [cv2.resize(rng.integers(0, 255, (5, 8, 3), np.uint8), (400, 240)) for _ in range(2)]
    shots = [rooms[0], rooms[0] // 2, np.roll(rooms[0], 12, 1), rooms[1], rooms[1],
             np.full_like(rooms[0], 255), rooms[1], np.zeros_like(rooms[0]), rooms[0] // 9]
    scenes = Scenes()
    assert [scenes.begins(shot) for shot in shots] == [False] * 3 + [True] + [False] * 4 + [True]


def test_a_moment_at_somebody_else_is_bridged():
    one = person(200, squat=0.3)
    spoilt = one.copy()
    spoilt[25:28] = person(450)[25:28]
    left, seconds = longest_stretch(track(spoilt))
    assert seconds == pytest.approx(3 / FPS) and (left.scores[25:28] == 0).all()
    np.testing.assert_allclose(left.keypoints, one, atol=6)
    assert (left.scores[[24, 28, 59]] > 0.8).all()


def test_nobody_has_no_stretches():
    nobody = track(person(200), 0.1)
    assert longest_stretch(nobody) == (nobody, 0)


def test_somebody_seen_once_is_somebody():
    box = Box(0, 0, 10, 20)
    one = Seen(box, box)
    one.add(3, box, np.zeros((24, 2)), np.full(24, 0.5))
    assert one.person(10).presence == 0.1 and one.person(10).movement == 0
