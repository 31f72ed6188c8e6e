import hashlib
import re
import unicodedata
from itertools import groupby

import pytest

from fitness_mm.aihub.catalog import (
    COLUMNS,
    EXERCISES,
    STUDY_EXERCISES,
    TABLE,
    exercise_by_name,
    read_table,
)
from fitness_mm.aihub.conditions import Condition, conditions_of, joint_indices
from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINTS

CONDITIONS = conditions_of(EXERCISES)
LONGEST_NAME, LONGEST_ADVICE = 60, 120


def has_hangul(text: str) -> bool:
    return any('가' <= letter <= '힣' for letter in text)


def find(exercise: str, name_ko: str) -> Condition:
    return next(c for c in CONDITIONS if (c.exercise.name, c.name_ko) == (exercise, name_ko))


def test_every_pair_of_the_data_set_in_its_words_and_order():
    pairs = [(e.name, name) for e in EXERCISES for name in e.conditions]
    assert len(CONDITIONS) == len(pairs) == 167
    assert [(c.exercise.name, c.name_ko) for c in CONDITIONS] == pairs
    assert list(read_table()) == [COLUMNS[0], *(e.name for e in EXERCISES)]
    # labels are read, and networks are trained, by these names in this order
    text = '\n'.join(map('\t'.join, pairs)).encode()
    assert hashlib.blake2b(text, digest_size=8).hexdigest() == 'ebfb2840754275f7'


def test_class_numbers_of_the_study_are_their_places():
    assert [e.study_class for e in STUDY_EXERCISES] == list(range(12))


def test_conditions_of_keeps_the_order_of_the_exercises():
    squat, curl = exercise_by_name('barbell squat'), exercise_by_name('바벨 컬')
    names = [c.name_ko for c in conditions_of((curl, squat))]
    assert names == [*curl.conditions, *squat.conditions]
    assert conditions_of(()) == ()


def test_joints_are_those_that_show_the_condition():
    def names(condition):
        return [KEYPOINTS[i] for i in condition.joints]

    assert names(find('barbell squat', '고개 정면')) == [
        'Nose', 'Left Eye', 'Right Eye', 'Left Ear', 'Right Ear', 'Neck']
    assert names(find('overhead press', '전완 지면과 수직')) == [
        'Left Elbow', 'Right Elbow', 'Left Wrist', 'Right Wrist']


def offenders(holds) -> list[str]:
    """The conditions of which something does not hold."""
    return [f'{c.exercise.name}: {c.name_ko}' for c in CONDITIONS if not holds(c)]


def test_joints_exist_and_come_in_pairs():
    assert offenders(lambda c: c.joints == tuple(sorted(set(c.joints))) != ()) == []
    # No condition is about one side only.
    assert offenders(lambda c: {FLIP_INDICES[i] for i in c.joints} == set(c.joints)) == []


@pytest.mark.parametrize('field', ['name_en', 'advice_ko', 'advice_en'])
def test_texts_are_clean(field):
    def clean(condition):
        text = getattr(condition, field)
        return text == unicodedata.normalize('NFC', ' '.join(text.split()))

    assert offenders(clean) == []


@pytest.mark.parametrize('field', ['advice_ko', 'advice_en'])
def test_advice_has_room_on_a_report(field):
    assert offenders(lambda c: 20 <= len(getattr(c, field)) <= LONGEST_ADVICE) == []
    assert offenders(lambda c: getattr(c, field).count('.') in (1, 2)) == []


def test_korean_advice_is_polite_korean():
    assert offenders(lambda c: has_hangul(c.advice_ko)) == []
    # The shape of the arms in the Y-exercise is the only Latin letter.
    assert offenders(lambda c: set(re.findall('[A-Za-z]+', c.advice_ko)) <= {'Y'}) == []
    # Every sentence ends in -yo.
    assert offenders(lambda c: re.fullmatch(r'([^.]+요\.\s?)+', c.advice_ko)) == []


def test_english_advice_is_plain_english():
    assert offenders(lambda c: c.advice_en.isascii()) == []
    assert offenders(lambda c: c.advice_en[0].isupper() and c.advice_en.endswith('.')) == []


def test_english_name_is_a_short_phrase():
    assert offenders(lambda c: c.name_en.isascii() and len(c.name_en) <= LONGEST_NAME) == []
    assert offenders(lambda c: c.name_en[0].islower() and c.name_en[-1].isalnum()) == []


def test_english_names_tell_an_exercises_conditions_apart():
    for exercise, conditions in groupby(CONDITIONS, lambda c: c.exercise.name):
        names = [c.name_en for c in conditions]
        assert len(set(names)) == len(names), exercise


@pytest.mark.parametrize('field', ['advice_ko', 'advice_en'])
def test_no_two_conditions_share_their_advice(field):
    texts = [getattr(c, field) for c in CONDITIONS]
    assert sorted(t for t in set(texts) if texts.count(t) > 1) == []


def test_a_table_saved_by_a_windows_editor_is_read_the_same(tmp_path):
    file = tmp_path / 'conditions.tsv'
    text = TABLE.read_text(encoding='utf-8').replace('\n', '\r\n')
    file.write_bytes(text.encode('utf-8-sig'))
    assert read_table(file) == read_table()


@pytest.mark.parametrize('row', [
    'squat\tspine\tspine\tNeck\tadvice', 'squat\tspine\tspine\tNeck\t \tadvice', '',
    'squat\tspine\tspine\tNeck\tadvice\tmore\tadvice'])
def test_a_row_that_is_not_complete_is_refused(tmp_path, row):
    file = tmp_path / 'conditions.tsv'
    file.write_text('\t'.join(COLUMNS) + f'\n{row}\n')
    with pytest.raises(FitnessError, match='line 2: expected 6 filled columns'):
        read_table(file)


@pytest.mark.parametrize(('names', 'unknown'), [('Elbows, Knie', 'Knie'), ('Elbows,', '')])
def test_a_joint_that_there_is_not_is_refused(names, unknown):
    with pytest.raises(FitnessError, match=f"no joint is called '{unknown}'; there are Nose"):
        joint_indices(names)
