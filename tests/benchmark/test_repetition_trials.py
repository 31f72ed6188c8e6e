"""Sessions are what they claim, and measures of counting have hand-computed answers."""

import numpy as np
import pytest
from conftest import run_here
from trials.counting import Outcome, judge, markdown, summary
from trials.noise import spoil, trunk_px
from trials.sessions import CASES, FPS, draw_session

from fitness_mm.sample.station.cameras import VIEWS
from fitness_mm.sample.video import Script, rehearse

NO_ERRORS = np.empty((0, 3))


@pytest.fixture(scope='module')
def sessions():
    return {case: draw_session(case, 6, 5, 0.02, ['barbell squat', 'barbell curl'])
            for case in CASES}


def test_sessions_are_what_their_case_says(sessions):
    for case, session in sessions.items():
        assert session.view in (*VIEWS, 'anywhere') and session.scores.shape[1] == 24
        assert bool(len(session.bounds)) != case.startswith(('nobody', 'stands')), case
        assert (np.diff(session.bounds[:, 0]) > 0).all() and (
            session.bounds.size == 0 or session.bounds.max() <= len(session.keypoints) / FPS)
    assert len(sessions['talking between two sets'].sets) == 2
    assert len(sessions['three exercises'].sets) == 3
    assert np.isnan(sessions['hands unseen'].keypoints[:, [9, 10]]).all()
    walking = sessions['walking in and out']
    assert (walking.scores[0] < 0.5).all() and (walking.scores[-1] < 0.5).all()
    lengths = np.diff(sessions['12 s a repetition'].bounds[:, 0])
    assert 9 < lengths.mean() < 15
    again = draw_session('only the set', 6, 5, 0.02, ['barbell squat', 'barbell curl'])
    np.testing.assert_array_equal(again.keypoints, sessions['only the set'].keypoints)


def test_a_stay_at_the_far_end_is_one(sessions):
    session = sessions['a stay of 3 s at the far end']
    start, turn, stop = session.bounds[0]
    wrists = session.keypoints[:, [5, 6, 9, 10], 1]
    still = wrists[round((turn - 1) * FPS):round((turn + 1) * FPS)]
    moving = wrists[round(start * FPS):round(stop * FPS)]
    assert np.nanmedian(np.nanstd(still, 0)) < 0.5 * np.nanmedian(np.nanstd(moving, 0))


def test_windows_say_an_exercise_where_it_is_done(sessions):
    session = sessions['talking before and after']
    exercise = session.sets[0][0]
    doing = session.doing(exercise)
    turns = np.rint(session.bounds[:, 1] * FPS).astype(int)
    assert doing[turns].mean() > 0.7 and not doing.all()
    assert not session.doing('push-up').any()


def test_noise_is_as_large_as_it_says():
    clean = rehearse(Script('barbell curl', 2)).keypoints
    spoilt, scores = spoil(clean, 0.03, np.random.default_rng(0), 30.0)
    seen = scores > 0.5
    assert np.isnan(spoilt[~seen]).all() and 0.0 < np.mean(~seen) < 0.3
    # Two parts of 0.03 each; the median does not see spikes.
    spread = np.median(np.abs(spoilt - clean)[seen]) / 0.6745
    assert spread / trunk_px(clean) == pytest.approx(0.03 * np.sqrt(2), rel=0.15)
    exact, certain = spoil(clean, 0.0, np.random.default_rng(0), 30.0)
    np.testing.assert_array_equal(exact, clean)
    assert certain.min() > 0.5


def test_summary_by_hand():
    errors = np.array([[0.1, 0.2, -0.3], [0.3, 0.0, 0.1], [0.2, -0.1, 0.2]])
    outcomes = [Outcome('some', 'barbell row', *numbers) for numbers in (
        ('A', 3, 3, True, errors), ('B', 4, 5, True, NO_ERRORS), ('C', 10, 5, False, NO_ERRORS),
        ('A', 0, 0, True, NO_ERRORS), ('A', 0, 2, False, NO_ERRORS))]
    found = summary(outcomes)
    assert (found['sessions'], found['exact'], found['obo']) == (5, 0.4, 0.6)
    assert found['mae'] == pytest.approx((0.25 + 0.5) / 3) and found['sets'] == 0.6
    assert found['start_sec'] == pytest.approx(0.2) and found['stop_sec'] == pytest.approx(0.2)
    table = markdown({'run': outcomes})
    assert '| some | 5 | 0.400 |' in table
    assert '| run | 5 | 0.400 | 0.600 | 0.250 | 0.600 |' in table
    assert '| barbell row 바벨 로우 | 5 | 0.400 |' in table


def test_sets_amid_everyday_movements_are_counted(sessions):
    for case in ('only the set', 'walking in and out', 'talking before and after',
                 'a stay of 3 s at the far end', '12 s a repetition', '0.7 s a repetition'):
        assert judge(sessions[case], windows=True).off == 0, case
    assert judge(sessions['nobody exercises for 30 s'], windows=True).counted == 0


def test_the_tool_writes_a_report(tmp_path):
    done = run_here('benchmark/repetitions.py', '--out', tmp_path / 'out', '--sessions', 1,
                    '--noise', 0.02, '--cases', 'only the set', 'walking in and out')
    text = (tmp_path / 'out/repetitions.md').read_text('utf-8')
    assert text in done.stdout and '| only the set | 1 |' in text
    assert (tmp_path / 'out/repetitions.png').stat().st_size > 10_000
    wrong = run_here('benchmark/repetitions.py', '--out', tmp_path, '--cases', 'x', check=False)
    assert "there is no case 'x', expected one of: only the set" in wrong.stdout
