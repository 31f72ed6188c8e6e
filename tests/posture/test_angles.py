"""Angles and distances against hand-computed ones, and what a view says of them."""

import numpy as np
import pytest

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINT_INDEX, KEYPOINTS
from fitness_mm.posture.angle_track import measure_track
from fitness_mm.posture.angles import MEASURES, Body
from fitness_mm.posture.kept_ranges import (
    STATISTICS,
    KeptRange,
    condition_measures,
    ranges_of,
    ranges_table,
    statistics,
)
from fitness_mm.posture.views import VIEWS, azimuth_deg, view_of

# Seen from before: x to the left of the person, y up; in hundredths of the trunk.
STANDING = {
    'Left Shoulder': (33, 100), 'Left Hip': (20, 0), 'Left Knee': (20, -70),
    'Left Ankle': (20, -140), 'Left Foot': (24, -150), 'Left Elbow': (33, 50),
    'Left Wrist': (33, 5), 'Left Palm': (33, -10),
    'Left Eye': (4, 142), 'Left Ear': (12, 140), 'Nose': (0, 136), 'Neck': (0, 117),
    'Back': (0, 70), 'Waist': (0, 32)}


def standing(**moved):
    """(K, 3), z toward the camera."""
    points = np.zeros((len(KEYPOINTS), 3))
    for name, (x, y) in STANDING.items():
        points[KEYPOINT_INDEX[name], :2] = x, y
        points[FLIP_INDICES[KEYPOINT_INDEX[name]], :2] = -x, y
    for name, place in moved.items():
        points[KEYPOINT_INDEX[name.replace('_', ' ')]] = place
    return points


def picture(points, azimuth=0.0):
    """(1, 1, K, 2) in pixels of a picture, the person turned away from the camera."""
    a = np.radians(azimuth)
    x = points[:, 0] * np.cos(a) + points[:, 2] * np.sin(a)
    return 3 * np.stack([x, -points[:, 1]], 1)[None, None] + 500


def of(points, name, side=''):
    return float(MEASURES[name].of(Body(points), side)[0, 0])


@pytest.mark.parametrize('name, side, moved, expected', [
    ('knee angle', 'left', {}, 180),
    ('knee angle', 'left', {'Left_Ankle': (90, -70, 0)}, 90),
    ('hip angle', 'right', {'Right_Knee': (-90, 0, 0)}, 180 - np.degrees(np.arctan2(70, 0))
     + np.degrees(np.arctan2(-13, 100))),
    ('elbow angle', 'left', {'Left_Wrist': (78, 50, 0)}, 90),
    ('shoulder angle', 'right', {'Right_Elbow': (-83, 100, 0)}, 90),
    ('wrist bend', 'left', {'Left_Palm': (48, 5, 0)}, 90),
    ('forearm to vertical', 'left', {}, 180),
    ('trunk to vertical', '', {}, 0),
    ('neck-back-waist angle', '', {'Neck': (47, 70, 0)}, 90),
    ('face above level', '', {'Nose': (0, 139, 0), 'Left_Ear': (-1, 139, 0)}, 0),
    ('frontal-plane knee angle', 'left',
     {'Left_Knee': (55, -35, 0), 'Left_Ankle': (20, -70, 0)}, 90),
    ('frontal-plane knee angle', 'right',
     {'Right_Knee': (15, -35, 0), 'Right_Ankle': (-20, -70, 0)}, -90),
    ('stance width', '', {}, 0.4),
    ('grip width', '', {'Left_Wrist': (33, 45, 0)}, np.hypot(0.66, 0.4)),
    ('hand to hips', 'left', {'Left_Wrist': (70, 5, 0)}, 0.7),
    ('hand above shoulders', 'left', {}, -0.95),
    ('ankle above foot', 'right', {}, 0.1),
])
def test_a_measure_is_the_same_in_the_picture_and_in_space(name, side, moved, expected):
    points = standing(**moved)
    if name == 'face above level':
        points[KEYPOINT_INDEX['Right Ear']] = points[KEYPOINT_INDEX['Left Ear']]
    seen, space = of(picture(points), name, side), of(points[None, None], name, side)
    assert (seen, space) == pytest.approx((expected, expected), abs=1e-3)


