import pytest

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.apis.report import sentences
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX


@pytest.mark.parametrize(('judged', 'total', 'korean', 'english'), [
    (5, 5, '자세 조건 다섯 가지를 모두 잘 지켰어요. 지금처럼 하시면 돼요.',
     'Well done: all 5 posture conditions are kept. Keep it up.'),
    (3, 5, '판정한 자세 조건 세 가지는 잘 지켰어요. 나머지 두 가지는 판정하지 않았어요.',
     'No fault in the 3 conditions judged; 2 of 5 were not judged.'),
    (1, 2, '판정한 자세 조건 한 가지는 잘 지켰어요. 나머지 한 가지는 판정하지 않았어요.',
     'No fault in the 1 condition judged; 1 of 2 was not judged.'),
    (0, 5, '판정할 수 있는 자세 조건이 없었어요.', 'No posture condition could be judged.'),
    (0, 0, '판정할 수 있는 자세 조건이 없었어요.', 'No posture condition could be judged.'),
])
def test_what_was_not_judged_is_never_called_fine(judged, total, korean, english):
    assert sentences.all_kept(judged, total) == (korean, english)


@pytest.mark.parametrize(('numbers', 'total', 'korean', 'english'), [
    ([2, 3, 5], 10, '2, 3, 5회째에 나타났어요.', 'Seen in repetitions 2, 3 and 5.'),
    ([5, 3, 2, 4, 4, 9], 10, '2~5, 9회째에 나타났어요.', 'Seen in repetitions 2 to 5 and 9.'),
    ([4], 10, '4회째에 나타났어요.', 'Seen in repetition 4.'),
    ([1, 2], 10, '1, 2회째에 나타났어요.', 'Seen in repetitions 1 and 2.'),
    ([1, 2, 3], 3, '모든 반복에서 나타났어요.', 'Seen in every repetition.'),
    ([1], 1, '1회째에 나타났어요.', 'Seen in repetition 1.'),
    (range(2, 301, 2), 300, '300회 중 150회에서 나타났어요.', 'Seen in 150 of 300 repetitions.'),
    (range(2, 299), 300, '2~298회째에 나타났어요.', 'Seen in repetitions 2 to 298.'),
])
def test_repetitions_of_a_fault(numbers, total, korean, english):
    assert sentences.seen_in(numbers, total) == (korean, english)


def test_times_of_a_fault():
    assert sentences.seen_at([(1.23, 4.0), (10, 12.06)]) == (
        '1.2~4.0초, 10.0~12.1초 사이에 나타났어요.', 'Seen at 1.2 to 4.0 s and 10.0 to 12.1 s.')
    assert sentences.seen_at([(i, i + 0.5) for i in range(20)]) == (
        '0.0~19.5초 사이에 20번 나타났어요.', 'Seen 20 times between 0.0 and 19.5 s.')


def test_a_reason_names_the_joints_only_where_they_are_the_reason():
    knees = [KEYPOINT_INDEX['Left Knee'], KEYPOINT_INDEX['Right Knee']]
    unseen = sentences.not_judged('joints_not_seen', knees)
    assert unseen.ko.endswith('판정하지 않았어요. 필요한 부위: 무릎.')
    assert unseen.en.endswith('It takes: knees.')
    guessed = sentences.not_judged('joints_assumed', [KEYPOINT_INDEX['Waist']])
    assert guessed.ko.endswith('판정하지 않았어요. 어림한 부위: 허리.')
    assert guessed.en.endswith('from other joints. Guessed: waist.')
    assert sentences.not_judged('uncertain', knees) == sentences.not_judged('uncertain')
    assert '무릎' not in sentences.not_judged('not_validated', knees).ko


def test_an_uncertain_exercise_is_named_with_its_probability():
    said = sentences.exercise_uncertain(
        sentences.exercise_name(exercise_by_name('barbell row')), 0.615)
    assert said.ko.endswith('가장 비슷한 운동: 바벨 로우 (62%).')
    assert said.en.endswith('Most like: barbell row (62%).')


def test_a_family_is_called_by_a_name_of_its_own():
    curl = exercise_by_name('dumbbell curl')
    assert sentences.exercise_name(curl, as_family=True) == (
        '바벨 또는 덤벨 컬', 'barbell or dumbbell curl')
    assert sentences.exercise_name(curl) == ('덤벨 컬', 'dumbbell curl')
    said = sentences.only_family_known(curl)
    assert '다음 운동을 따랐어요: 덤벨 컬.' in said.ko
    assert 'worded as for: dumbbell curl.' in said.en
    assert sentences.given_doubted(curl).en.endswith('more like: dumbbell curl.')


def test_others_in_the_picture():
    assert '2명' in sentences.other_people(2).ko
    assert sentences.other_people(1).en.startswith('There is 1 other person in the picture.')
    assert sentences.other_people(2).en.startswith('There are 2 other people in the picture.')
