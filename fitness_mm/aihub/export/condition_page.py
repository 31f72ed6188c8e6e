"""All posture conditions with their advice as a page to read, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from fitness_mm.aihub.conditions import Condition
from fitness_mm.errors import ArgumentError
from fitness_mm.keypoints.joint_names import LANGUAGES, joint_names
from fitness_mm.tables import markdown_table

_INTRODUCTION = {
    'ko': ('자세 조건과 조언',
           '운동마다 살펴보는 자세 조건과, 그 조건이 지켜지지 않았을 때 드리는 조언입니다. '
           '조건 이름은 AI Hub 피트니스 자세 데이터의 표기를 그대로 따릅니다. '
           '필요한 부위가 영상에 보이지 않으면 그 조건은 판정하지 않습니다.'),
    'en': ('Posture conditions and advice',
           'What is looked at in each exercise, and what a person is told who broke a condition. '
           'A condition is not judged unless the joints it takes are seen.'),
}
_HEADINGS = {'ko': ('조건', '조언', '필요한 부위'), 'en': ('condition', 'advice', 'joints')}


def condition_page(conditions: Sequence[Condition], language: str) -> str:
    """The page, a section per exercise.

    Args:
        conditions: In the order to show, those of one exercise together.
        language: One of :data:`fitness_mm.keypoints.joint_names.LANGUAGES`.

    Raises:
        ArgumentError: If there is no such language.
    """
    if language not in LANGUAGES:
        raise ArgumentError(f'language is {language!r}, expected one of {LANGUAGES}')
    korean = language == 'ko'
    sections = []
    for exercise, group in groupby(conditions, lambda condition: condition.exercise):
        names = (exercise.name_ko, exercise.name)
        title = '{} ({})'.format(*(names if korean else reversed(names)))
        sections.append(f'## {title}\n\n' + markdown_table(_HEADINGS[language], (
            (c.name_ko if korean else c.name_en, c.advice_ko if korean else c.advice_en,
             joint_names(c.joints, language)) for c in group)))
    title, text = _INTRODUCTION[language]
    return '\n\n'.join([f'# {title}', text, *sections]) + '\n'