def test_an_angle_seen_from_elsewhere_is_its_projection():
    bent = standing(Left_Knee=(20, -35, 35), Left_Ankle=(20, -105, 35))  # toward the camera
    assert of(bent[None, None], 'knee angle', 'left') == pytest.approx(135)
    assert of(picture(bent, 90), 'knee angle', 'left') == pytest.approx(135)
    assert of(picture(bent), 'knee angle', 'left') == pytest.approx(180, abs=1e-3)
    # far from the camera nothing else changes the size
    assert of(picture(bent), 'stance width') == pytest.approx(of(bent[None, None], 'stance width'))


@pytest.mark.parametrize('azimuth, view', [(0, 'front'), (45, 'oblique'), (90, 'side')])
def test_the_view_is_known_by_how_wide_the_body_looks(azimuth, view):
    points = standing()
    found = float(azimuth_deg(Body(picture(points, azimuth)))[0])
    assert view_of(found) == view and found == pytest.approx(azimuth, abs=7)
    points[:, 0] *= -1  # from behind
    assert azimuth_deg(Body(picture(points, azimuth)))[0] == pytest.approx(found)
    assert view_of(np.nan) is None


def test_statistics_leave_out_the_outer_tenths_and_join_the_sides():
    course = np.arange(11.0)
    values = np.stack([course, 2 * course + 5], 1)[None]
    assert {k: float(v[0]) for k, v in statistics(values).items()} == pytest.approx(
        dict(lowest=1, median=10, highest=23, range=16))
    values[0, 1:8, 1] = np.nan  # a side that is lost for more than half of the time
    lost = statistics(values)
    assert float(lost['lowest'][0]) == 1 and float(lost['range'][0]) == 8
    fewer = statistics(values, np.arange(11)[None] > 3)  # what is no moment is not lost
    assert float(fewer['highest'][0]) > 20


def bowing(angles):
    """A track (T, K, 2) seen from the side."""
    frames = []
    for a in np.radians(angles):
        points = standing()
        above = points[:, 1] > 0
        y, z = points[above, 1].copy(), points[above, 2].copy()
        points[above, 1], points[above, 2] = np.cos(a) * y, np.sin(a) * y + z
        frames.append(picture(points, 90)[0, 0])
    return np.stack(frames)


def test_a_track_is_measured_in_spans():
    angles = [0, 10, 20, 30, 40, 30, 20, 10, 0, 25, 50, 25, 0]
    keypoints = bowing(angles)
    scores = np.ones(keypoints.shape[:2])
    scores[:, KEYPOINT_INDEX['Left Knee']] = 0.1
    track = measure_track(np.arange(13.0), keypoints, scores,
                          frozenset([KEYPOINT_INDEX['Back']]), [(0, 8), (8, 12)])
    assert track.view == 'side'
    np.testing.assert_allclose(track.values['trunk to vertical'][''], angles, atol=1e-6)
    names = [name for name, *_ in track.columns]
    assert 'right knee angle' in names
    assert not {'left knee angle', 'neck-back-waist angle'} & {*names}
    second = track.statistics('trunk to vertical', (8, 12))
    assert (second['highest'], second['lowest']) == pytest.approx((40, 0))
    assert track.statistics('trunk to vertical', (20, 30)) == {}
    known = KeptRange('', '', 'trunk to vertical', 'highest', 'more', 'side', .9, 0, 1, 2, 0, 1, 1,
                      1)
    assert (track.furthest(known, (0, 8)), track.furthest(known, (8, 12))) == (4, 10)


def test_the_tables_fit_the_catalogue_and_each_other():
    conditions = {(c.exercise.name, c.name_en): c for c in conditions_of(EXERCISES)}
    for condition, rows in condition_measures().items():
        assert condition in {name for _, name in conditions}
        assert all(measure in MEASURES and statistic in STATISTICS and broken in ('more', 'less')
                   for measure, statistic, broken in rows)
    known = [one for condition in conditions.values() for view in VIEWS
             for one in ranges_of(condition, view)]
    assert len(ranges_table(known).splitlines()) == len(known) + 1 > 100
    for one in known:
        assert (one.measure, one.statistic, one.broken) in condition_measures()[one.condition]
        assert one.auroc >= 0.7 and one.low < one.mean < one.high
    squat = ranges_of(conditions['barbell squat', 'neutral spine'], 'side')
    assert squat[0].measure == 'trunk to vertical'
    assert squat[0].auroc == max(r.auroc for r in squat)
    assert ranges_of(conditions['barbell squat', 'neutral spine'], None) == []
