import numpy as np
import pytest
from residual_cases import residuals, rows

from fitness_mm.anomaly import (
    STUDY_CODE_RULE,
    STUDY_FIGURE_RULE,
    Residuals,
    Rule,
    distances,
    flag,
    severity,
)
from fitness_mm.anomaly.rules import flag_joints


def moved(offset_px, joints, **changes):
    """One frame whose first joints are predicted this far from their label."""
    columns = {**rows(1, noise_px=0.0), **changes}
    columns['predictions'][0, :joints] += offset_px
    return Residuals(**columns)


# The input is 96x128 with scales of 0.8 and 1.2 px of it per px of the image, the torso 50 px and
# the box 170 px high: (30, 40) px are 50 px, and 24 x 48 px of the input.
@pytest.mark.parametrize('unit, expected', [
    ('torso', 1.0),
    ('box', 50 / 170),
    ('input_px', np.hypot(24, 48)),
    ('study_px', 2 * np.hypot(24, 48)),  # 256 px high instead of 128
])
def test_distance_in_every_unit(unit, expected):
    found = distances(moved((30, 40), 3), unit)
    assert found.shape == (1, 24)
    assert found[0, :3] == pytest.approx([expected] * 3, rel=1e-5)
    assert (found[0, 3:] == 0).all()


@pytest.mark.parametrize('torso, expected', [
    (np.nan, 170 / 6), (5.0, 170 / 6), (40.0, 40.0)])
def test_a_torso_that_points_at_the_camera_counts_a_sixth_of_the_box(torso, expected):
    found = distances(moved((30, 40), 1, torso=np.array([torso])), 'torso')
    assert found[0, 0] == pytest.approx(50 / expected, rel=1e-5)


@pytest.mark.parametrize('rule, offset_px, joints, expected', [
    (Rule(0.5, joints=3), 26.0, 3, True),
    (Rule(0.5, joints=3), 26.0, 2, False),
    (Rule(0.5, joints=3), 25.0, 3, False),  # exactly at the threshold is not beyond it
    (STUDY_CODE_RULE, 10.1, 10, True),  # 10.1 px of the image: 16.2 of the 192x256 input
    (STUDY_CODE_RULE, 9.9, 24, False),
    (STUDY_CODE_RULE, 10.1, 9, False),
    (STUDY_FIGURE_RULE, 6.3, 10, False),  # more than 10
    (STUDY_FIGURE_RULE, 6.3, 11, True),
])
def test_flags_by_hand(rule, offset_px, joints, expected):
    frame = moved((offset_px, 0), joints)
    assert flag(distances(frame, rule.unit), frame.visible, rule).tolist() == [expected]


def test_only_visible_joints_count():
    distance = np.full((2, 24), 9.0)
    visible = np.ones((2, 24), bool)
    visible[0, :15] = False  # nine are left
    assert severity(distance, visible, 10).tolist() == [0.0, 9.0]
    assert flag(distance, visible, Rule(1.0)).tolist() == [False, True]
    assert flag(distance, visible, Rule(1.0, joints=25)).tolist() == [False, False]


@pytest.mark.parametrize('seed', range(5))
def test_severity_is_the_threshold_at_which_the_flag_changes(seed):
    rng = np.random.default_rng(seed)
    distance, visible = rng.gamma(2.0, 1.0, (50, 24)), rng.random((50, 24)) < 0.8
    joints = int(rng.integers(1, 15))
    for found, d, v in zip(severity(distance, visible, joints), distance, visible, strict=True):
        for threshold in (found * 0.999, found, found * 1.001):
            count = sum(d[k] > threshold for k in range(24) if v[k])
            assert (count >= joints) == (found > threshold)


def test_single_joints_only_where_the_frame_is_right():
    distance = np.array([[0.1, 3.0, 3.0], [3.0, 0.1, 3.0]])
    visible = np.array([[True, True, False], [True, True, True]])
    found = flag_joints(distance, visible, np.array([False, True]), 1.0)
    assert found.tolist() == [[False, True, False], [False, False, False]]


@pytest.mark.parametrize('arguments, message', [
    (dict(threshold=1.0, unit='cm'), "unit of an anomaly rule is 'cm', expected one of noise"),
    (dict(threshold=0.0), 'expected a positive number and at least 1'),
    (dict(threshold=float('nan')), 'expected a positive number and at least 1'),
    (dict(threshold=1.0, joints=0), 'expected a positive number and at least 1'),
])
def test_nonsense_rules_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Rule(**arguments)


def test_an_unknown_unit_of_length_is_refused():
    with pytest.raises(ValueError, match="unit is 'metre', expected one of noise, torso"):
        distances(residuals(1), 'metre')
