"""BlazePose: what lies before and behind its networks by hand-made tensors, and the networks
themselves on drawn people, where they have been fetched."""

import math
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.networks.blazepose import BlazePose, Detection, Region
from fitness_mm.apis.networks.blazepose.detection import PoseDetector, anchors, decode, merged
from fitness_mm.apis.networks.blazepose.engine import TfliteModel
from fitness_mm.apis.networks.blazepose.files import LANDMARKS, model_file
from fitness_mm.apis.networks.blazepose.landmarks import LandmarkEstimator, refined
from fitness_mm.apis.networks.blazepose.one_euro import OneEuroFilter
from fitness_mm.keypoints.skeleton import KEYPOINTS
from fitness_mm.sample.video import Script, rehearse

NOBODY = np.zeros((90, 120, 3), np.uint8)


def test_anchors():
    places = anchors()
    assert places.shape == (28 * 28 * 2 + 14 * 14 * 2 + 7 * 7 * 6, 2) == (2254, 2)
    np.testing.assert_array_equal(places[:4], [[4, 4], [4, 4], [12, 4], [12, 4]])
    np.testing.assert_array_equal(places[56], [4, 12])  # the second row
    np.testing.assert_array_equal(places[1568:1571], [[8, 8], [8, 8], [24, 8]])
    np.testing.assert_array_equal(places[1960:1967], [[16, 16]] * 6 + [[48, 16]])
    np.testing.assert_array_equal(places[-1], [208, 208])


def test_decoding():
    raw, logits = np.zeros((2254, 12), np.float32), np.full(2254, -1e4, np.float32)
    raw[2] = [2, -1, 10, 20, 1, 1, 2, 2, 3, 3, 4, 4]  # counted from (12, 4)
    logits[[0, 2, 2253]] = -0.01, math.log(3), 1e4
    corners, scores = decode(raw, logits, 0.5)
    np.testing.assert_allclose(corners[0], [[9, -7], [19, 13], [13, 5], [14, 6], [15, 7], [16, 8]])
    np.testing.assert_allclose(corners[1], [[208, 208]] * 6)
    np.testing.assert_allclose(scores, [0.75, 1])


def test_what_overlaps_is_averaged_by_score():
    def person(x, size=10):
        return np.array([[x, 0], [x + size, 10], *[[x, x]] * 4], float)
    # shares of overlap with the first: 8 of 12, 5 of 15, 4 of 16 (too little), nothing
    people = [person(4, size=0), person(6), person(2), person(0), person(100), person(5)]
    found = merged(np.stack(people), np.array([0.1, 0.6, 0.4, 0.8, 0.7, 0.2]))
    assert [round(score, 6) for _, score in found] == [0.8, 0.7, 0.6, 0.1]
    average = (0.4 * 2 + 0.2 * 5) / 1.4
    np.testing.assert_allclose(found[0][0], person(average))
    np.testing.assert_allclose(found[2][0], person(6))


@pytest.mark.parametrize(('head', 'angle'), [
    ((100, 100), 0), ((200, 200), math.pi / 2), ((0, 200), -math.pi / 2), ((100, 300), math.pi)])
def test_the_region_of_a_person(head, angle):
    region = Region.of_person(np.array([[100, 200], head], float))
    assert (region.x, region.y, region.side) == (100, 200, 250)
    assert math.isclose(region.angle, angle)
    # the head is at the top of what is cut out, an eighth of the margin below its edge
    np.testing.assert_allclose(region.to_frame(np.array([[128, 25.6]]), 256), [head], atol=1e-9)
    up = np.subtract(head, (100, 200)) / 100
    np.testing.assert_allclose(region.turn(np.array([[0.0, -2.0]])), [2 * up], atol=1e-9)


@pytest.mark.parametrize('region', [
    Region(70, 52, 60), Region(60, 55, 80, 0.7), Region(75, 50, 200, -2.5),
    Region(70, 60, 40, 3.1)])
def test_cutting_out_and_the_way_back(region):
    columns, rows = np.meshgrid(np.arange(160), np.arange(120))
    spot = 250 * np.exp(-((columns - 70)**2 + (rows - 52)**2) / 18)
    crop = region.cut_out(np.repeat(spot[..., None], 3, axis=2).astype(np.uint8), 128,
                          cv2.BORDER_CONSTANT)
    light = crop[..., 0].astype(float)
    v, u = (float((light * axis).sum() / light.sum()) for axis in np.indices(light.shape))
    np.testing.assert_allclose(region.to_frame(np.array([u, v]), 128), (70, 52), atol=0.15)


