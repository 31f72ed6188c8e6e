"""Clips that are numbered one off, found by what a network says of their conditions."""

import itertools

import numpy as np

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.analysis.posture.numbering import misnumbered_runs
from fitness_mm.analysis.posture.report import write_posture_report
from fitness_mm.posture.records import PostureRecords


def numbered(shown, people=range(1, 9), seed=0):
    """Squats of all types; a clip is judged as the type that ``shown`` gives for its person and
    type, but for one condition in ten."""
    kept = list(itertools.product((1, 0), repeat=4))  # of types 313 to 328
    rng = np.random.default_rng(seed)
    rows = [(p, t) for p in people for t in range(313, 329)]
    truth = np.array([kept[t - 313] for _, t in rows], np.int8)
    judged = np.array([kept[shown(p, t) - 313] for p, t in rows])
    judged = np.where(rng.random(judged.shape) < 0.1, 1 - judged, judged)
    return PostureRecords(
        label=np.zeros(len(rows), int), gt_conditions=truth,
        exercise_logits=np.ones((len(rows), 1)),
        condition_logits=(4.0 * judged - 2).astype(np.float32),
        clip=np.array([f'training/Day01_200921_F/1/{t}-1-1-15-Z{p}' for p, t in rows]),
        view=np.full(len(rows), 'ABCDE'), performer=np.array([p for p, _ in rows]),
        classes=('barbell squat', ),
        condition_names=(exercise_by_name('barbell squat').conditions, ))


def test_clips_that_are_numbered_one_off_are_found():
    def slipped(person, number):
        return number - 1 if person == 3 and 316 <= number <= 325 else number

    run, = misnumbered_runs(numbered(slipped))
    assert (run.first_type, run.last_type, run.shift, len(run.clips)) == (316, 325, -1, 10)
    assert run.clips[0] == 'training/Day01_200921_F/1/316-1-1-15-Z3'
    assert run.judgements == 40 and run.right_shifted > 30 > run.right
    assert misnumbered_runs(numbered(lambda person, number: number)) == []

    # from the first type on
    run, = misnumbered_runs(numbered(lambda p, t: t + 1 if p == 5 and t <= 322 else t))
    assert (run.first_type, run.last_type, run.shift) == (313, 322, 1)


def test_the_report_names_clips_that_look_numbered_wrong(tmp_path):
    records = numbered(lambda p, t: t - 1 if p == 2 and t >= 318 else t)
    report, *_ = write_posture_report([records.write(tmp_path / 'posture.npz')], tmp_path / 'out')
    text = report.read_text('utf-8')
    assert '318-1-1-15-Z2' in text and '| 11 | -1 | 44 |' in text.replace('  ', ' ')
