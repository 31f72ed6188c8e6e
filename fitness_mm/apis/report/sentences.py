"""All words that a person is told beside the advice on single conditions, in Korean and English.

Advice is in the table of :mod:`fitness_mm.aihub.conditions`. The Korean sentences are built so that
no particle depends on a number or name that is filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fitness_mm.aihub.catalog import Exercise
from fitness_mm.keypoints.joint_names import joint_names
from fitness_mm.posture.calibration import BROKEN, KEPT, NOT_JUDGED
from fitness_mm.tables import probable


class Sentence(NamedTuple):
    """The same in both languages."""

    ko: str
    en: str


WORDS = {
    KEPT: Sentence('지킴', 'kept'),
    BROKEN: Sentence('어긋남', 'broken'),
    NOT_JUDGED: Sentence('판정 안 함', 'not judged'),
    'sure': Sentence('확률', 'sure'),
    'repetitions': Sentence('회', 'repetitions'),
    'per repetition': Sentence('한 번에 걸린 시간', 'per repetition'),
    'faults of judged': Sentence('판정한 조건 중 어긋난 것', 'faults, of conditions judged'),
    'number': Sentence('번호', 'no.'),
    'unclear': Sentence('운동이 확실하지 않음', 'exercise not clear'),
    'no person': Sentence('사람이 보이지 않음', 'no person seen'),
    'out': Sentence('가는 동작', 'first half'),
    'back': Sentence('돌아오는 동작', 'second half'),
    'start': Sentence('반복 시작', 'start of a repetition'),
    'turn': Sentence('되돌아오는 지점', 'turning point'),
    'advice': Sentence('고칠 점', 'What to change'),
    'conditions': Sentence('자세', 'Posture'),
    'tempo': Sentence('반복과 빠르기', 'Repetitions and tempo'),
    'not counted': Sentence('반복을 세지 않았어요.', 'Repetitions were not counted.'),
    'no repetitions': Sentence('처음부터 끝까지 보이는 반복이 없어요.',
                               'No complete repetition was seen.'),
    'limits': Sentence('알아 두기', 'Please note'),
    'angles': Sentence('관절 각도와 거리', 'Angles and distances'),
    'left': Sentence('왼쪽', 'left'),
    'right': Sentence('오른쪽', 'right'),
    'when': Sentence('시점', 'when'),
    'picture': Sentence('관절을 표시한 장면', 'frame with the skeleton'),
    'disclaimer': Sentence(
        '컴퓨터가 영상 하나만 보고 판단한 결과라서 틀릴 수 있어요. 트레이너나 의사의 조언을 '
        '대신하지 않아요.',
        'Made by a computer from one video. It can be wrong, and is no substitute for a trainer or '
        'a doctor.'),
}
"""Single words and headings of reports, pictures and videos."""

NO_PERSON = Sentence(
    '영상에서 사람을 찾지 못했어요. 자세 추정 모델이 이런 영상을 학습한 적이 없거나, 사람이 너무 '
    '작거나 어둡게, 또는 일부만 찍힌 경우예요.',
    'No person was found in the video. Either the pose estimator was not trained on people filmed '
    'like this, or the person is too small, too dark or not wholly in view.')
DEMO_ESTIMATOR = Sentence(
    '자세 추정에 데모 모델을 썼어요. `make demo`로 학습한 이 모델은 그림으로 그린 사람만 보았기 '
    '때문에, 실제 사람은 대부분 찾지 못하고 찾더라도 결과를 믿을 수 없어요.',
    "The pose estimator is the demo's. `make demo` trains it on drawn people only: it overlooks "
    'most real ones, and what is said of those that it finds cannot be relied on.')
DEMO_POSTURE = Sentence(
    '`make demo`로 학습한 운동 판정 모델을 썼어요. 그림으로 그린 동작만 배웠기 때문에, 확률이 높게 '
    '나와도 실제 사람의 운동을 다른 운동으로 볼 수 있어요.',
    "The network that judges is the demo's. It has learnt from drawn movements only and can take "
    'what real people do for something else, however sure it is.')

_NOT_JUDGED = {
    'not_validated': Sentence(
        '이 조건은 아직 믿을 만하게 구별하지 못해서 판정하지 않았어요.',
        'Not judged: the network cannot tell this condition reliably enough yet.'),
    'joints_not_seen': Sentence(
        '필요한 부위가 잘 보이지 않아서 판정하지 않았어요.',
        'Not judged: not all of the joints it takes were seen.'),
    'joints_assumed': Sentence(
        '자세 추정 모델이 일부 부위를 직접 보지 못하고 다른 관절의 위치로 어림하기 때문에 판정하지 '
        '않았어요.',
        'Not judged: the pose estimator does not see all that it takes, but guesses some of it '
        'from other joints.'),
    'uncertain': Sentence(
        '잘 지켰는지 확실하지 않아서 판정하지 않았어요.',
        'Not judged: it is too close to call.'),
}

_JOINTS = {'joints_not_seen': Sentence('필요한 부위', 'It takes'),
           'joints_assumed': Sentence('어림한 부위', 'Guessed')}

_MOST_LISTED = 10
"""Longer lists of repetitions or times are counted instead."""

# Native numerals read better than digits up to the five conditions that an exercise can have.
_NATIVE = {1: '한', 2: '두', 3: '세', 4: '네', 5: '다섯'}


def all_kept(judged: int, total: int) -> Sentence:
    """That no fault was found, without claiming anything of what was not judged.

    Args:
        judged: How many conditions were judged; all of them are kept.
        total: How many conditions the exercise has.
    """
    if judged == 0:
        return Sentence('판정할 수 있는 자세 조건이 없었어요.',
                        'No posture condition could be judged.')
    left = total - judged
    if left == 0:
        return Sentence(f'자세 조건 {_kinds(total)}를 모두 잘 지켰어요. 지금처럼 하시면 돼요.',
                        f'Well done: all {total} posture conditions are kept. Keep it up.')
    return Sentence(f'판정한 자세 조건 {_kinds(judged)}는 잘 지켰어요. '
                    f'나머지 {_kinds(left)}는 판정하지 않았어요.',
                    f'No fault in the {_conditions(judged)} judged; {left} of {total} '
                    f'{"was" if left == 1 else "were"} not judged.')


def not_judged(reason: str, joints: Sequence[int] = ()) -> Sentence:
    """Why a condition is not judged, to be shown beside its name.

    Args:
        reason: ``not_validated``, ``joints_not_seen``, ``joints_assumed`` or ``uncertain``.
        joints: Keypoint indices to name: those that have to be seen, or those that are not.
    """
    sentence = _NOT_JUDGED[reason]
    if reason not in _JOINTS or not joints:
        return sentence
    ko, en = _JOINTS[reason]
    return Sentence(f'{sentence.ko} {ko}: {joint_names(joints, "ko")}.',
                    f'{sentence.en} {en}: {joint_names(joints, "en")}.')


def unsure_in(numbers: Sequence[int]) -> Sentence:
    """Why a condition that is kept on the whole is not judged: some repetitions may break it."""
    korean, english = _listed(numbers)
    return Sentence(f'{korean}회째에도 지켰는지 확실하지 않아서 판정하지 않았어요.',
                    f'Not judged: it is not clear whether it is kept in {english}.')


def exercise_name(exercise: Exercise, as_family: bool = False) -> Sentence:
    """Its name, or its family's."""
    named = exercise.family if as_family else exercise
    return Sentence(named.name_ko, named.name)


