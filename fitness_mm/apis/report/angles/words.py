"""What is said of angles and distances, in both languages."""

from __future__ import annotations

import numpy as np

from fitness_mm.apis.report.sentences import Sentence
from fitness_mm.posture.angles import DEGREES, Measure
from fitness_mm.posture.kept_ranges import HIGHEST, LOWEST, MEDIAN, RANGE, KeptRange
from fitness_mm.posture.views import FRONT, OBLIQUE, SIDE

_HOW_MUCH = {LOWEST: Sentence('최소', 'down to'), HIGHEST: Sentence('최대', 'up to'),
             MEDIAN: Sentence('보통', 'mostly'), RANGE: Sentence('변화 폭', 'changing by')}

_FROM = {FRONT: Sentence('앞이나 뒤에서', 'the front or the rear'),
         OBLIQUE: Sentence('비스듬한 쪽에서', 'an oblique angle'),
         SIDE: Sentence('옆에서', 'the side')}


def measured(known: KeptRange, value: float) -> Sentence:
    """What was measured, beside what kept repetitions have of it."""
    share, ko, en = (1, '도', '°') if known.of.unit == DEGREES else (100, '%', ' %')
    low, high = (f'{share * border:.0f}' for border in (known.low, known.high))
    how, what = _HOW_MUCH[known.statistic], amount(value, known.of.unit)
    off = f' ±{np.ceil(known.error):.0f}°' if known.of.unit == DEGREES else ''
    return Sentence(
        f'{known.of.name_ko}: {how.ko} {what.ko}{off} '
        f'(자세를 지킨 반복: {low}~{high}{ko})',
        f'{known.measure}: {how.en} {what.en}{off} '
        f'(kept repetitions: {low} to {high}{en})')


_STATISTICS = {LOWEST: Sentence('최솟값', 'lowest'), HIGHEST: Sentence('최댓값', 'highest'),
               MEDIAN: Sentence('중앙값', 'median')}


def curve_name(measure: Measure, statistic: str) -> Sentence:
    """A measure, and what of it the range of kept repetitions is of, '' for none."""
    if not statistic:
        return Sentence(measure.name_ko, measure.name)
    which = _STATISTICS[statistic]
    return Sentence(f'{measure.name_ko} (초록: 자세를 지킨 반복의 {which.ko})',
                    f'{measure.name} (green: its {which.en} in kept repetitions)')


def amount(value: float, unit: str) -> Sentence:
    """An angle in degrees, or a distance in shares of the trunk's length."""
    if unit == DEGREES:
        return Sentence(f'{value:.0f}도', f'{value:.0f}°')
    return Sentence(f'몸통의 {100 * value:.0f}%', f'{100 * value:.0f} % of the trunk')


def angles_seen_from(view: str) -> Sentence:
    """What angles are, and of whom those are that they are compared with.

    Args:
        view: One of :data:`~fitness_mm.posture.views.VIEWS`.
    """
    seen = _FROM[view]
    return Sentence(
        f'{seen.ko} 찍은 영상으로 보았어요. 각도와 거리는 화면에 보이는 대로 잰 값이에요. ±는 실제 '
        '관절 각도와의 차이로, 실제 사람의 라벨에서 이 방향으로 잰 값이에요. 함께 적은 범위는 같은 '
        '방향에서 볼 때 자세를 지킨 반복의 80%가 들어가는 범위예요.',
        f'Seen from {seen.en}. Angles and distances are those in the picture; ± is how far they '
        "are off from the joints' own from there, as measured on labels of real people. Beside "
        'them stands what eight in ten repetitions that keep the condition show from there.')
