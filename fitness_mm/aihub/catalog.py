"""The 41 exercises of the AI Hub fitness-posture data set, their types and posture conditions.

Source: the data set's own type list. A *type* is one way of doing an exercise, ``001`` to
``816``; every type of an exercise has its own combination of kept and broken conditions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from fitness_mm.errors import ArgumentError, FitnessError

TABLE = Path(__file__).with_name('conditions.tsv')

COLUMNS = ('exercise', 'condition', 'condition_en', 'joints', 'advice_ko', 'advice_en')

# first type, last type, English name, Korean name, equipment group, class index in the twelve
# free-weight exercises of the original study
_ROWS = (
    (1, 32, 'standing side crunch', '스탠딩 사이드 크런치', 'bodyweight', None),
    (33, 48, 'standing knee-up', '스탠딩 니업', 'bodyweight', None),
    (49, 80, 'burpee', '버피 테스트', 'bodyweight', None),
    (81, 112, 'step-forward dynamic lunge', '스텝 포워드 다이나믹 런지', 'bodyweight', None),
    (113, 144, 'step-backward dynamic lunge', '스텝 백워드 다이나믹 런지', 'bodyweight', None),
    (145, 176, 'side lunge', '사이드 런지', 'bodyweight', None),
    (177, 184, 'cross lunge', '크로스 런지', 'bodyweight', None),
    (185, 192, 'good morning', '굿모닝', 'bodyweight', None),
    (193, 200, 'front raise', '프런트 레이즈', 'free weight', 0),
    (201, 208, 'upright row', '업라이트로우', 'free weight', 1),
    (209, 216, 'barbell stiff-leg deadlift', '바벨 스티프 데드리프트', 'free weight', 2),
    (217, 248, 'barbell row', '바벨 로우', 'free weight', 3),
    (249, 280, 'dumbbell bent-over row', '덤벨 벤트오버 로우', 'free weight', 4),
    (281, 312, 'barbell deadlift', '바벨 데드리프트', 'free weight', 5),
    (313, 328, 'barbell squat', '바벨 스쿼트', 'free weight', 6),
    (329, 360, 'barbell lunge', '바벨 런지', 'free weight', None),
    (361, 376, 'overhead press', '오버 헤드 프레스', 'free weight', 7),
    (377, 408, 'side lateral raise', '사이드 레터럴 레이즈', 'free weight', 8),
    (409, 440, 'barbell curl', '바벨 컬', 'free weight', 9),
    (441, 472, 'dumbbell curl', '덤벨 컬', 'free weight', 10),
    (473, 488, 'lying leg raise', '라잉 레그 레이즈', 'bodyweight', None),
    (489, 504, 'crunch', '크런치', 'bodyweight', None),
    (505, 512, 'bicycle crunch', '바이시클 크런치', 'bodyweight', None),
    (513, 544, 'scissor cross', '시저크로스', 'bodyweight', None),
    (545, 552, 'hip thrust', '힙쓰러스트', 'bodyweight', None),
    (553, 560, 'plank', '플랭크', 'bodyweight', None),
    (561, 592, 'push-up', '푸시업', 'bodyweight', None),
    (593, 624, 'knee push-up', '니푸쉬업', 'bodyweight', None),
    (625, 632, 'Y-exercise', 'Y - Exercise', 'bodyweight', None),
    (633, 640, 'dumbbell chest fly', '덤벨 체스트 플라이', 'free weight', None),
    (641, 648, 'dumbbell incline chest fly', '덤벨 인클라인 체스트 플라이', 'free weight', None),
    (649, 664, 'dumbbell pullover', '덤벨 풀 오버', 'free weight', 11),
    (665, 696, 'lying triceps extension', '라잉 트라이셉스 익스텐션', 'free weight', None),
    (697, 712, 'dips', '딥스', 'machine', None),
    (713, 728, 'pull-up', '풀업', 'machine', None),
    (729, 736, 'hanging leg raise', '행잉 레그 레이즈', 'machine', None),
    (737, 752, 'lat pulldown', '랫풀 다운', 'machine', None),
    (753, 760, 'face pull', '페이스 풀', 'machine', None),
    (761, 768, 'cable crunch', '케이블 크런치', 'machine', None),
    (769, 784, 'cable push-down', '케이블 푸시 다운', 'machine', None),
    (785, 816, 'rowing machine', '로잉머신', 'machine', None),
)

# English name, Korean name, the exercises. Their people do the same with other equipment, which no
# keypoint shows, and their conditions are the same, one by one. Others that resemble each other
# differ in what is seen: the hands of a barbell lunge hold a bar, the lunges step elsewhere, the
# bench of the incline fly is tilted, and knees lie on the floor or do not.
_FAMILIES = (
    ('barbell or dumbbell curl', '바벨 또는 덤벨 컬', ('barbell curl', 'dumbbell curl')),
    ('barbell or dumbbell row', '바벨 또는 덤벨 로우', ('barbell row', 'dumbbell bent-over row')),
)


def read_table(path: str | Path = TABLE) -> dict[str, list[tuple[str, ...]]]:
    """Exercise -> what is known about each of its posture conditions, in :data:`COLUMNS`.

    Args:
        path: Tab-separated UTF-8 text: a line of column names, then a row per pair of exercise
            and condition. Quotation marks have no special meaning.

    Raises:
        FitnessError: If a row is not complete.
        OSError: If the file cannot be read.
    """
    found: dict[str, list[tuple[str, ...]]] = {}
    for number, line in enumerate(Path(path).read_text('utf-8-sig').splitlines(), 1):
        cells = tuple(line.split('\t'))
        if len(cells) != len(COLUMNS) or not all(map(str.strip, cells)):
            raise FitnessError(f'{path}, line {number}: expected {len(COLUMNS)} filled columns '
                               'with single tabs between them')
        found.setdefault(cells[0], []).append(cells)
    return found


class Family(NamedTuple):
    """Exercises whose keypoints look alike: what a network that sees nothing else can know.

    Attributes:
        name: English name; the exercise's own where it is alone.
        name_ko: Korean name.
    """

    name: str
    name_ko: str


@dataclass(frozen=True)
class Exercise:
    """One exercise of the catalogue.

    Attributes:
        index: Position in :data:`MOVEMENTS`.
        name: English name.
        name_ko: Korean name, as in the labels after NFC and stripping.
        group: ``bodyweight``, ``free weight``, ``machine``, or ``other``.
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

    @property
    def family(self) -> Family:
        """The exercises that keypoints do not tell from this one, itself among them."""
        return _FAMILY_OF.get(self.name) or Family(self.name, self.name_ko)


