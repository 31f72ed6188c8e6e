import pytest
from conftest import REPO, run_tool

from fitness_mm.aihub.catalog import EXERCISES, exercise_by_name
from fitness_mm.aihub.conditions import condition_kinds, conditions_of
from fitness_mm.aihub.export.condition_page import condition_page


def test_a_section_per_exercise_and_a_row_per_condition():
    squat, press = exercise_by_name('barbell squat'), exercise_by_name('overhead press')
    page = condition_page(conditions_of([press, squat]), 'en')
    assert [line for line in page.splitlines() if line.startswith('#')] == [
        '# Posture conditions and advice', '## overhead press (오버 헤드 프레스)',
        '## barbell squat (바벨 스쿼트)']
    assert page.count('\n| ') == 2 * 2 + 4 + 4
    condition = conditions_of([squat])[3]
    assert page.endswith(
        f'| feet flat on the floor | {condition.advice_en} | knees, ankles, feet |\n')


def test_the_korean_page_has_every_name_and_every_advice():
    page = condition_page(conditions_of(EXERCISES), 'ko')
    for exercise in EXERCISES:
        assert f'\n## {exercise.name_ko} ({exercise.name})\n' in page
    for condition in conditions_of(EXERCISES):
        assert f'\n| {condition.name_ko} | {condition.advice_ko} | ' in page


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="language is 'jp', expected one of"):
        condition_page(conditions_of(EXERCISES), 'jp')


def test_the_committed_page_is_what_the_tool_writes(tmp_path):
    written = tmp_path / 'pages' / 'feedback.md'
    # Must not depend on the terminal's encoding.
    run_tool('data/list_conditions.py', '--lang', 'ko', '--out', written, env={'LC_ALL': 'C'})
    committed = (REPO / 'docs/ko/feedback.md').read_text(encoding='utf-8')
    assert written.read_text(encoding='utf-8') == committed, (
        'docs/ko/feedback.md is not up to date: python tools/data/list_conditions.py --lang ko '
        '--out docs/ko/feedback.md')


def test_an_unknown_exercise_is_one_sentence():
    result = run_tool('data/list_conditions.py', '--exercises', 'sqat', check=False)
    assert result.returncode == 1
    assert result.stdout.startswith("list_conditions.py: no exercise is called 'sqat'; the ")
    assert len(result.stdout.splitlines()) == 1


def test_conditions_of_one_english_name_are_of_one_kind():
    row, bent = exercise_by_name('barbell row'), exercise_by_name('dumbbell bent-over row')
    # spine, knees, torso, path, wrists: but for the path they are the same
    assert condition_kinds([row, bent]) == [0, 1, 2, 3, 4, 0, 1, 2, 5, 4]