def exercise_uncertain(name: Sentence, probability: float) -> Sentence:
    """That the exercise was not recognised surely.

    Args:
        name: Of the most probable one, or of its family.
        probability: Its probability, 0 to 1.
    """
    sure = probable(probability)
    return Sentence(
        f'어떤 운동인지 확실하지 않아요. 가장 비슷한 운동: {name.ko} ({sure}).',
        f'It is not clear which exercise this is. Most like: {name.en} ({sure}).')


def none_of_the_list(count: int) -> Sentence:
    """That what is done looks like none of the exercises that the network knows."""
    return Sentence(
        f'모델이 아는 운동 {count}가지 가운데 어느 것도 아닌 것 같아요. 아는 운동이라면 운동 '
        '이름(--exercise)을 지정해 주세요.',
        f'This looks like none of the {count} exercises that the model knows. If it is one of '
        'them, name it with --exercise.')


def only_family_known(exercise: Exercise) -> Sentence:
    """That it could not be told which exercise of a family it is.

    Args:
        exercise: The one whose conditions and advice are given.
    """
    return Sentence(
        '바벨인지 덤벨인지는 확실하지 않아요. 자세 조건은 둘 다 같고, 조건과 조언의 표현은 다음 '
        f'운동을 따랐어요: {exercise.name_ko}. 어느 쪽인지 알면 운동 이름(--exercise)을 지정해 '
        '주세요.',
        'It is not clear whether this is done with a barbell or dumbbells. The conditions are the '
        f'same for both; they are worded as for: {exercise.name}. If you know which it is, name it '
        'with --exercise.')


def given_doubted(seen: Exercise) -> Sentence:
    """That the video looks like another exercise than the one that the user named."""
    return Sentence(
        f'지정한 운동으로 판정했지만, 영상은 다른 운동에 더 가까워 보여요: {seen.name_ko}.',
        'Judged as the exercise that was named, though the video looks more like: '
        f'{seen.name}.')


