"""Posture judgement in rows with full precision."""

from __future__ import annotations

from collections.abc import Sequence

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.errors import ArgumentError
from fitness_mm.posture.records import PostureRecords

from .judged import Judged
from .label_noise import TypeVerdicts

OVERALL = {
    'samples': 'rows', 'exercise_top1': 'exercise top-1', 'family_top1': 'family top-1',
    'micro_acc': 'micro acc', 'exact_match': 'exact match', 'hamming_loss': 'Hamming loss',
    'micro_acc_predicted': 'micro acc, predicted ex.',
    'exact_match_predicted': 'exact match, predicted ex.',
    'majority_micro_acc': 'majority micro acc', 'majority_exact_match': 'majority exact match',
    'coin_exact_match': 'coin exact match'}
CONDITION = ('acc', 'majority_acc', 'balanced_acc', 'f1', 'auroc')
MAIN = {
    'exercise_top1': 'exercise top-1', 'family_top1': 'family top-1', 'micro_acc': 'micro acc',
    'exact_match': 'exact match', 'auroc': 'mean AUROC',
    'micro_acc_predicted': 'micro acc, predicted exercise',
    'exact_match_predicted': 'exact match, predicted exercise'}
CONSTANT = {'micro_acc': 'majority_micro_acc', 'exact_match': 'majority_exact_match'}
"""What the better constant answer reaches."""
_AT_ONCE = 'all clips, views seen at once'


def overall_rows(report: dict, at_once: dict | None = None) -> list[dict[str, object]]:
    """All clip-views, clips with fused views, and every view and performer; one row each.

    Args:
        report: What :func:`~fitness_mm.posture.measures.posture_report` returns.
        at_once: Measures of the clips when their views are seen at once, if they are known too.
    """
    parts = {'all clip-views' if report['unit'] == 'clip-views' else _AT_ONCE: report}
    if report['fused'] is not None:
        parts['clips, views fused'] = report['fused']
    if at_once is not None:
        parts[_AT_ONCE] = at_once
    parts |= {f'view {view}': part for view, part in report['per_view'].items()}
    parts |= {f'performer Z{number}': report['per_performer'][number]
              for number in sorted(report['per_performer'], key=int)}
    return [{'part': name, **{key: part[key] for key in OVERALL}}
            for name, part in parts.items()]


def main_rows(found: Sequence[Judged]) -> list[dict[str, object]]:
    """The main measures with their intervals, and what the better constant answer reaches."""
    return [{
        'from': one.source, 'measure': name, 'value': one.measures[name],
        'low': interval and interval.low, 'high': interval and interval.high,
        'constant': one.measures.get(CONSTANT.get(name)),
    } for one in found for name in MAIN for interval in [one.intervals.get(name)]]


def condition_rows(found: Sequence[Judged]) -> list[dict[str, object]]:
    """One row a condition and source, in the network's order, with names in both languages."""
    views = sorted({view for one in found for view in one.auroc_of_view})
    return [{
        'from': one.source, **condition_names(measures['exercise'], measures['condition']),
        'kept_clips': known.kept, 'broken_clips': known.broken,
        'kept_rows': measures['kept'], 'broken_rows': measures['broken'],
        **{key: measures[key] for key in CONDITION},
        **{f'auroc_{view}': one.auroc_of_view[view][p] if view in one.auroc_of_view else None
           for view in views},
        'calibrated_balanced_acc': known.balanced_acc,
        'cautious_acc': known.cautious_acc, 'judged': known.judged,
    } for one in found for p, (measures, known) in enumerate(zip(
        one.measures['per_condition'],
        [c for group in one.calibration.condition_reliability for c in group], strict=True))]


def type_rows(records: PostureRecords, found: TypeVerdicts,
              rows: Sequence[int]) -> list[dict[str, object]]:
    """Conditions of types, each with what its people's clips say.

    Args:
        records: Which name exercises and conditions.
        found: What people's clips say.
        rows: Which of it.
    """
    names = [condition_names(exercise, name) for exercise, conditions in zip(
        records.classes, records.condition_names, strict=True) for name in conditions]
    chance = found.chance
    return [{
        'type': f'{found.type_number[k]:03d}', **names[found.position[k]],
        'label': 'kept' if found.kept[k] else 'broken', 'people': int(found.people[k]),
        'judged_kept': int(found.judged_kept[k]), 'against': int(found.against[k]),
        'probability_of_label': float(found.probability[k]), 'by_chance': float(chance[k])}
        for k in rows]


def condition_names(exercise: str, condition: str) -> dict[str, str]:
    """Names in both languages; an exercise that is not in the catalogue keeps its own."""
    try:
        known = exercise_by_name(exercise)
    except ArgumentError:
        return {'exercise': exercise, 'exercise_ko': exercise, 'condition_ko': condition,
                'condition_en': ''}
    english = {c.name_ko: c.name_en for c in conditions_of([known])}
    return {'exercise': exercise, 'exercise_ko': known.name_ko, 'condition_ko': condition,
            'condition_en': english.get(condition, '')}
