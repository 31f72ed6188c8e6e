"""What a person is told beside the advice on single conditions, in Korean and English.

Advice is in the table of :mod:`fitness_mm.aihub.conditions`. The Korean sentences are built so that
no particle depends on a number or name that is filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fitness_mm.aihub.catalog import Exercise
from fitness_mm.keypoints.joint_names import joint_names


class Sentence(NamedTuple):
    """The same in both languages."""

    ko: str
    en: str


NO_PERSON = Sentence(
    '영상에서 사람을 찾지 못했어요. 밝은 곳에서 온몸이 화면에 들어오게 다시 찍어 주세요.',
    'No person was found in the video. Film again in good light, with the whole body in view.')

_NOT_JUDGED = {
    'not_validated': Sentence(
        '이 조건은 아직 믿을 만하게 구별하지 못해서 판정하지 않았어요.',
        'Not judged: the network cannot tell this condition reliably enough yet.'),
    'joints_not_seen': Sentence(
        '필요한 부위가 잘 보이지 않아서 판정하지 않았어요.',
        'Not judged: not all of the joints it takes were seen.'),
    'uncertain': Sentence(
        '잘 지켰는지 확실하지 않아서 판정하지 않았어요.',
        'Not judged: it is too close to call.'),
}

# Native numerals read better than digits up to the five conditions that an exercise can have.
_NATIVE = {1: '한', 2: '두', 3: '세', 4: '네', 5: '다섯'}


def all_kept(judged: int, total: int) -> Sentence:
    """That no fault was found, without claiming anything of what was not judged.

    Args:
        judged: How many conditions were judged; all of them are kept.
        total: How many conditions the exercise has.

    Raises:
        ValueError: If more were judged than there are, or numbers are negative.
    """
    if not 0 <= judged <= total:
        raise ValueError(f'{judged} of {total} conditions judged, expected 0 to {total}')
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


def faults_found(broken: int) -> Sentence:
    """How many things there are to work on; advice follows.

    Raises:
        ValueError: If there is none, which :func:`all_kept` is for.
    """
    if broken < 1:
        raise ValueError(f'{broken} faults found, expected at least 1')
    return Sentence(f'고칠 점이 {_kinds(broken)} 있어요.',
                    f'{broken} {"thing" if broken == 1 else "things"} to work on.')


def not_judged(reason: str, joints: Sequence[int] = ()) -> Sentence:
    """Why a condition is not judged, to be shown beside its name.

    Args:
        reason: ``not_validated``, ``joints_not_seen`` or ``uncertain``.
        joints: Keypoint indices to name after ``joints_not_seen``: those that have to be seen.

    Raises:
        ValueError: If there is no such reason.
    """
    try:
        sentence = _NOT_JUDGED[reason]
    except KeyError:
        raise ValueError(f'no reason is called {reason!r}, expected one of '
                         f'{", ".join(_NOT_JUDGED)}') from None
    if reason != 'joints_not_seen' or not joints:
        return sentence
    return Sentence(f'{sentence.ko} 필요한 부위: {joint_names(joints, "ko")}.',
                    f'{sentence.en} It takes: {joint_names(joints, "en")}.')


def exercise_uncertain(exercise: Exercise, probability: float) -> Sentence:
    """That the exercise was not recognised surely.

    Args:
        exercise: The most probable one.
        probability: Its probability, 0 to 1.
    """
    return Sentence(
        f'어떤 운동인지 확실하지 않아요. 가장 비슷한 운동: {exercise.name_ko} ({probability:.0%}).',
        f'It is not clear which exercise this is. Most like: {exercise.name} ({probability:.0%}).')


def other_people(count: int) -> Sentence:
    """That there are others in the picture, and that only one person was judged.

    Raises:
        ValueError: If there is nobody else.
    """
    if count < 1:
        raise ValueError(f'{count} other people, expected at least 1')
    return Sentence(
        f'화면에 다른 사람이 {count}명 더 있어요. 가장 눈에 띄는 한 사람만 살펴봤어요.',
        f'There {"is 1 other person" if count == 1 else f"are {count} other people"} in the '
        'picture. Only the most prominent one was judged.')


def repetitions(count: int, mean_seconds: float) -> Sentence:
    """How often and how fast.

    Args:
        count: Of repetitions.
        mean_seconds: Mean duration of a repetition; ignored where there is none.

    Raises:
        ValueError: If the count is negative.
    """
    if count < 0:
        raise ValueError(f'{count} repetitions, expected 0 or more')
    if count == 0:
        return Sentence('반복 동작을 찾지 못했어요.', 'No repetition was found.')
    if count == 1:
        return Sentence(f'1회, {mean_seconds:.1f}초', f'1 repetition, {mean_seconds:.1f} s')
    return Sentence(f'{count}회, 회당 평균 {mean_seconds:.1f}초',
                    f'{count} repetitions, {mean_seconds:.1f} s each on average')


def seen_in(numbers: Sequence[int], total: int) -> Sentence:
    """In which repetitions a fault shows.

    Args:
        numbers: Numbers of the repetitions, from 1.
        total: How many repetitions there are.

    Raises:
        ValueError: If there are no numbers or one is not among the repetitions.
    """
    numbers = sorted(set(numbers))
    if not numbers or numbers[0] < 1 or numbers[-1] > total:
        raise ValueError(f'repetitions {numbers} of {total}, expected some of 1 to {total}')
    if len(numbers) == total > 1:
        return Sentence('모든 반복에서 나타났어요.', 'Seen in every repetition.')
    runs = _runs(numbers)
    korean = ', '.join(str(a) if a == b else f'{a}~{b}' for a, b in runs)
    return Sentence(f'{korean}회째에 나타났어요.',
                    f'Seen in repetition{"s" if len(numbers) > 1 else ""} '
                    + _enumerated([str(a) if a == b else f'{a} to {b}' for a, b in runs]) + '.')


def seen_at(ranges: Sequence[tuple[float, float]]) -> Sentence:
    """At which times a fault shows.

    Args:
        ranges: First and last second of each.

    Raises:
        ValueError: If there is none.
    """
    if not ranges:
        raise ValueError('no range of time, expected at least one')
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
