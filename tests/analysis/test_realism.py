"""How unlike real labels generated ones are, on bodies and numbers whose answers are known."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import run_here
from posture_cases import hand_made
from skeleton_cases import body

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.analysis.realism.cameras import (
    MEASURES,
    fit_camera,
    focal_and_place,
    look,
    triangulate,
)
from fitness_mm.analysis.realism.compare import Sign, differences, faults, unmoved
from fitness_mm.analysis.realism.features import Feature, Measured, features_of, measure, tempo
from fitness_mm.analysis.realism.signals import Body, paired_signals, proportions, single_signals
from fitness_mm.analysis.realism.transfer import compare_tests
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINT_INDEX, KEYPOINTS

SQUAT = exercise_by_name('barbell squat')


def turned(points, degrees, axis):
    """Points turned about an axis: 0 forward, 1 to the left."""
    a = np.radians(degrees)
    c, s = np.cos(a), np.sin(a)
    return points @ np.array([[[1, 0, 0], [0, c, -s], [0, s, c]],
                              [[c, 0, s], [0, 1, 0], [-s, 0, c]]][axis]).T


def of_body(points):
    frame = Body(points[None, None])
    found = {name: values for name, values in (*single_signals(frame), *proportions(frame))}
    for name, left, right in paired_signals(frame):
        found[f'{name} left'], found[f'{name} right'] = left, right
    return {name: float(values[0, 0]) for name, values in found.items()}


def test_signals_of_a_standing_body():
    found = of_body(body())
    # trunk 50 cm, its line from (0, 145) to (0, 95), all in the plane z = 0
    expected = {
        'trunk forward, deg': 0, 'Back behind trunk line': 4 / 50, 'stance width': 26 / 50,
        'step length': 0, 'grip width': 56 / 50, 'knee gap': 24 / 50, 'hip height': 93 / 50,
        'hand height left': -3 / 50, 'hand forward right': 8 / 50,
        'knee over toes left': -12 / 50, 'ankle above foot right': 7 / 50,
        'toes outward, deg left': np.degrees(np.arctan2(2, 14)),
        'face up, deg': np.degrees(np.arctan2(-2, 9)), 'shoulder to shoulder': 36 / 50,
        'Back down the trunk': 20 / 50, 'Nose before trunk line': 9 / 50,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-9)


def test_signals_follow_movements_and_not_where_the_person_faces():
    points = body()
    upper = points.copy()
    above = points[:, 1] > 96
    hips = np.array([0, 95, 0])
    upper[above] = turned(points[above] - hips, 30, 0) + hips  # bows
    standing, bowed = of_body(points), of_body(upper)
    assert bowed['trunk forward, deg'] == pytest.approx(30)
    assert bowed['face up, deg'] == pytest.approx(standing['face up, deg'] - 30)
    assert bowed['face up against trunk, deg'] == pytest.approx(standing['face up, deg'])
    assert bowed['hip angle left'] == pytest.approx(of_body(upper[list(FLIP_INDICES)] * (-1, 1, 1))[
        'hip angle right'])
    assert of_body(turned(upper, 70, 1)) == pytest.approx(bowed)
    elbow, wrist = (KEYPOINT_INDEX[f'Left {name}'] for name in ('Elbow', 'Wrist'))
    points[wrist] = points[elbow] + [0, 0, 20]
    points[KEYPOINT_INDEX['Left Shoulder']] = points[elbow] + [0, 30, 0]
    assert of_body(points)['elbow angle left'] == pytest.approx(90)


def test_tempo_of_a_clip_that_rests_at_both_ends():
    course = np.array([0, 0, 1, 0, 1, 0, 0, 0.0])
    points = np.repeat(body()[None], 9, 0)
    points[:8, KEYPOINT_INDEX['Left Wrist'], 1] += 30 * course
    points[8] = np.nan  # a moment that this clip does not have
    found = {name: float(values[0]) for name, values in tempo(points[None]).items()}
    assert found == pytest.approx({
        'range between neighbours': 4 / 7, 'turning points per frame': 3 / 6,
        'frames at the fuller end': 6 / 8, 'frames at the other end': 2 / 8,
        'frames in between': 0, 'still at the start': 2 / 8, 'still at the end': 3 / 8})


def test_differences_are_in_real_deviations_the_largest_first():
    rng = np.random.default_rng(0)
    real = rng.normal(0, (1, 10), (4000, 2))
    found = differences(('wide', 'far'), real[:, ::-1], real[:, ::-1] + (5, 3),
                        np.arange(4000) % 20)
    assert [one.feature for one in found] == ['far', 'wide']
    assert [one.distance for one in found] == pytest.approx([3, 0.5], rel=0.05)
    assert [one.spread for one in found] == pytest.approx([1, 1])
    assert max(one.among_real for one in found) < 0.1


def measured(values, broken):
    """Squats with one signal; of the first condition some are broken, of the others nothing is
    known."""
    conditions = np.full((len(values), 8), -1, np.int8)
    conditions[:, 0] = np.where(broken, 0, 1)
    features = tuple(Feature(name, '', 'low') for name in ('bend', 'nothing'))
    noise = np.ones(len(values))
    return Measured(features, np.stack([values, noise], 1).astype(np.float32),
                    np.full(len(values), SQUAT.index), np.arange(len(values)), conditions,
                    np.zeros((len(values), 3, 16), np.float32), len(values))


def test_a_fault_that_is_drawn_the_wrong_way_is_found():
    kept, broken = np.linspace(0, 1, 21), np.linspace(0.62, 1.62, 21)
    real = measured(np.concatenate([kept, broken]), np.arange(42) >= 21)
    generated = measured(np.concatenate([kept, kept - 2]), np.arange(42) >= 21)
    fault, = faults(real, generated, SQUAT)
    assert (fault.condition.name_ko, fault.clips) == (SQUAT.conditions[0], (21, 21, 21, 21))
    sign = fault.signs[0]
    assert str(sign.feature) == 'bend (low)'
    # nine kept clips are above the lowest broken one: in 8 + 7 + ... + 1 of 441 pairs
    assert sign.auroc == pytest.approx((1 - 36 / 441, 0))
    deviation = 0.8 / 2.563
    assert sign.effect == pytest.approx((0.62 / deviation, -2 / deviation), rel=1e-3)
    assert sign.verdict == 'wrong way'
    assert fault.learnt.feature == sign.feature
    assert fault.best > fault.chance
    # what is the same in all clips tells nothing
    assert fault.signs[1].auroc == (0.5, 0.5)
    assert unmoved(generated, SQUAT, [fault]) == pytest.approx(np.stack([
        [*kept, *[np.nan] * 21], [1] * 42], 1), nan_ok=True)


@pytest.mark.parametrize(('auroc', 'effect', 'verdict'), [
    ((0.9, 0.9), (1.0, 1.5), ''), ((0.9, 1.0), (1.0, 4.0), '4 times'),
    ((0.9, 0.8), (-1.0, -0.3), '0.3 times'), ((0.9, 0.55), (1.0, 0.1), 'missing'),
    ((0.1, 0.9), (-1.0, 1.0), 'wrong way'),
    ((0.52, 0.99), (0.0, 2.0), 'generated only'), ((0.55, 0.5), (0.1, 0.0), '')])
def test_verdicts(auroc, effect, verdict):
    assert Sign(Feature('bend', '', 'low'), (0, 0), (0, 0), effect, auroc).verdict == verdict


def pinhole(azimuth, focal=900.0):
    """A camera 4 m away at an azimuth, 1 m high, that looks level."""
    a = np.radians(azimuth)
    place = np.array([400 * np.sin(a), 100, 400 * np.cos(a)])
    ahead = np.array([-np.sin(a), 0, -np.cos(a)])
    rotation = np.stack([np.cross(ahead, [0, 1, 0]), [0, -1, 0], ahead])
    inner = np.array([[focal, 0, 640], [0, focal, 360], [0, 0, 1]])
    return inner @ np.concatenate([rotation, -(rotation @ place)[:, None]], 1), place


def test_cameras_and_points_are_found_though_some_labels_are_wrong():
    rng = np.random.default_rng(0)
    points = rng.uniform((-50, 0, -50), (50, 180, 50), (400, 3))
    cameras, places = zip(*(pinhole(azimuth) for azimuth in (-140, -40, 0, 40, 140)), strict=True)
    cameras = np.stack(cameras)
    shown = np.concatenate([points, np.ones((400, 1))], 1) @ cameras.swapaxes(1, 2)
    pixels = shown[..., :2] / shown[..., 2:] + rng.normal(0, 0.5, (5, 400, 2))
    wrong = pixels.copy()
    wrong[1, :20] += 200
    wrong[3, 50] = np.nan
    focal, place = focal_and_place(fit_camera(points, wrong[1]))
    assert focal == pytest.approx(900, rel=0.01)
    assert place == pytest.approx(places[1], abs=4)
    assert triangulate(cameras, wrong) == pytest.approx(points, abs=1.5)
    few = np.where(np.arange(5)[:, None, None] < 2, pixels, np.nan)
    assert np.isnan(triangulate(cameras, few)).all()


def test_tests_of_networks_with_other_classes_stand_beside_each_other():
    first = hand_made()
    second = hand_made([
        (0, (1, 0, -1), (2.0, -1.0, 5.0), 0, 'one', 'A', 1),
        (0, (0, 1, -1), (-2.0, 1.0, 5.0), 0, 'two', 'A', 1)])
    found = compare_tests({'a': first, 'b': second})
    assert found.exercises[:2] == [('mean of 1 exercises', [(0.75, 0.75), (1, 1)]),
                                   ('barbell squat', [(0.75, 0.75), (1, 1)])]
    assert found.exercises[2] == ('front raise', [(1, 1), None])
    assert found.conditions[:2] == [
        # kept 2 and 1, broken -1 and 4; kept 1, broken -1, 3 and -2
        ('barbell squat', 'ㄱ', [pytest.approx(0.5), 1]),
        ('barbell squat', 'ㄴ', [pytest.approx(2 / 3), 1])]
    assert found.mean_auroc == pytest.approx([(0.5 + 2 / 3) / 2, 1])


def test_a_sample_is_like_itself(sample_root, tmp_path):
    index = FitnessIndex.read(sample_root)
    record = tmp_path / 'posture.npz'
    replace(hand_made(), classes=('<b>squat\x1b', 'front raise')).write(record)
    out = run_here('analysis/realism.py', '--real', sample_root, '--generated', sample_root,
                   '--out', tmp_path / 'out', '--trained-on-generated', record).stdout
    assert f'{tmp_path / "out" / "realism.html"}' in out
    page = (tmp_path / 'out/realism.html').read_text('utf-8')
    assert '바벨 로우' in page and 'data:image/png;base64' in page and 'src="http' not in page
    assert '&lt;b&gt;squat\\x1b' in page and '<b>squat' not in page and '\x1b' not in out
    rows = (tmp_path / 'out/differences.csv').read_text('utf-8').splitlines()[1:]
    assert len(rows) > 300
    assert {row.split(',')[-2] for row in rows} == {'0.00'}
    # the generator's cameras, by their labels
    cameras = look(index, lambda *_: None)
    for view, azimuth in zip(cameras.geometry, (-140, -40, 0, 40, 140), strict=True):
        found = np.median(view[:, MEASURES.index('azimuth, deg')])
        assert abs(found - azimuth) < 12
    clips = measure(index, lambda *_: None)
    assert set(clips.gt_conditions[clips.exercise == exercise_by_name('barbell row').index]
               [:, :5].ravel()) <= {0, 1}


def test_a_sample_that_is_missing_is_named_before_anything_is_measured(sample_root, tmp_path):
    answer = run_here('analysis/realism.py', '--real', sample_root, '--generated',
                      tmp_path / 'none', '--out', tmp_path / 'out', check=False)
    assert f'there is no index at {tmp_path / "none"}' in answer.stdout
    assert not (tmp_path / 'out').exists()


def test_a_clip_knows_its_features():
    points = np.repeat(body()[None, None], 16, 1).repeat(2, 0)
    features, values, courses = features_of(points)
    assert values.shape == (2, len(features)) and len(set(map(str, features))) == len(features)
    assert len(KEYPOINTS) == points.shape[2]
    assert courses[0, :, 15] == pytest.approx([0, *(of_mean(name) for name in (
        'knee angle', 'elbow angle'))], abs=1e-3)


def of_mean(name):
    found = of_body(body())
    return (found[f'{name} left'] + found[f'{name} right']) / 2
