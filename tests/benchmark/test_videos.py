"""Judging feedback on videos with planted faults."""

import pytest
from trials.feedback import (
    VIDEO_SEC,
    draw_script,
    judge_prediction,
    run_trials,
    videos_markdown,
)

from fitness_mm.aihub.catalog import STUDY_EXERCISES, exercise_by_name
from fitness_mm.sample.video import Script

SQUAT = exercise_by_name('barbell squat')
SPINE, HEAD, KNEES, HEELS = SQUAT.conditions
SCRIPT = Script('barbell squat', reps=5, faults=(SPINE, HEAD))


def prediction(verdicts, name='barbell squat', reps=5):
    return dict(exercise=dict(name=name), repetitions=dict(count=reps),
                conditions=[dict(name_ko=k, verdict=v) for k, v in verdicts.items()])


def test_both_faults_and_no_third_one_is_perfect():
    said = prediction({SPINE: 'broken', HEAD: 'broken', KNEES: 'kept', HEELS: 'not judged'}, reps=6)
    outcome = judge_prediction(SCRIPT, said)
    assert outcome.perfect and outcome.right
    assert (outcome.found, outcome.withheld, outcome.missed, outcome.false) == (
        (SPINE, HEAD), (), (), ())


@pytest.mark.parametrize('verdicts, reps, lists', [
    ({SPINE: 'broken', HEAD: 'not judged', KNEES: 'kept'}, 5, ([SPINE], [HEAD], [], [])),
    ({SPINE: 'kept', HEAD: 'broken', KNEES: 'broken'}, 5, ([HEAD], [], [SPINE], [KNEES])),
    ({SPINE: 'broken', HEAD: 'broken'}, 7, ([SPINE, HEAD], [], [], [])),
])
def test_anything_else_is_not(verdicts, reps, lists):
    outcome = judge_prediction(SCRIPT, prediction(verdicts, reps=reps))
    assert not outcome.perfect
    assert [list(part) for part in (outcome.found, outcome.withheld, outcome.missed,
                                    outcome.false)] == list(lists)


def test_a_wrong_exercise_finds_nothing_even_where_conditions_share_a_name():
    said = prediction({SPINE: 'broken'}, name='barbell row')
    outcome = judge_prediction(SCRIPT, said)
    assert (outcome.found, outcome.missed, outcome.false) == ((), (SPINE, HEAD), (SPINE, ))
    nobody = judge_prediction(SCRIPT, dict(exercise=None, repetitions=None, conditions=[]))
    assert (nobody.recognised, nobody.counted, nobody.missed) == ('', 0, (SPINE, HEAD))


def test_films_last_20_seconds_and_have_two_faults_of_their_exercise():
    scripts = [draw_script(n, 0, [2, 8]) for n in range(24)]
    assert [s.exercise for s in scripts[:12]] == [e.name for e in STUDY_EXERCISES]
    for script in scripts:
        assert script.reps * script.rep_sec + script.before_sec + script.after_sec == pytest.approx(
            VIDEO_SEC)
        assert len(set(script.faults)) == 2
        assert set(script.faults) <= set(exercise_by_name(script.exercise).conditions)
        assert script.performer in (2, 8)
    assert scripts == [draw_script(n, 0, [2, 8]) for n in range(24)]
    assert scripts != [draw_script(n, 1, [2, 8]) for n in range(24)]


def test_the_report_counts_videos_and_faults(tmp_path, monkeypatch):
    monkeypatch.setattr('trials.feedback.make_video', lambda path, script: None)
    said = [prediction({}, name=STUDY_EXERCISES[0].name, reps=0)]

    def inferencer(video):
        script = draw_script(int(video.stem), 0, [2])
        return dict(predictions=[prediction({f: 'broken' for f in script.faults}, script.exercise,
                                            script.reps)] if video.stem == '000' else said)

    outcomes = run_trials(inferencer, tmp_path, 2, 0, [2])
    text = (tmp_path / 'videos.md').read_text('utf-8')
    assert text == videos_markdown(outcomes)
    assert '| right exercise | 1 of 2 |' in text
    assert '| planted faults reported | 2 of 4 |' in text
    assert '| planted faults missed | 2 of 4 |' in text
    assert text.splitlines()[-1].startswith(f'| {STUDY_EXERCISES[1].name} ')
    assert len((tmp_path / 'videos.csv').read_text('utf-8').splitlines()) == 3