def other_people(count: int) -> Sentence:
    """That there are others in the picture, and that only one person was judged."""
    return Sentence(
        f'화면에 다른 사람이 {count}명 더 있어요. 한 사람만 살펴봤어요. 다른 사람을 보려면 '
        '왼쪽부터 센 번호를 --person으로 지정해 주세요.',
        f'There {"is 1 other person" if count == 1 else f"are {count} other people"} in the '
        'picture. Only one was judged; --person chooses, by a number from the left.')


def several_scenes(seconds: float) -> Sentence:
    """That a part shows somebody else, or another scene, and was left out."""
    return Sentence(
        f'중간에 장면이 바뀌거나 다른 사람이 잡혀서 그 부분({seconds:.1f}초)은 빼고, 한 사람이 '
        '이어서 보이는 가장 긴 부분만 살펴봤어요.',
        f'In between, the scene changes or somebody else is seen: {seconds:.1f} s were left out, '
        'and only the longest stretch of one person was judged.')


def sets_done(sets: Sequence[tuple[Exercise, int, float, float, bool]]) -> Sentence:
    """What was done when.

    Args:
        sets: Of each the exercise, its repetitions, the first and the last second, and whether
            another repetition is begun and not ended.
    """
    korean = ', '.join(f'{exercise.name_ko} {count}회({_clock(start)}~{_clock(stop)}'
                       f'{", 하나 더 시작하고 끝내지 않음" if unfinished else ""})'
                       for exercise, count, start, stop, unfinished in sets)
    english = '; '.join(f'{exercise.name}, {count} ({_clock(start)} to {_clock(stop)}'
                        f'{", one more begun and not ended" if unfinished else ""})'
                        for exercise, count, start, stop, unfinished in sets)
    return Sentence(f'한 세트: {korean}.' if len(sets) == 1 else f'세트 {len(sets)}개: {korean}.',
                    f'{"1 set" if len(sets) == 1 else f"{len(sets)} sets"}: {english}.')


def _clock(seconds: float) -> str:
    """Minutes and seconds, such as 1:05."""
    return f'{int(seconds) // 60}:{int(seconds) % 60:02d}'


def seen_in(numbers: Sequence[int], total: int) -> Sentence:
    """In which repetitions a fault shows.

    Args:
        numbers: Numbers of the repetitions, from 1.
        total: How many repetitions there are.
    """
    numbers = sorted(set(numbers))
    if len(numbers) == total > 1:
        return Sentence('모든 반복에서 나타났어요.', 'Seen in every repetition.')
    if len(_runs(numbers)) > _MOST_LISTED:
        return Sentence(f'{total}회 중 {len(numbers)}회에서 나타났어요.',
                        f'Seen in {len(numbers)} of {total} repetitions.')
    korean, english = _listed(numbers)
    return Sentence(f'{korean}회째에 나타났어요.', f'Seen in {english}.')


def _listed(numbers: Sequence[int]) -> Sentence:
    """Numbers of repetitions."""
    runs = _runs(numbers)
    return Sentence(', '.join(str(a) if a == b else f'{a}~{b}' for a, b in runs),
                    f'repetition{"s" if len(numbers) > 1 else ""} ' + _enumerated(
                        [str(a) if a == b else f'{a} to {b}' for a, b in runs]))


def seen_at(ranges: Sequence[tuple[float, float]]) -> Sentence:
    """At which times a fault shows.

    Args:
        ranges: First and last second of each.
    """
    if len(ranges) > _MOST_LISTED:
        first, last = ranges[0][0], ranges[-1][1]
        return Sentence(f'{first:.1f}~{last:.1f}초 사이에 {len(ranges)}번 나타났어요.',
                        f'Seen {len(ranges)} times between {first:.1f} and {last:.1f} s.')
    korean = ', '.join(f'{start:.1f}~{stop:.1f}초' for start, stop in ranges)
    return Sentence(f'{korean} 사이에 나타났어요.',
                    'Seen at ' + _enumerated([f'{a:.1f} to {b:.1f} s' for a, b in ranges]) + '.')


def _kinds(count: int) -> str:
    return f'{_NATIVE[count]} 가지' if count in _NATIVE else f'{count}가지'


def _conditions(count: int) -> str:
    return '1 condition' if count == 1 else f'{count} conditions'


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run; a run of two stays apart, since '2 to 3' is no shorter."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [pair for run in runs for pair in (
        [(run[0], run[-1])] if len(run) > 2 else [(number, number) for number in run])]


def _enumerated(items: Sequence[str]) -> str:
    return ' and '.join([', '.join(items[:-1]), items[-1]] if len(items) > 1 else items)
