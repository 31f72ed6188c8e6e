"""Names of exercises, as configs, command lines and environment variables give them."""

import pytest

from fitness_mm.aihub.catalog import EXERCISES, MOVEMENTS, OTHER_MOVEMENT, STUDY_EXERCISES
from fitness_mm.aihub.index import select_exercises
from fitness_mm.errors import ArgumentError

ROW_AND_SQUAT = ['barbell row', 'barbell squat']


@pytest.mark.parametrize('exercises', [
    ROW_AND_SQUAT, 'barbell row,barbell squat', ' Barbell Row , barbell-squat,',
    ['barbellrow', 'barbellsquat'],  # lists of --cfg-options take no blanks
    '바벨 로우,바벨스쿼트'])
def test_a_name_is_known_however_it_is_typed(exercises):
    assert [e.name for e in select_exercises(exercises)] == ROW_AND_SQUAT


def test_every_name_of_the_catalogue_means_its_own_exercise():
    for language in ('name', 'name_ko'):
        names = [getattr(e, language).replace(' ', '').upper() for e in EXERCISES]
        assert select_exercises(','.join(names)) == select_exercises('all')


def test_sets_can_be_mixed_with_names():
    assert select_exercises('study, other movement') == (*STUDY_EXERCISES, OTHER_MOVEMENT)
    assert select_exercises(['all', '다른 동작']) == MOVEMENTS
    with pytest.raises(ArgumentError, match='each once'):
        select_exercises('all, barbell row')


@pytest.mark.parametrize('exercises, message', [
    ('barbell row,squat', "is called 'squat'; the nearest are: barbell squat"),
    ('스쿼트', 'the nearest are: 바벨 스쿼트'),
    (['babell row'], 'the nearest are: barbell row'),
    ('yoga', "is called 'yoga'; the catalogue has: standing side crunch"),
    ('barbell row,barbellrow', 'each once'), ('', 'at least one'), ([], 'at least one')])
def test_an_unknown_name_gets_the_nearest_ones(exercises, message):
    with pytest.raises(ArgumentError, match=message):
        select_exercises(exercises)
