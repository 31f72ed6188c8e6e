"""Trials are what they claim, and measures of counting have hand-computed answers."""

import numpy as np
import pytest
from conftest import run_tool
from trials.counting import Outcome, judge, markdown, summary
from trials.movements import FPS, Trial, draw_trial, spoil

from fitness_mm.aihub.catalog import STUDY_EXERCISES
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.sample.station.cameras import VIEWS
from fitness_mm.sample.video import Script, rehearse

NO_ERRORS = np.empty((0, 3))


def test_trials_are_varied_and_reproducible():
    trials = [draw_trial(number, 5, 0.02) for number in range(60)]
    pairs = {(trial.script.exercise, trial.script.view) for trial in trials}
    assert pairs == {(exercise.name, view) for exercise in STUDY_EXERCISES for view in VIEWS}
    counts = [len(trial.bounds) for trial in trials]
    assert min(counts) == 0 and max(counts) >= 13
    still = [trial for trial in trials if not trial.script.reps]
    assert len(still) == 8
    cut = [trial for trial in trials if len(trial.bounds) < trial.script.reps]
    assert 3 <= len(cut) <= 20
    assert 15 <= sum(bool(trial.script.faults) for trial in trials) <= 45
    again = draw_trial(7, 5, 0.02)
    np.testing.assert_array_equal(again.keypoints, trials[7].keypoints)
    assert np.all(trials[7].bounds[:, :1] >= 0)
    assert trials[7].bounds.max() <= len(trials[7].keypoints) / FPS


def test_noise_is_as_large_as_it_says():
    take = rehearse(Script('barbell curl', 2))
    clean = take.keypoints
    hips = clean[:, [KEYPOINT_INDEX['Left Hip'], KEYPOINT_INDEX['Right Hip']]].mean(1)
    trunk = np.linalg.norm(clean[0, KEYPOINT_INDEX['Neck']] - hips[0])
    spoilt, scores = spoil(clean, 0.03, np.random.default_rng(0))
    seen = scores > 0.5
    assert np.isnan(spoilt[~seen]).all() and 0.0 < np.mean(~seen) < 0.3
    # Two parts of 0.03 each; the median does not see spikes.
    spread = np.median(np.abs(spoilt - clean)[seen]) / 0.6745
    assert spread / trunk == pytest.approx(0.03 * np.sqrt(2), rel=0.15)
    exact, certain = spoil(clean, 0.0, np.random.default_rng(0))
    np.testing.assert_array_equal(exact, clean)
    assert certain.min() > 0.5


def test_summary_by_hand():
    errors = np.array([[0.1, 0.2, -0.3], [0.3, 0.0, 0.1], [0.2, -0.1, 0.2]])
    outcomes = [Outcome('barbell row', *numbers) for numbers in (
        ('A', 3, 3, errors), ('B', 4, 5, NO_ERRORS), ('C', 10, 5, NO_ERRORS),
        ('C', 1, 1, NO_ERRORS), ('A', 0, 0, NO_ERRORS), ('A', 0, 2, NO_ERRORS))]
    found = summary(outcomes)
    assert found['trials'] == 4 and found['still'] == 2 and found['still_right'] == 0.5
    assert (found['exact'], found['obo']) == (0.5, 0.75)
    assert found['mae'] == pytest.approx((0.25 + 0.5) / 4) and found['off'] == 1.5
    assert found['start_sec'] == pytest.approx(0.2) and found['stop_sec'] == pytest.approx(0.2)
    table = markdown({'run': outcomes})
    assert '| run | 4 | 0.500 | 0.750 | 0.188 | 1.50 | 2 | 0.500 |' in table
    assert '| barbell row 바벨 로우 | 4 | 0.500 |' in table


def test_a_trial_is_judged_by_its_own_truth():
    trial = draw_trial(0, 5, 0.0)
    assert judge(trial, named=True).off == 0
    lost = Trial(trial.script, trial.keypoints, trial.scores, trial.bounds[:-2])
    assert judge(lost, named=True).off == 2


def test_clean_movements_are_counted_right():
    outcomes = [judge(draw_trial(number, 6, 0.02), named=True) for number in range(12)]
    assert summary(outcomes)['obo'] == 1.0 and summary(outcomes)['exact'] > 0.8
    assert summary(outcomes)['start_sec'] < 0.15


def test_the_tool_writes_a_report(tmp_path):
    done = run_tool('benchmark/repetitions.py', '--out', tmp_path / 'out', '--trials', 7,
                    '--noise', 0.02)
    text = (tmp_path / 'out/repetitions.md').read_text('utf-8')
    assert text in done.stdout and '| noise 0.02, exercise unknown | 6 |' in text
    assert (tmp_path / 'out/repetitions.png').stat().st_size > 10_000