def test_people_are_found_in_pixels_of_the_frame():
    def model(image):
        assert image.shape == (224, 224, 3) and image.dtype == np.float32
        # 200 x 100 in a square of 200: the frame fills the rows 56 to 168
        np.testing.assert_array_equal(image[[0, 50, 60, 160, 175, 223], 112, 0],
                                      [-1, -1, 1, 1, -1, -1])
        raw, logits = np.zeros((2254, 12), np.float32), np.full((2254, 1), -9, np.float32)
        raw[-1, :6], logits[-1] = [0, 0, 22.4, 44.8, -96, -96], 9  # the hips in the middle
        return raw, logits
    person, = PoseDetector(model)(np.full((100, 200, 3), 255, np.uint8))
    np.testing.assert_allclose(person.box, [[175.714, 115.714], [195.714, 155.714]], atol=1e-3)
    np.testing.assert_allclose(person.points[0], [100, 50], atol=1e-5)
    assert person.score > 0.999 and (person.region.x, person.region.y) == pytest.approx((100, 50))


def test_landmarks_move_to_the_centre_of_their_heatmaps():
    points = np.array([[82, 42], [82, 42], [1, 1], [300, 42], [-9, 42]], float)
    heatmaps = np.full((64, 64, 5), -100, np.float32)
    heatmaps[10, [20, 23], 0] = 1.0  # 0.73 each: between the columns 20 and 23
    heatmaps[10, 25, 0] = 100.0  # too far from column 20
    heatmaps[10, 24, 1] = -0.1  # less than 0.5
    heatmaps[[0, 4], 2, 2] = 2.0  # the corner has a part of its surroundings only
    heatmaps[10, 63, 3] = heatmaps[10, 0, 4] = 9.0  # points outside stay
    np.testing.assert_allclose(refined(points, heatmaps),
                               [[86, 40], [82, 42], [8, 8], [300, 42], [-9, 42]], atol=1e-4)


def landmark_outputs(score=0.9):
    """Of a network that sees the middle of the hips in the middle, and the head above it."""
    raw = np.zeros((39, 5), np.float32)
    raw[:, :3] = (192, 128, 64)
    raw[0, 3:] = math.log(4), -math.log(4)
    raw[33, :2], raw[34, :2] = (128, 128), (128, 25.6)
    world = np.tile(np.float32([0.5, 0, 0.25]), 39)
    return raw.ravel(), np.float32([score]), np.full((64, 64, 39), -50, np.float32), world


def test_landmarks_in_pixels_of_the_frame():
    region = Region(60, 40, 80, math.pi / 2)  # lying, the head on the right
    found = LandmarkEstimator(lambda image: landmark_outputs())(NOBODY, region)
    np.testing.assert_allclose(found.points, [[60, 60, 20]] * 33, atol=1e-4)
    np.testing.assert_allclose(found.world, [[0, 0.5, 0.25]] * 33, atol=1e-6)
    np.testing.assert_allclose([found.visibility[:2], found.presence[:2]], [[0.8, 0.5], [0.2, 0.5]])
    np.testing.assert_allclose(found.alignment, [[60, 40], [92, 40]], atol=1e-5)
    again = Region.of_person(found.alignment)
    assert (again.x, again.y, again.side, again.angle) == pytest.approx((60, 40, 80, math.pi / 2))
    assert LandmarkEstimator(lambda image: landmark_outputs(0.5))(NOBODY, region) is None


def test_the_filter_of_the_region():
    smooth = OneEuroFilter(min_cutoff=0.01, beta=10.0)
    assert smooth(np.array([5.0]), 100, 1.0) == 5
    assert smooth(np.array([5.0]), 100, 1.1) == 5
    # (2 pi 0.1 / (1 + 2 pi 0.1)) = 0.38587 of the speed, 10 / 100 / 0.1; the cutoff is 3.8687
    assert smooth(np.array([15.0]), 100, 1.2)[0] == pytest.approx(12.0852, abs=1e-4)
    assert smooth(np.array([7.0]), 100, 1.2) == 7  # no later: begins anew
    smooth.reset()
    assert smooth(np.array([8.0]), 100, 1.3) == 8


class Scene:
    """A person at x, whom the two networks see where they look, or nobody."""

    def __init__(self, **kwargs):
        self.looks, self.searches, self.time = [], 0, 0.0
        self.pose = BlazePose(self.detect, self.estimate, **kwargs)

    def detect(self, frame):
        self.searches += 1
        if self.x is None:
            return []
        points = np.tile([[self.x, 60.0], [self.x, 28.0]], (2, 1))
        return [Detection(0.9, points[:2], points)]

    def estimate(self, frame, region):
        self.looks.append(region.x)
        if self.x is None or abs(self.x - region.x) > region.side / 2:
            return None
        return SimpleNamespace(alignment=np.array([[self.x, 60], [self.x, 28]], float), x=self.x)

    def frame(self, x):
        self.x, self.time = x, self.time + 0.1
        found = self.pose(NOBODY, self.time)
        return found and found.x