_TABLE = read_table()
_FAMILY_OF = {member: Family(name, name_ko) for name, name_ko, members in _FAMILIES
              for member in members}

EXERCISES: tuple[Exercise, ...] = tuple(
    Exercise(i, name, name_ko, group, range(first, last + 1), tuple(row[1] for row in _TABLE[name]),
             study_class)
    for i, (first, last, name, name_ko, group, study_class) in enumerate(_ROWS))

_OTHER_TYPES = range(EXERCISES[-1].types[-1] + 1, EXERCISES[-1].types[-1] + 33)

OTHER_MOVEMENT = Exercise(len(EXERCISES), 'other movement', '다른 동작', 'other', _OTHER_TYPES, (),
                          None)
"""What is none of the exercises: everyday movements, and exercises that the catalogue lacks. The
data set has no clips of it; generated samples may, of types that the data set does not use."""

MOVEMENTS: tuple[Exercise, ...] = (*EXERCISES, OTHER_MOVEMENT)
"""What a label can be of."""

STUDY_EXERCISES: tuple[Exercise, ...] = tuple(
    sorted((e for e in EXERCISES if e.study_class is not None), key=lambda e: e.study_class))
"""The twelve free-weight exercises of the original study, in the order of its class indices."""

CONFUSABLE_STUDY_CLASSES = (2, 3, 5)
"""Stiff-leg deadlift, barbell row and deadlift: alike in a single frame."""

