"""Exercises that keypoints do not tell apart."""

from itertools import groupby

import pytest

from fitness_mm.aihub.catalog import EXERCISES, exercise_by_name, families_of
from fitness_mm.aihub.conditions import conditions_of


def families():
    def name(exercise):
        return exercise.family.name

    return {key: list(group) for key, group in groupby(sorted(EXERCISES, key=name), name)}


def test_barbell_and_dumbbell_variants_are_families_and_nothing_else_is():
    assert {key: [e.name for e in members] for key, members in families().items()
            if len(members) > 1} == {
        'barbell or dumbbell curl': ['barbell curl', 'dumbbell curl'],
        'barbell or dumbbell row': ['barbell row', 'dumbbell bent-over row']}
    squat = exercise_by_name('barbell squat')
    assert squat.family == (squat.name, squat.name_ko)
    assert exercise_by_name('덤벨 컬').family.name_ko == '바벨 또는 덤벨 컬'
    assert families_of(['dumbbell curl', 'yoga']) == ('barbell or dumbbell curl', 'yoga')


@pytest.mark.parametrize('members', [f for f in families().values() if len(f) > 1],
                         ids=lambda members: members[0].family.name)
def test_conditions_of_a_family_are_the_same_one_by_one(members):
    """What is judged of one member is judged of the other: only the equipment's name differs."""
    first, second = ([
        (c.name_ko.replace('덤벨', '바벨'), c.name_en.replace('dumbbell', 'bar'))
        for c in conditions_of([member])] for member in members)
    assert first == second
