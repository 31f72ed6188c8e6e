"""BlazePose as a pose source: whom it finds, how it follows, and whole runs with it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from inference_models import POSE, POSTURES, work_dirs  # noqa: F401

from fitness_mm.apis import FitnessInferencer, InferenceError
from fitness_mm.apis.networks.blazepose import BlazePose, Detection, Landmarks
from fitness_mm.apis.networks.blazepose.files import available
from fitness_mm.apis.report.sentences import DEMO_ESTIMATOR, DEMO_POSTURE
from fitness_mm.apis.stages.blazepose import BlazePoseSource
from fitness_mm.apis.stages.pose import Look
from fitness_mm.apis.stages.pose_source import TopDown
from fitness_mm.apis.stages.windows import plan_windows
from fitness_mm.apis.stopwatch import Stopwatch
from fitness_mm.apis.video.sources import open_source
from fitness_mm.keypoints.box import Box
from fitness_mm.sample.video import Script, rehearse

SIZE = (160, 120)
_SMALLEST = 1 / 8  # of a picture's longer side, whom the stub's detector sees


def bright(image):
    """Boxes x, y, w, h of the bright parts of an image, the largest first."""
    mask = (image.min(axis=2) > 200).astype(np.uint8)
    parts = cv2.connectedComponentsWithStats(mask)[2][1:]
    return sorted((tuple(map(int, part[:4])) for part in parts), key=lambda p: -p[2] * p[3])


def detect(image):
    """The stub's people are bright rectangles."""
    found = []
    for x, y, w, h in bright(image):
        if h >= _SMALLEST * max(image.shape):
            points = np.array([[x + w / 2, y + h / 2], [x + w / 2, y]] * 2, float)
            found.append(Detection(0.9, points[:2], points))
    return found


def estimate(image, region):
    for x, y, w, h in bright(image):
        if abs(x + w / 2 - region.x) < w and abs(y + h / 2 - region.y) < h / 2:
            places = np.random.default_rng(0).uniform(0, 1, (33, 3))
            places[[2, 32]] = (0, 0, 0), (1, 1, 0)  # an eye and a toe are the corners
            points = places * (w - 1, h - 1, 0) + (x, y, 0)
            return Landmarks(points, np.full(33, 0.9), np.ones(33), np.zeros((33, 3)), 0.9,
                             np.array([[x + w / 2, y + h / 2], [x + w / 2, y]]))
    return None


def scene(*people, size=SIZE):
    """A room with bright rectangles x, y, w, h."""
    room = np.random.default_rng(1).choice(np.uint8([0, 190]), (4, 6)).repeat(3)
    frame = cv2.resize(room.reshape(4, 6, 3), size, interpolation=cv2.INTER_NEAREST)
    for x, y, w, h in people:
        frame[y:y + h, x:x + w] = 250
    return frame


@pytest.fixture
def source():
    return BlazePoseSource(BlazePose(detect, estimate))


def read(source, frames, person, keep_pixels=False):
    video = open_source(np.stack(frames), 10)
    return source.read(video, person, plan_windows(video.duration, 10, None),
                       Look(10, 0.2, 64, keep_pixels), lambda done: None, Stopwatch())


def test_the_prominent_one_is_chosen_and_others_are_counted(source):
    large, small = (20, 20, 30, 80), (120, 60, 15, 30)
    person = source.find([scene(large, small)] * 6, None)
    assert person.box.x1 < 30 and person.box.x2 <= 50 and person.box.longer > 70
    assert (person.others, person.how) == (1, 'found') and person.confidence > 0.8
    # who moves is more prominent than who is a little larger
    frames = [scene((20, 20, 30, 80), (100, 40 + 5 * t, 30, 75 - 5 * t)) for t in range(6)]
    assert source.find(frames, None).box.x1 > 80
    # but not who walks by, or is there for a moment
    frames = [scene((20, 20, 30, 80 - 6 * t), (60 + 13 * t, 20, 30, 90)) for t in range(6)]
    assert source.find(frames, None).box.x1 < 30
    frames[2:] = [scene((20, 20, 30, 80))] * 20
    assert source.find(frames, None).box.x1 < 30
    # elsewhere in every frame it may be the same one
    frames = [scene((20, 20, 30, 80)), scene((20, 20, 30, 80)), scene((110, 20, 30, 80))]
    assert source.find([*frames, frames[2]], None).others == 0


