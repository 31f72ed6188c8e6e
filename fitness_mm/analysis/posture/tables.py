"""Posture judgement in tables, as Markdown for people and as CSV for programs."""

from __future__ import annotations

from collections.abc import Sequence

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.errors import ArgumentError
from fitness_mm.posture.calibration import PostureCalibration
from fitness_mm.posture.calibration_fit import AbstainRule
from fitness_mm.tables import markdown_table, number

from .abstaining import Calibrated
from .compare import Comparison

_OVERALL = {
    'samples': 'rows', 'exercise_top1': 'exercise top-1', 'micro_acc': 'micro acc',
    'exact_match': 'exact match', 'hamming_loss': 'Hamming loss',
    'micro_acc_predicted': 'micro acc, predicted ex.',
    'exact_match_predicted': 'exact match, predicted ex.',
    'majority_micro_acc': 'majority micro acc', 'majority_exact_match': 'majority exact match',
    'coin_exact_match': 'coin exact match'}
_CONDITION = ('acc', 'majority_acc', 'balanced_acc', 'f1', 'auroc')
_MEASURES = {
    'exercise_top1': 'exercise top-1', 'micro_acc': 'micro acc', 'exact_match': 'exact match',
    'micro_acc_predicted': 'micro acc, predicted exercise',
    'exact_match_predicted': 'exact match, predicted exercise'}
_WEAKEST = 5


def overall_rows(report: dict) -> list[dict[str, object]]:
    """All clip-views, clips with fused views, and every view and performer; one row each.

    Args:
        report: What :func:`~fitness_mm.posture.measures.posture_report` returns.
    """
    parts = {'all clip-views': report}
    if report['fused'] is not None:
        parts['clips, views fused'] = report['fused']
    parts |= {f'view {view}': part for view, part in report['per_view'].items()}
    parts |= {f'performer Z{number}': report['per_performer'][number]
              for number in sorted(report['per_performer'], key=int)}
    return [{'part': name, **{key: part[key] for key in _OVERALL}}
            for name, part in parts.items()]


def condition_rows(report: dict, calibration: PostureCalibration) -> list[dict[str, object]]:
    """One row a condition, in the network's order, with names in both languages.

    Args:
        report: What :func:`~fitness_mm.posture.measures.posture_report` returns.
        calibration: Made from the same records.
    """
    known = [c for group in calibration.condition_reliability for c in group]
    return [{
        **_names(measures['exercise'], measures['condition']),
        'kept_clips': reliability.kept, 'broken_clips': reliability.broken,
        'kept_clip_views': measures['kept'], 'broken_clip_views': measures['broken'],
        **{key: measures[key] for key in _CONDITION},
        'calibrated_balanced_acc': reliability.balanced_acc,
        'cautious_acc': reliability.cautious_acc, 'judged': reliability.judged,
    } for measures, reliability in zip(report['per_condition'], known, strict=True)]


def posture_markdown(report: dict, calibration: PostureCalibration, rule: AbstainRule,
                     abstaining: Calibrated | None, comparison: Comparison | None = None) -> str:
    """The report for people.

    Args:
        report: Measures of the records.
        calibration: Made from the same records.
        rule: Which conditions the calibration judges.
        abstaining: What calibration does for people it was not fitted to; None if not known.
        comparison: With a second set of records, if there is one.
    """
    rows = condition_rows(report, calibration)
    parts = ['# Posture judgement', _overall(report), '## Calibration and keeping silent',
             _calibration(calibration, rule, abstaining), _weak(rows, rule),
             '## Conditions', _conditions(rows)]
    if comparison is not None:
        parts[2:2] = ['## Compared', _comparison(comparison)]
    return '\n\n'.join(parts) + '\n'


def _overall(report: dict) -> str:
    rows = [[row['part'], *(number(row[key]) for key in _OVERALL)]
            for row in overall_rows(report)]
    return '\n\n'.join([
        markdown_table(['', *_OVERALL.values()], rows),
        f"{report['judgements']} judgements of conditions. Means over conditions: balanced "
        f"accuracy {number(report['balanced_acc'])}, F1 of the fault {number(report['f1'])}, "
        f"AUROC {number(report['auroc'])}.",
        'Given the true exercise, unless the column says otherwise; given the predicted one, a '
        'clip whose exercise is not recognised is wrong in all conditions. `majority` is the '
        'better constant answer to every condition, chosen with knowledge of the clips; a coin '
        'has a micro accuracy of 0.5.'])


