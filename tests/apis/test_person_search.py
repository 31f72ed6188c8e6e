import numpy as np
import pytest
from video_cases import KnownPeople

from fitness_mm.apis.stages.person import find_person, one_picture
from fitness_mm.keypoints.box import Box

FRAME = (320, 180)


def frames(count=6, moving=None):
    """Grey frames; in a box (x1, y1, x2, y2) brightness changes from frame to frame."""
    found = []
    for t in range(count):
        frame = np.full((FRAME[1], FRAME[0], 3), 100, np.uint8)
        if moving is not None:
            x1, y1, x2, y2 = moving
            frame[y1:y2, x1:x2] = 40 + 180 * (t % 2)
        found.append(frame)
    return found


@pytest.mark.parametrize('there', [range(12), range(12, 24), range(5, 19)])
def test_nobody_has_to_be_there_all_the_time(there):
    box = (100, 20, 170, 170)
    shown = frames(24)
    for t in set(range(24)) - set(there):
        shown[t][:] = 0
    person = find_person(shown, KnownPeople(box))
    assert person.box.iou(Box(*box)) > 0.85 and person.confidence > 0.9


@pytest.mark.parametrize('size', [(1280, 16), (16, 1280), (4000, 40)])
def test_a_picture_like_a_stripe_is_searched_in_a_moment(size):
    nobody = KnownPeople()
    assert find_person([np.full((size[1], size[0], 3), 9, np.uint8)] * 6, nobody) is None
    assert 10 < nobody.looked_at < 1000


def test_one_picture_is_told_from_a_person_who_stands():
    noise = np.random.default_rng(0).integers(-3, 4, (6, FRAME[1], FRAME[0], 1))
    still = [(frame + n).astype(np.uint8) for frame, n in zip(frames(), noise, strict=True)]
    assert one_picture(still) and not one_picture(still[:1])
    still[3][60:64, 100:104] = 200  # a hand
    assert not one_picture(still)


@pytest.mark.parametrize('box', [
    (100, 20, 170, 170),  # large
    (250, 100, 290, 170),  # small, at the edge
    (40, 90, 200, 150),  # lying
])
def test_the_box_comes_to_where_the_person_is(box):
    for moving in (None, box):
        person = find_person(frames(moving=moving), KnownPeople(box))
        assert person.box.iou(Box(*box)) > 0.85
        assert (person.how, person.others) == ('found', 0)
        assert person.confidence > 0.9


def test_of_two_people_the_large_and_moving_one_is_taken():
    large, small = (30, 10, 110, 170), (220, 80, 270, 170)
    person = find_person(frames(), KnownPeople(small, large))
    assert person.box.iou(Box(*large)) > 0.85 and person.others == 1
    # one who stands still counts for less than one who moves
    person = find_person(frames(moving=small), KnownPeople(small, large, still=(1, )))
    assert person.box.iou(Box(*small)) > 0.85 and person.others == 1


def test_nobody_is_nobody():
    assert find_person(frames(), KnownPeople()) is None
    assert find_person(frames(1), KnownPeople()) is None


def test_a_given_box_is_taken_as_it_is():
    estimator = KnownPeople((100, 20, 170, 170))
    person = find_person(frames(2), estimator, box=(90, 10, 400, 175))
    assert person.how == 'given' and person.box == (90, 10, 320, 175)
    assert estimator.calls == 2  # it is looked at once, and not searched


def test_a_detector_says_where_to_look():
    box = np.array([100., 20, 170, 170])
    estimator = KnownPeople(box)
    looked_at = []

    def detector(frame):
        looked_at.append(frame.shape)
        return np.array([box + 4, [250, 100, 290, 170]])

    person = find_person(frames(), estimator, detector=detector)
    assert person.how == 'detector' and person.box.iou(Box(*box)) > 0.9
    assert person.others == 0 and looked_at == [(180, 320, 3)] * 6