QUARANTINED_TYPES = frozenset({62, 101, 109})
"""Types whose labels say that every condition holds although their description names a fault.
Good for pose and exercise, useless for conditions."""

MISLABELLED_CONDITIONS = {268: '상체 반동 없음', 307: '발과 무릎의 방향 일치'}
"""Type -> the condition that all its labels say is kept although people break it.

The types of most exercises go through the combinations of kept and broken conditions, each once.
These two repeat an earlier one (260 and 297) in the place of one that is missing, in which this
condition too is broken. Networks that had not seen these people judge it broken in 21 of 34 and 26
of 33.
"""

RENUMBERED_TYPES = {
    ('Day03_200923_F', '2-1-15-Z4'): {range(313, 329): 16},
    ('Day03_200923_F', '2-1-16-Z4'): {range(329, 345): 16, range(345, 361): -32},
    ('Day03_200923_F', '2-1-13-Z5'): {range(254, 267): -1},
    ('Day15_201015_F', '2-1-14-Z52'): {range(289, 300): -1},
    ('Day25_201027_F', '2-1-14-Z105'): {range(301, 313): -1},
}
"""Day and clip name behind the type -> numbers of types, and what to add for the types shown.

Z4's lunges were recorded before the squats and numbered as if after them; the others did one type
twice. Networks that had not seen these people judge, by keypoints, 55 % of the conditions as
labelled and 91 % as renumbered of Z4, 50 % and 86 % of the others.
"""

NUM_TYPES = MOVEMENTS[-1].types[-1]

_EXERCISE_OF_TYPE = {t: e for e in MOVEMENTS for t in e.types}


# The labels spell these fragments in both ways, sometimes within one exercise.
_SPELLINGS = (('이완 시', '이완시'), ('수축 시', '수축시'), ('척추의 중립', '척추 중립'))


def normalise(text: str) -> str:
    """A name from a label, in NFC and without surrounding blanks."""
    return unicodedata.normalize('NFC', text).strip()


def _name_key(name: str) -> str:
    """A name without what lists on a command line cannot hold and people type otherwise."""
    return re.sub(r'[\s_-]+', '', normalise(name)).lower()


_EXERCISE_OF_NAME = {_name_key(name): e for e in MOVEMENTS for name in (e.name, e.name_ko)}


def shown_type(day: str, clip: str) -> int:
    """The type that a clip shows, such as ``004-1-1-01-Z3``: nearly always the one in its name."""
    code, _, rest = clip.partition('-')
    for numbers, shift in RENUMBERED_TYPES.get((day, rest), {}).items():
        if int(code) in numbers:
            return int(code) + shift
    return int(code)


def exercise_of_type(type_number: int) -> Exercise:
    """The exercise that a type belongs to.

    Raises:
        KeyError: If there is no such type.
    """
    return _EXERCISE_OF_TYPE[type_number]


def exercise_by_name(name: str) -> Exercise:
    """The exercise with an English or Korean name; blanks, hyphens and capitals do not matter.

    Raises:
        ArgumentError: If there is none; the message has the nearest names.
    """
    try:
        return _EXERCISE_OF_NAME[_name_key(name)]
    except KeyError:
        asked = normalise(name).lower()
        near = [known for e in EXERCISES for known in (e.name, e.name_ko) if any(
            get_close_matches(word, known.split(), 1, 0.75) for word in asked.split())]
        listed = ', '.join(get_close_matches(asked, near, 3, 0) or [e.name for e in EXERCISES])
        raise ArgumentError(f'no exercise is called {name!r}; the '
                            f'{"nearest are" if near else "catalogue has"}: {listed}') from None


def families_of(classes: Sequence[str]) -> tuple[str, ...]:
    """English names of the families of classes; one that is no exercise is its own family."""
    return tuple(_FAMILY_OF[name].name if name in _FAMILY_OF else name for name in classes)


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
