"""What is shown for a verdict is the condition's own."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from results import make_result

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.apis.report.angles.curves import curves_of
from fitness_mm.apis.report.angles.files import angles_csv, motion, repetitions_csv
from fitness_mm.apis.report.angles.words import measured
from fitness_mm.apis.result import ConditionVerdict, Counted
from fitness_mm.apis.stages import evidence
from fitness_mm.apis.stages.evidence import with_evidence
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.posture.angle_track import AngleTrack
from fitness_mm.posture.kept_ranges import KeptRange

SPINE, HEAD, KNEES, FEET = conditions_of([exercise_by_name('barbell squat')])
TIMES = np.arange(0, 12, 0.5)
REPETITIONS = [Counted(1, 0, 2, 3.5), Counted(2, 4, 6, 7.5), Counted(3, 8, 9, 11.5)]
KNOWN = KeptRange('barbell squat', 'neutral spine', 'trunk to vertical', 'highest', 'more', 'side',
                  0.9, 17.2, 25, 36.1, 1, 280, 280, 34)
FOOT = replace(KNOWN, measure='ankle above foot', auroc=0.95)


def track(peaks):
    """The trunk bows once a repetition, 1.5 s after it begins."""
    trunk = np.zeros(len(TIMES))
    for start, peak in zip((0, 4, 8), peaks, strict=True):
        trunk[(start + 1 <= TIMES) & (start + 2 >= TIMES)] = peak
        trunk[start + 1.5 == TIMES] = peak + 1
    return AngleTrack(TIMES, {'trunk to vertical': {'': trunk},
                              'ankle above foot': {'left': 0 * TIMES, 'right': 0 * TIMES}}, 85.0)


def explained(monkeypatch, verdict, ranges=(KNOWN, ), peaks=(30, 52, 40), **kwargs):
    monkeypatch.setattr(evidence, 'ranges_of', lambda condition, view: list(ranges))
    return with_evidence([verdict], track(peaks), REPETITIONS, **kwargs)[0]


def test_a_fault_is_shown_where_it_is_furthest_in_the_repetitions_that_break_it(monkeypatch):
    broken = ConditionVerdict(SPINE, 'broken', 0.1, None, ((4, 7.5), ), (1, 3))
    found = explained(monkeypatch, broken)
    assert found.measured.values == pytest.approx({1: 30, 2: 52, 3: 40}, abs=1)
    assert (found.measured.repetition, found.evidence.time) == (3, 9.5)
    assert found.evidence.joints == tuple(KEYPOINT_INDEX[f'{side} {joint}'] for joint in (
        'Shoulder', 'Hip') for side in ('Left', 'Right'))
    assert measured(KNOWN, 52.4).en == (
        'trunk to vertical: up to 52° ±1° (kept repetitions: 17 to 36°)')
    kept = explained(monkeypatch, ConditionVerdict(SPINE, 'kept', 0.9))
    assert kept.measured.repetition == 2 and kept.evidence is None


def test_without_a_measure_the_joints_are_those_of_the_condition(monkeypatch):
    fault = ConditionVerdict(HEAD, 'broken', 0.1, None, ((4, 7.5), ), (2, ))
    found = explained(monkeypatch, fault, ())
    assert (found.measured, found.evidence.joints, found.evidence.time) == (None, HEAD.joints, 6)
    timed = explained(monkeypatch, replace(fault, repetitions=()), ())
    assert timed.evidence.time == 5.75  # the middle of where it shows


def test_what_kept_repetitions_show_is_no_evidence_of_a_fault(monkeypatch):
    fault = ConditionVerdict(SPINE, 'broken', 0.1, None, ((4, 7.5), ), (2, ))
    usual = replace(KNOWN, high=60)
    assert explained(monkeypatch, fault, (usual, KNOWN)).measured.known == KNOWN
    assert explained(monkeypatch, fault, (usual, )).measured is None
    kept = ConditionVerdict(SPINE, 'kept', 0.9)
    assert explained(monkeypatch, kept, (usual, KNOWN)).measured.known == usual


def test_another_skeleton_is_not_compared_at_joints_that_labels_do_not_share(monkeypatch):
    verdict = ConditionVerdict(FEET, 'kept', 0.9)
    own = explained(monkeypatch, verdict, (FOOT, KNOWN))
    assert own.measured.known == FOOT
    other = explained(monkeypatch, verdict, (FOOT, KNOWN), assumed=frozenset([20]))
    assert other.measured.known == KNOWN


def test_tables_have_a_row_a_frame_and_a_row_a_repetition():
    broken = ConditionVerdict(SPINE, 'broken', 0.1, None, ((4, 7.5), ), (2, ))
    angles = track((30, 52, 40))
    angles.values['trunk to vertical'][''][3] = np.nan
    result = replace(make_result()[0], angles=angles, repetitions=REPETITIONS, verdicts=[broken])
    frames = list(csv.DictReader(io.StringIO(angles_csv(result))))
    assert len(frames) == len(TIMES) and frames[3]['trunk to vertical (deg)'] == ''
    assert [row['repetition'] for row in frames[6:10]] == ['1', '1', '2', '2']
    assert frames[9]['trunk to vertical (deg)'] == '0.0'
    rows = list(csv.DictReader(io.StringIO(repetitions_csv(result))))
    assert [row['broken'] for row in rows] == ['', 'neutral spine', '']
    assert rows[1]['trunk to vertical highest (deg)'] == '52.3'  # 90 % of eight moments
    assert rows[1]['start'] == '4.000' and 'left ankle above foot lowest (trunk lengths)' in rows[1]


def test_the_motion_file_has_flexions_under_names_of_opensim():
    knee = np.array([180.0, 90.0, np.nan, 100.0])
    result = replace(make_result()[0], angles=AngleTrack(
        np.arange(4.0), {'knee angle': {'left': knee, 'right': np.full(4, np.nan)},
                         'stance width': {'': np.ones(4)}}, np.nan))
    head, _, body = motion(result).partition('endheader\n')
    assert head.splitlines()[:5] == ['Coordinates', 'version=1', 'nRows=4', 'nColumns=2',
                                     'inDegrees=yes']
    names, *rows = [line.split('\t') for line in body.splitlines()]
    assert names == ['time', 'knee_angle_l']
    assert [[float(cell) for cell in row] for row in rows] == [[0, 0], [1, 90], [2, 85], [3, 80]]


def test_curves_are_of_faults_first_and_have_gaps(monkeypatch):
    angles = track((30, 52, 40))
    angles.values['trunk to vertical'][''][10:12] = np.nan
    for name in ('knee angle', 'hip angle', 'elbow angle', 'shoulder angle'):
        angles.values[name] = {side: 90 + 10 * np.sin(TIMES) for side in ('left', 'right')}
    angles.values['elbow angle']['left'] = np.full(len(TIMES), np.nan)
    angles.values['elbow angle']['right'] = 90 + 60 * np.sin(TIMES)
    verdict = explained(monkeypatch, ConditionVerdict(SPINE, 'kept', 0.9))
    result = replace(make_result()[0], angles=angles, repetitions=REPETITIONS, verdicts=[verdict])
    curves = curves_of(result, lambda measure, statistic: (measure.name, statistic))
    assert [curve.name for curve in curves[:2]] == [('trunk to vertical', 'highest'),
                                                    ('elbow angle', '')]
    trunk, elbow = curves[:2]
    assert trunk.kept == (17.2, 36.1) and list(elbow.values) == ['right']
    lines = [points for _, points in trunk.lines(320, 96)]
    assert [len(points) for points in lines] == [10, 12]
    assert all((points >= 0).all() and (points <= (320, 96)).all() for points in lines)
    assert trunk.height(60, 96) < trunk.height(0, 96)  # more is higher
    assert trunk.ticks == ('0°', '50°')  # 52 is there once, and 41 before
    assert curves_of(replace(result, repetitions=[]), None) == ()