def test_a_box_that_the_user_gives_is_respected(source):
    frames = [scene((20, 20, 30, 80), (120, 60, 15, 30))] * 4
    box = Box(100, 40, 158.5, 110)
    person = source.find(frames, box)
    assert person.how == 'given' and person.box == box and person.confidence > 0.8
    poses = read(source, frames, person)
    assert (poses.track.keypoints[..., 0] > 100).all() and poses.boxes == [box] * 4
    assert source.find(frames, Box(60, 20, 110, 110)) is None


@pytest.mark.parametrize('shown', [[], [(20, 20, 30, 80)]])
def test_nobody_and_somebody_for_a_moment_are_refused(source, shown):
    frames = [scene()] * 5 + [scene(*shown)]
    assert source.find(frames, None) is None


def test_unsure_landmarks_are_nobody(source):
    source.pose.estimator = lambda frame, region: replace(
        estimate(frame, region), visibility=np.full(33, 0.45))
    assert source.find([scene((20, 20, 30, 80))] * 4, None) is None


def test_a_small_person_is_found_in_parts_of_the_picture_and_followed(source):
    frames = [scene((500 + t, 200, 20, 60), size=(640, 480)) for t in range(4)]
    assert not detect(frames[0])
    person = source.find(frames, None)
    assert 495 < person.box.x1 < person.box.x2 < 530
    assert (read(source, frames, person).track.scores > 0.8).all()


def test_in_a_wide_picture_all_are_found(source):
    left, right = (30, 40, 25, 70), (560, 50, 25, 60)
    frames = [scene(left, (*right[:3], 60 - 4 * t), size=(640, 160)) for t in range(6)]
    assert not detect(frames[0])
    for who, box in ((1, left), (2, right), (None, right), ('largest', left)):
        person = source.find(frames, None, who)
        assert abs(person.box.x1 - box[0]) < 9 and person.others == 1, who


def test_who_is_lost_has_no_score_until_found_again(source):
    frames = [scene((20 + 2 * t, 20, 30, 80)) for t in range(10)]
    frames[0] = frames[4] = frames[5] = scene()
    poses = read(source, frames, source.find(frames, None), keep_pixels=True)
    scores, eye = poses.track.scores, poses.track.keypoints[:, 1]
    assert (scores[[0, 4, 5]] == 0).all() and (scores[[1, 2, 3, 6, 7, 8, 9]] > 0.8).all()
    # between where they were and are, and as at first before that
    np.testing.assert_allclose(eye[:, 0], [22, *range(22, 40, 2)], atol=1e-4)
    crop, = poses.kept.crops([4])
    assert crop.image.shape[0] <= 64 and crop.image.max() > 200


@pytest.mark.parametrize('others, seen', [(0, True), (1, False)])
def test_who_leaves_the_place_is_followed_only_if_alone(source, others, seen):
    frames = [scene((10, 20, 20, 80))] * 3 + [scene((130, 20, 20, 80))] * 3
    person = replace(source.find(frames[:3], None), others=others)
    scores = read(source, frames, person).track.scores
    assert (scores[:3] > 0).all() and (scores[4:] > 0).all() == seen
    assert (scores[3] == 0).all()  # in the frame in which they are lost


def run(work_dirs, **kwargs):  # noqa: F811
    folder = work_dirs / 'demo_posture'
    return FitnessInferencer(posture=POSTURES['limbs'], posture_weights=folder / 'epoch_1.pth',
                             calibration=folder / 'calibration.json', device='cpu',
                             show_progress=False, **kwargs)


