"""The 41 exercises of the AI Hub fitness-posture data set, their types and posture conditions.

Source: the data set's own type list. A *type* is one way of doing an exercise, ``001`` to
``816``; every type of an exercise has its own combination of kept and broken conditions.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from fitness_mm.errors import ArgumentError

# first type, last type, English name, Korean name, equipment group, class index in the twelve
# free-weight exercises of the original study, conditions
_ROWS = (
    (1, 32, 'standing side crunch', '스탠딩 사이드 크런치', 'bodyweight', None,
     ('척추의 중립', '시선 정면 유지', '수축시 무릎과 팔꿈치가 충분히 가까움',
      '무릎이 몸통 측면에서 올라오는지 여부', '양 손이 머리 뒤에 위치')),
    (33, 48, 'standing knee-up', '스탠딩 니업', 'bodyweight', None,
     ('시선 정면', '척추 중립', '무릎 충분히 올라오고', '이완시 다리 긴장 유지')),
    (49, 80, 'burpee', '버피 테스트', 'bodyweight', None,
     ('팔 펴고 엎드렸을때 허리 휨 없음', '이완시 팔꿈치 90도', '가슴의 충분한 이동',
      '손의 위치 가슴 중앙 여부', '고개 젖힘/숙임 여부')),
    (81, 112, 'step-forward dynamic lunge', '스텝 포워드 다이나믹 런지', 'bodyweight', None,
     ('앞다리 무릎 각도 90도', '몸통 발 무릎 방향 일치여부', '뒤다리 무릎 각도 90도',
      '척추의 중립', '상체의 과조한 숙임/젖힘 여부')),
    (113, 144, 'step-backward dynamic lunge', '스텝 백워드 다이나믹 런지', 'bodyweight', None,
     ('앞다리 무릎 각도 90도', '몸통 발 무릎 방향 일치여부', '뒤다리 무릎 각도 90도',
      '척추의 중립', '상체의 과조한 숙임/젖힘 여부')),
    (145, 176, 'side lunge', '사이드 런지', 'bodyweight', None,
     ('앞다리 무릎 각도 90도', '몸통 발 무릎 방향 일치여부', '뒤다리 무릎 각도 90도',
      '척추의 중립', '상체의 과조한 숙임/젖힘 여부')),
    (177, 184, 'cross lunge', '크로스 런지', 'bodyweight', None,
     ('앞다리 무릎 각도 90도', '몸통 앞발 앞무릎 방향 일치여부', '상체 정면 균형잡기')),
    (185, 192, 'good morning', '굿모닝', 'bodyweight', None,
     ('무릎 구부린채 고정', '시선 방향 유지', '척추의 중립')),
    (193, 200, 'front raise', '프런트 레이즈', 'free weight', 0,
     ('상체 뒤로 숙이지 않기', '팔꿈치 살짝 구부린채 고정', '손목 어깨 또는 턱선까지 올리기')),
    (201, 208, 'upright row', '업라이트로우', 'free weight', 1,
     ('팔꿈치가 손목 리드', '견갑골 하강 유지', '바벨 상체 밀착')),
    (209, 216, 'barbell stiff-leg deadlift', '바벨 스티프 데드리프트', 'free weight', 2,
     ('바벨 궤적과 몸 밀착', '무릎 구부린채 고정', '척추의 중립')),
    (217, 248, 'barbell row', '바벨 로우', 'free weight', 3,
     ('척추의 중립', '무릎 반동 없음', '상체 반동 없음', '바벨 궤적과 몸 밀착', '손목의 중립')),
    (249, 280, 'dumbbell bent-over row', '덤벨 벤트오버 로우', 'free weight', 4,
     ('척추의 중립', '무릎 반동 없음', '상체 반동 없음', '덤벨 궤적과 몸 밀착', '손목의 중립')),
    (281, 312, 'barbell deadlift', '바벨 데드리프트', 'free weight', 5,
     ('척추의 중립', '발과 무릎의 방향 일치', '바벨 궤적과 몸 밀착', '무릎과 골반이 동시에 펴짐',
      '발바닥 지면 고정')),
    (313, 328, 'barbell squat', '바벨 스쿼트', 'free weight', 6,
     ('척추의 중립', '고개 정면', '발과 무릎의 방향 일치', '발바닥 지면 고정')),
    (329, 360, 'barbell lunge', '바벨 런지', 'free weight', None,
     ('앞다리 무릎 각도 90도', '몸통 발 무릎 방향 일치여부', '뒤다리 무릎 각도 90도',
      '척추의 중립', '상체의 과조한 숙임/젖힘 여부')),
    (361, 376, 'overhead press', '오버 헤드 프레스', 'free weight', 7,
     ('척추의 중립', '전완 지면과 수직', '견갑대 고정', '무릎 반동 없음')),
    (377, 408, 'side lateral raise', '사이드 레터럴 레이즈', 'free weight', 8,
     ('무릎 반동 없음', '어깨 으쓱 없음', '상관과 전완의 각도 고정', '손목의 각도 고정',
      '상체 반동 없음')),
    (409, 440, 'barbell curl', '바벨 컬', 'free weight', 9,
     ('팔꿈치 위치 고정', '손목의 중립', '척추의 중립', '이완 시 팔 긴장 유지',
      '수축 시 어깨 으쓱 없음')),
    (441, 472, 'dumbbell curl', '덤벨 컬', 'free weight', 10,
     ('팔꿈치 위치 고정', '손목의 중립', '척추의 중립', '이완 시 팔 긴장 유지',
      '수축 시 어깨 으쓱 없음')),
    (473, 488, 'lying leg raise', '라잉 레그 레이즈', 'bodyweight', None,
     ('허리 지면 고정', '허벅지와 종아리 각도 고정', '이완 시 다리 긴장유지', '고개 숙임 여부')),
    (489, 504, 'crunch', '크런치', 'bodyweight', None,
     ('허리 지면 고정', '견갑골이 지면으로부터 충분히 올라옴', '어깨반동 없음',
      '이완시 긴장 유지')),
    (505, 512, 'bicycle crunch', '바이시클 크런치', 'bodyweight', None,
     ('허리 지면 고정', '수축시 무릎 엉덩이 지남', '견갑골이 지면으로부터 충분히올라옴')),
    (513, 544, 'scissor cross', '시저크로스', 'bodyweight', None,
     ('허리 지면 고정', '수축 시 양무릎 교차', '시선 배꼽 고정', '다리와 지면 사이 적당한 거리',
      '무릎 너무 굽히지 않음')),
    (545, 552, 'hip thrust', '힙쓰러스트', 'bodyweight', None,
     ('수축시 무릎부터 어깨까지 일자', '이완 시 긴장 유지', '고개 들지 않기')),
    (553, 560, 'plank', '플랭크', 'bodyweight', None,
     ('팔꿈치가 어깨보다 안쪽에 위치하지 않음', '몸통과 엉덩이의 정렬 유지',
      '상체의 지면으로부터 충분한 거리 유지')),
    (561, 592, 'push-up', '푸시업', 'bodyweight', None,
     ('척추의 중립', '이완시 팔꿈치 90도', '가슴의 충분한 이동', '손의 위치 가슴 중앙 여부',
      '고개 젖힘/숙임 여부')),
    (593, 624, 'knee push-up', '니푸쉬업', 'bodyweight', None,
     ('척추의 중립', '이완시 팔꿈치 90도', '가슴의 충분한 이동', '손의 위치 가슴 중앙 여부',
      '고개 젖힘/숙임 여부')),
    (625, 632, 'Y-exercise', 'Y - Exercise', 'bodyweight', None,
     ('양 팔 높이 동일', '엄지손가락 하늘방향', '경추 중립 또는 후인(retraction) 유지')),
    (633, 640, 'dumbbell chest fly', '덤벨 체스트 플라이', 'free weight', None,
     ('팔꿈치 살짝 구부린채 고정', '이완 시 덤벨 가슴높이', '등 아치구조 유지')),
    (641, 648, 'dumbbell incline chest fly', '덤벨 인클라인 체스트 플라이', 'free weight', None,
     ('팔꿈치 살짝 구부린채 고정', '수축 시 덤벨 어깨높이', '등 아치구조 유지')),
    (649, 664, 'dumbbell pullover', '덤벨 풀 오버', 'free weight', 11,
     ('손목의 중립', '팔꿈치 각도 유지', '몸통 벤치 고정', '수축시 팔꿈치 모아줌')),
    (665, 696, 'lying triceps extension', '라잉 트라이셉스 익스텐션', 'free weight', None,
     ('팔꿈치 위치 고정', '손목의 중립', '이완 시 팔 긴장 유지', '양 팔꿈치 모아줌 유지',
      '척추의 중립')),
    (697, 712, 'dips', '딥스', 'machine', None,
     ('상체 살짝 숙임 유지', '수축 시 고개 안 젖힘', '이완 시 팔꿈치 각도 90도',
      '팔꿈치-몸통의 적당한 거리')),
    (713, 728, 'pull-up', '풀업', 'machine', None,
     ('시선 위쪽 유지', '이완 시 숄더패킹', '몸통 흔들림 없음',
      '수축 시 몸통-팔꿈치 사이 모아줌')),
    (729, 736, 'hanging leg raise', '행잉 레그 레이즈', 'machine', None,
     ('어깨와 귀 사이 적당한 거리 유지', '두 다리 사이 모아줌 유지', '이완 시 다리 긴장 유지')),
    (737, 752, 'lat pulldown', '랫풀 다운', 'machine', None,
     ('수축 시 적당한 상체 젖힘', '손목의 중립', '이완 시 숄더패킹',
      '수축 시 몸통-팔꿈치 사이 모아줌')),
    (753, 760, 'face pull', '페이스 풀', 'machine', None,
     ('수축 시 팔꿈치 각도 90도', '수축시 양 손과 이마 동일선상 위치', '상완의 외회전')),
    (761, 768, 'cable crunch', '케이블 크런치', 'machine', None,
     ('상완과 전완의 각도 고정', '팔꿈치와 몸통 각도 고정', '수축 시 등의 굽힘')),
    (769, 784, 'cable push-down', '케이블 푸시 다운', 'machine', None,
     ('팔꿈치 위치 고정', '손목의 중립', '이완 시 팔 긴장 유지', '상체 과도한 숙임 없음')),
    (785, 816, 'rowing machine', '로잉머신', 'machine', None,
     ('체스트 업 유지', '상체 과도한 젖힘 없음', '수축 시 팔 당김보다 다리 펴짐이 우선',
      '이완 시 팔 펴짐이 다리 접힘보다 우선', '어깨 으쓱 없음')),
)


@dataclass(frozen=True)
class Exercise:
    """One exercise of the catalogue.

    Attributes:
        index: Position in :data:`EXERCISES`.
        name: English name.
        name_ko: Korean name, as in the labels after NFC and stripping.
        group: ``bodyweight``, ``free weight`` or ``machine``.
        types: Its type numbers.
        conditions: Korean names of its posture conditions, in catalogue order.
        study_class: Class index among :data:`STUDY_EXERCISES`, or None.
    """

    index: int
    name: str
    name_ko: str
    group: str
    types: range
    conditions: tuple[str, ...]
    study_class: int | None


EXERCISES: tuple[Exercise, ...] = tuple(
    Exercise(i, name, name_ko, group, range(first, last + 1), conditions, study_class)
    for i, (first, last, name, name_ko, group, study_class, conditions) in enumerate(_ROWS))

STUDY_EXERCISES: tuple[Exercise, ...] = tuple(
    sorted((e for e in EXERCISES if e.study_class is not None), key=lambda e: e.study_class))
"""The twelve free-weight exercises of the original study, in the order of its class indices."""

CONFUSABLE_STUDY_CLASSES = (2, 3, 5)
"""Stiff-leg deadlift, barbell row and deadlift: alike in a single frame."""

QUARANTINED_TYPES = frozenset({62, 101, 109})
"""Types whose labels say that every condition holds although their description names a fault.
Good for pose and exercise, useless for conditions."""

NUM_TYPES = EXERCISES[-1].types[-1]

_EXERCISE_OF_TYPE = {t: e for e in EXERCISES for t in e.types}
_EXERCISE_OF_NAME = {e.name: e for e in EXERCISES} | {e.name_ko: e for e in EXERCISES}

# The labels spell these fragments in both ways, sometimes within one exercise.
_SPELLINGS = (('이완 시', '이완시'), ('수축 시', '수축시'), ('척추의 중립', '척추 중립'))


def normalise(text: str) -> str:
    """A name from a label, in NFC and without surrounding blanks."""
    return unicodedata.normalize('NFC', text).strip()


def exercise_of_type(type_number: int) -> Exercise:
    """The exercise that a type belongs to.

    Raises:
        KeyError: If there is no such type.
    """
    return _EXERCISE_OF_TYPE[type_number]


def exercise_by_name(name: str) -> Exercise:
    """The exercise with an English or Korean name.

    Raises:
        ArgumentError: If there is none; the message lists the English names.
    """
    try:
        return _EXERCISE_OF_NAME[normalise(name)]
    except KeyError:
        known = ', '.join(e.name for e in EXERCISES)
        raise ArgumentError(f'no exercise is called {name!r}; the catalogue has: {known}') from None


def _spelling_key(condition: str) -> str:
    for variant, canonical in _SPELLINGS:
        condition = condition.replace(variant, canonical)
    return condition


_CONDITION_POSITION = {
    (e.index, _spelling_key(c)): i for e in EXERCISES for i, c in enumerate(e.conditions)
}


def condition_position(exercise: Exercise, condition: str) -> int:
    """Position of a condition, as a label spells it, in ``exercise.conditions``.

    Only the spelling variants listed in this file are accepted; nothing is matched by likeness.

    Raises:
        KeyError: If the exercise has no such condition.
    """
    return _CONDITION_POSITION[exercise.index, _spelling_key(normalise(condition))]
