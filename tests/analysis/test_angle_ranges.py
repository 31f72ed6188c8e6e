"""Measures of clips that keep a condition, in hand-made clips and in a sample."""

import numpy as np
import pytest
from test_realism import body, turned

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.analysis.angles.seen import Seen, from_azimuth
from fitness_mm.analysis.angles.tables import kept_ranges, write_tables
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.posture.angles import MEASURES, Body
from fitness_mm.posture.kept_ranges import STATISTICS
from fitness_mm.posture.views import VIEWS

SQUAT = exercise_by_name('barbell squat')


def test_clips_are_looked_at_from_the_left_and_from_the_right():
    points = turned(body(), 70, 1)[None, None].repeat(2, 0)  # facing elsewhere
    left, right = (KEYPOINT_INDEX[f'{side} Shoulder'] for side in ('Left', 'Right'))
    before = from_azimuth(Body(points), points, 0)
    width = before[:, 0, left, 0] - before[:, 0, right, 0]
    assert width == pytest.approx(np.linalg.norm(points[0, 0, left] - points[0, 0, right]))
    oblique = from_azimuth(Body(points), points, 60)
    assert oblique[:, 0, left, 0] - oblique[:, 0, right, 0] == pytest.approx(width / 2)
    nose = oblique[:, 0, KEYPOINT_INDEX['Nose'], 0] - oblique[:, 0, [left, right], 0].mean(1)
    assert nose[0] == pytest.approx(-nose[1]) and abs(nose[0]) > 1
    np.testing.assert_allclose(oblique[..., 1], -points[..., 1])


def seen(trunk, broken, error=2.0):
    """Squats of ten people, of which all measures but one are unknown."""
    clips = len(trunk)
    values = {(view, name, statistic): np.full((clips, 2), np.nan)
              for view in VIEWS for name in MEASURES for statistic in STATISTICS}
    values['side', 'trunk to vertical', 'highest'] = np.stack([trunk, trunk], 1)
    errors = {(view, name): np.full((clips, 2), error) for view in VIEWS
              for name in MEASURES}
    conditions = np.full((clips, 8), -1, np.int8)
    conditions[:, 0] = np.where(broken, 0, 1)
    labelled = {key: np.full(7, np.hypot(error, 3)) for key in errors}  # 3 more
    return Seen(values, errors, labelled, np.full(clips, SQUAT.index), np.arange(clips) % 10,
                conditions)


@pytest.mark.parametrize('moved, error, told', [(0.6, 2, True), (0.1, 2, False), (-0.6, 2, False),
                                                (0.6, 12, False)])
def test_a_range_is_told_of_a_measure_that_tells_the_condition(moved, error, told):
    kept = np.linspace(0, 1, 41)
    clips = seen(np.concatenate([kept, kept + moved]), np.arange(82) >= 41, error)
    good, left_out = kept_ranges(clips)
    one, = good or left_out
    assert bool(good) is told
    assert (one.condition, one.measure, one.view) == ('neutral spine', 'trunk to vertical', 'side')
    assert (one.low, one.mean, one.high) == pytest.approx((0.1, 0.5, 0.9))
    assert one.error == pytest.approx(np.hypot(error, 3))
    assert (one.kept, one.broken_clips, one.people) == (41, 41, 10)
    assert one.auroc == pytest.approx(1 - (1 - moved)**2 / 2 if moved > 0 else 0.08, abs=0.02)
    few = kept_ranges(seen(kept, np.arange(41) > 20))
    assert few == ([], [])  # twenty broken clips say nothing


def test_tables_of_a_sample(sample_root, tmp_path):
    said = write_tables(sample_root, tmp_path, lambda *_: None)
    assert said.startswith('clips ') and f'tables    {tmp_path}' in said
    rows = [line.split('\t') for line in (tmp_path / 'view_errors.tsv').read_text().splitlines()]
    assert {len(row) for row in rows} == {14} and len(rows) == len(MEASURES) + 1
    trunk = dict(zip(rows[0], next(row for row in rows if row[0] == 'trunk to vertical'),
                     strict=True))
    # from the side the trunk's inclination is what it is, from before it is not
    assert float(trunk['projected, side, 50 %']) < 2 < float(trunk['projected, front, 50 %'])
    for name in ('kept_ranges.tsv', 'left_out.tsv'):
        assert (tmp_path / name).read_text().startswith('exercise\tcondition\tmeasure')