def _calibration(calibration: PostureCalibration, rule: AbstainRule,
                 abstaining: Calibrated | None) -> str:
    text = (f'Temperatures: exercise {calibration.exercise_temperature:.2f}, conditions '
            f'{calibration.condition_temperature:.2f}; every condition has an offset of its own. A '
            'condition is judged if its cautious balanced accuracy, calibrated with other people, '
            f'is at least {rule.min_accuracy:g}, at least {rule.min_clips} '
            'held-out clips keep it and as many break it, and the probability is at least '
            f'{rule.band:g} from one half.')
    if abstaining is None:
        return (f'{text}\n\nAll clips are of one performer, so nothing can be said about what the '
                'calibration does for others.')
    errors = abstaining.errors()
    names = {'exercise': 'exercise', 'broken': 'conditions'}
    return '\n\n'.join([
        text,
        'For people that had no part in the calibration (fitted with each group of performers '
        'left out in turn):',
        markdown_table(['expected calibration error', 'before', 'after'],
                       [[names[key], *map(number, pair)] for key, pair in errors.items()]),
        markdown_table(
            ['judgements not withheld', 'right of these', 'faults reported', 'faults withheld',
             'false alarms among kept'],
            [[number(value) for value in (
                abstaining.judged, abstaining.judged_acc, abstaining.faults_reported,
                abstaining.faults_withheld, abstaining.false_alarms)]])])


def _weak(rows: Sequence[dict], rule: AbstainRule) -> str:
    weak = [row for row in rows if not row['judged']]
    judged = sorted((row for row in rows if row['judged']), key=lambda row: row['cautious_acc'])
    parts = []
    if weak:
        parts.append(f'Not judged, {len(weak)} of {len(rows)} conditions:')
        parts.append('\n'.join(f'- {_named(row)} – {_why(row, rule)}' for row in weak))
    if judged:
        parts.append(f'The weakest of the {len(judged)} that are judged:')
        parts.append('\n'.join(f'- {_named(row)} – {_accuracies(row)}'
                               for row in judged[:_WEAKEST]))
    return '\n\n'.join(parts)


def _named(row: dict) -> str:
    english = row['condition_en']
    condition = f"{english} ({row['condition_ko']})" if english else row['condition_ko']
    return f"{row['exercise']} ({row['exercise_ko']}): {condition}"


def _why(row: dict, rule: AbstainRule) -> str:
    if min(row['kept_clips'], row['broken_clips']) < rule.min_clips:
        return f"{row['kept_clips']} clips keep it and {row['broken_clips']} break it"
    return _accuracies(row)


def _accuracies(row: dict) -> str:
    return (f"calibrated balanced accuracy {row['calibrated_balanced_acc']:.2f}, cautiously "
            f"{row['cautious_acc']:.2f}, of {row['kept_clips'] + row['broken_clips']} clips")


def _conditions(rows: Sequence[dict]) -> str:
    heads = ['exercise', 'condition', 'kept / broken', 'acc', 'majority', 'balanced acc', 'F1',
             'AUROC', 'calibrated balanced acc', 'judged']
    return '\n\n'.join([
        markdown_table(heads, [[
            f"{row['exercise']}<br>{row['exercise_ko']}",
            '<br>'.join(filter(None, (row['condition_en'], row['condition_ko']))),
            f"{row['kept_clip_views']} / {row['broken_clip_views']}",
            *(number(row[key]) for key in (*_CONDITION, 'calibrated_balanced_acc')),
            'yes' if row['judged'] else '**no**']
            for row in rows]),
        'Counts are clip-views. F1 and AUROC take the fault as the positive class.'])


def _comparison(comparison: Comparison) -> str:
    rows = [[_MEASURES[name], f'{d.first:.4f}', f'{d.second:.4f}', f'{d.change.value:+.4f}',
             f'{d.change.low:+.4f} to {d.change.high:+.4f}']
            for name, d in comparison.differences.items()]
    change = next(iter(comparison.differences.values())).change
    left_out = (f' {comparison.left_out} clip-views that only one set has are left out.'
                if comparison.left_out else '')
    return '\n\n'.join([
        markdown_table(['', 'first', 'second', 'second - first', '95 % interval'], rows),
        f'On {len(comparison.first)} clip-views.{left_out} Bootstrap over {change.resampled}, '
        f'paired by clip-view; {change.performers} performers.'])


def _names(exercise: str, condition: str) -> dict[str, str]:
    """Names in both languages; an exercise that is not in the catalogue keeps its own."""
    try:
        known = exercise_by_name(exercise)
    except ArgumentError:
        return {'exercise': exercise, 'exercise_ko': exercise, 'condition_ko': condition,
                'condition_en': ''}
    english = {c.name_ko: c.name_en for c in conditions_of([known])}
    return {'exercise': exercise, 'exercise_ko': known.name_ko, 'condition_ko': condition,
            'condition_en': english.get(condition, '')}