def test_a_film_from_end_to_end(work_dirs, source, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(BlazePose, 'load', lambda threads: source.pose)
    inferencer = run(work_dirs, pose='blazepose')
    assert inferencer.models.pose.pose is source.pose
    heights = 70 + 20 * np.cos(np.arange(90) / 5)
    frames = np.stack([scene((60, 110 - int(h), 30, int(h)), (5, 80, 12, 30)) for h in heights])
    found = inferencer(frames, fps=10, exercise='barbell squat', out_dir=tmp_path)
    result, = found['predictions']
    assert result['person']['found_by'] == 'found' and result['person']['other_people'] == 1
    np.testing.assert_allclose(result['person']['box'], (60, 20, 90, 110), atol=3)
    spine, *others = result['conditions']
    assert spine['name'] == 'neutral spine' and spine['verdict'] == 'not judged'
    assert spine['reason'].endswith('Guessed: back.')
    assert spine['reason_ko'].endswith('어림한 부위: 등.')
    assert all('Guessed' not in condition['reason'] for condition in others)
    assert DEMO_ESTIMATOR.en not in result['notes'] and DEMO_POSTURE.en in result['notes']
    assert '어림한 부위: 등.' in (tmp_path / 'report.html').read_text('utf-8')


@pytest.mark.skipif(not available(), reason='BlazePose is not installed')
def test_the_networks_find_a_drawn_person(work_dirs):  # noqa: F811
    take = rehearse(Script('barbell squat', reps=2, rep_sec=1.5, before_sec=0.3, after_sec=0.3,
                           fps=10, size=(320, 180)))
    frames = np.stack([image[..., ::-1] for image in take.images()])
    inferencer = run(work_dirs)  # BlazePose is what it takes by itself
    assert isinstance(inferencer.models.pose, BlazePoseSource)
    result, = inferencer(frames, fps=10, smooth=0)['predictions']
    assert result['person']['other_people'] == 0 and result['repetitions']['count'] == 2
    found = np.array(result['keypoints']['positions'])
    trunk = np.linalg.norm(take.keypoints[0, 17] - take.keypoints[0, 21])
    errors = np.linalg.norm(found - take.keypoints, axis=-1).mean(axis=0) / trunk
    assert errors.mean() < 0.15 and errors.max() < 0.35
    empty, = inferencer(np.full((9, 180, 320, 3), 90, np.uint8))['predictions']
    assert empty['person'] is None and empty['notes'][0].startswith('No person was found')


def test_which_source_is_taken(work_dirs, source, monkeypatch):  # noqa: F811
    monkeypatch.chdir(work_dirs.parent)
    monkeypatch.setattr(BlazePose, 'load', lambda threads: source.pose)
    for there, kwargs, demo in ((True, {}, False), (False, {}, True),
                                (True, {'pose': 'demo'}, True),
                                (False, {'pose': 'blazepose'}, False)):
        monkeypatch.setattr('fitness_mm.apis.stages.pose_choice.available',
                            lambda there=there: there)
        inferencer = run(work_dirs, **kwargs)
        assert inferencer.of_the_demo == demo
        assert isinstance(inferencer.models.pose, TopDown if demo else BlazePoseSource)
    notes = run(work_dirs, pose='demo')(np.stack([scene()] * 3))['predictions'][0]['notes']
    assert DEMO_ESTIMATOR.en in notes and DEMO_POSTURE.en not in notes


@pytest.mark.parametrize('given, message', [
    (dict(pose='blazepose', pose_weights='a.pth'), 'a checkpoint or a detector does not go'),
    (dict(pose='blazepose', det_model='a.py', det_weights='a.pth'), 'with BlazePose'),
    (dict(pose=POSE), 'demo_pose_r18.py. is neither demo nor a folder .*; a config needs a'),
    (dict(pose_weights='a.pth'), 'a.pth needs its config as the pose model, but got None'),
    (dict(pose='demo', pose_weights='a.pth'), 'needs its config as the pose model, but got demo')])
def test_what_does_not_go_together_is_told(given, message, work_dirs):  # noqa: F811
    with pytest.raises(InferenceError, match=message):
        run(work_dirs, **given)


def test_without_its_files_it_says_how_to_get_them(work_dirs, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv('FITNESS_MODELS', str(tmp_path))
    assert not available()
    with pytest.raises(InferenceError, match=r'fetch_pose_model\.py` fetches it'):
        run(work_dirs, pose='blazepose')