def test_a_person_is_followed_lost_and_found_again():
    scene = Scene()
    assert [scene.frame(x) for x in (None, 50, 52, 54)] == [None, 50, 52, 54]
    assert scene.searches == 2  # then the region follows, more slowly than the person
    assert scene.looks[:2] == [50, 50] and 50 < scene.looks[2] < 52
    assert [scene.frame(x) for x in (200, 200, None, None, 80)] == [None, 200, None, None, 80]
    assert scene.searches == 5 and scene.looks[3] < 54 and scene.looks[4] == 200


def test_pictures_and_a_person_chosen_by_another():
    scene = Scene(static=True)
    assert [scene.frame(x) for x in (50, 52, 54)] == [50, 52, 54]
    assert scene.looks == [50, 52, 54] and scene.searches == 3
    scene = Scene()
    scene.pose.follow(Region(70, 60, 80))
    assert scene.frame(75) == 75 and scene.looks == [70] and scene.searches == 0
    scene.pose.reset()
    assert scene.frame(75) == 75 and scene.searches == 1


def test_a_person_of_no_size_is_not_looked_at():
    points = np.ones((4, 2))
    pose = BlazePose(lambda frame: [Detection(1.0, points[:2], points)],
                     lambda frame, region: SimpleNamespace(alignment=points[:2], x=region.x))
    assert pose(NOBODY, 0.0) is None
    pose.follow(Region(9, 9, 9))
    assert pose(NOBODY, 1.0).x == 9 and pose(NOBODY, 2.0) is None


@pytest.fixture(scope='module')
def networks():
    try:
        model_file(LANDMARKS)
    except InferenceError as error:
        pytest.skip(str(error))
    return BlazePose.load(), BlazePose.load(static=True)


@pytest.fixture(scope='module')
def drawn():
    """RGB frames of a squat, and truth: (T, 24, 2) px."""
    take = rehearse(Script('barbell squat', reps=1, rep_sec=1.2, before_sec=0.2, after_sec=0.2,
                           fps=5))
    return [np.ascontiguousarray(image[..., ::-1]) for image in take.images()], take.keypoints


def test_drawn_people(networks, drawn):
    frames, truth = drawn
    mine = [11, 12, 15, 16, 25, 26, 27, 28]
    names = [f'{side} {joint}' for joint in ('Shoulder', 'Wrist', 'Knee', 'Ankle')
             for side in ('Left', 'Right')]
    where = truth[:, [KEYPOINTS.index(name) for name in names]]
    height = np.ptp(truth[0, :, 1])
    for pose in networks:
        pose.reset()
        people = [pose(frame, time) for time, frame in enumerate(frames)]
        found = np.stack([person.points[mine, :2] for person in people])
        errors = np.linalg.norm(found - where, axis=-1) / height
        assert errors.mean() < 0.03 and errors.max() < 0.1
        trunk = people[0].world[[11, 12]].mean(axis=0) - people[0].world[[23, 24]].mean(axis=0)
        assert 0.3 < np.linalg.norm(trunk) < 0.7 and trunk[1] < -0.3  # metres, upwards
        assert min(person.score for person in people) > 0.9
    assert networks[0](NOBODY, 99.0) is None and networks[1](NOBODY, 99.0) is None


def test_a_turned_frame_shows_the_same_person(networks, drawn):
    frame, pose = drawn[0][0], networks[1]
    upright, lying = pose(frame, 0.0), pose(np.ascontiguousarray(np.rot90(frame)), 0.0)
    x, y = upright.points[:, :2].T
    back = np.column_stack([y, frame.shape[1] - 1 - x])  # a quarter to the left
    height = np.ptp(upright.points[:, 1])
    assert np.linalg.norm(lying.points[:, :2] - back, axis=1).mean() < 0.02 * height
    turned = np.column_stack([upright.world[:, 1], -upright.world[:, 0]])
    assert np.linalg.norm(lying.world[:, :2] - turned, axis=1).mean() < 0.05


def test_outputs_that_nobody_wants_are_left_out(networks):
    content = model_file(LANDMARKS)
    image = np.random.default_rng(0).random((256, 256, 3), np.float32)
    whole = TfliteModel(content, (0, 1, 2, 3, 4))(image)
    assert [output.size for output in whole] == [195, 1, 65536, 64 * 64 * 39, 117]
    for outputs in ((0, 1, 3, 4), (4, 1)):
        part = TfliteModel(content, outputs)(image)
        for number, output in zip(outputs, part, strict=True):
            np.testing.assert_array_equal(output, whole[number])
