"""The report on posture judgement for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fitness_mm.analysis.study.bootstrap import FEWEST_PERFORMERS
from fitness_mm.posture.calibration_fit import AbstainRule
from fitness_mm.posture.naming import NAMED_SHARE
from fitness_mm.posture.records import PostureRecords
from fitness_mm.tables import markdown_table, number

from .compare import Comparison
from .judged import Judged
from .label_noise import FEWEST_PEOPLE, TypeVerdicts, error_shares
from .numbering import MisnumberedRun
from .tables import CONDITION, MAIN, OVERALL, condition_rows, main_rows, overall_rows, type_rows

_WEAKEST = 5
_STRONGEST = 20


def posture_markdown(records: PostureRecords, report: dict, found: Sequence[Judged],
                     rule: AbstainRule, types: TypeVerdicts | None = None,
                     runs: Sequence[MisnumberedRun] = (), comparison: Comparison | None = None,
                     at_once: bool = False,
                     in_folds: Mapping[str, Sequence[float]] = MappingProxyType({})) -> str:
    """The report.

    Args:
        records: What it is about.
        report: Measures of the records.
        found: What one view says, and what all views say.
        rule: Which conditions the calibrations judge.
        types: What people who did the same type are judged; None if types are not known.
        runs: Clips that agree with the labels of the types beside them.
        comparison: With a second set of records, if there is one.
        at_once: Whether what all views say is of another test, which saw them at once.
        in_folds: The mean AUROC of each fold by itself, by what was seen.
    """
    at_once = at_once or records.whole_clips
    rows = [row for row in condition_rows(found) if row['kept_rows'] + row['broken_rows']]
    parts = ['# Posture judgement', _main(records, found, at_once, in_folds),
             _overall(overall_rows(report, found[1].measures if at_once and found[1:] else None),
                      report)]
    if comparison is not None:
        parts += ['## Compared', _comparison(comparison)]
    parts += ['## Calibration and keeping silent', _calibration(found, rule),
              '## Which conditions are judged', _judged(found, rows, rule)]
    if types is not None:
        parts += ['## How much of the error comes with the type', _types(records, types)]
    if runs:
        parts += ['## Clips that look numbered wrong', _runs(runs)]
    parts += ['## Conditions', _conditions(found, rows)]
    return '\n\n'.join(parts) + '\n'


def _main(records: PostureRecords, found: Sequence[Judged], at_once: bool,
          in_folds: Mapping[str, Sequence[float]]) -> str:
    rows = main_rows(found)
    sources = [one.source for one in found]
    table = markdown_table(
        ['', *(head for source in sources for head in (
            f'from {source}', '95 % interval', 'constant answer'))],
        [[label, *(cell for row in rows if row['measure'] == name for cell in (
            number(row['value']), _range(row['low'], row['high']), number(row['constant'])))]
         for name, label in MAIN.items()])
    about = (f'{len(records)} {records.unit} of {len(set(records.performer.tolist()))} performers. '
             'A family is of exercises that keypoints do not tell apart, such as barbell and '
             'dumbbell curl. ')
    if records.whole_clips:
        about += 'Each row is a clip, all views of which the network saw at once.'
    elif len(found) > 1:
        about += ('All views: seen by the network at once.' if at_once else
                  "All views: the mean of the logits of a clip's views.")
    about += (' Intervals: bootstrap over performers, each with all of his clips.'
              if any(one.intervals for one in found) else
              f' Of fewer than {FEWEST_PERFORMERS} performers there are no intervals: they would '
              'say nothing about other people.')
    for source, aurocs in in_folds.items():
        if aurocs:
            about += (f' Mean AUROC within each fold, from {source}: '
                      f'{number(sum(aurocs) / len(aurocs))} on average '
                      f'({number(min(aurocs))} to {number(max(aurocs))}); of all folds together '
                      "several networks' scores are ranked as one.")
    return f'{table}\n\n{about}'


def _range(low: float | None, high: float | None) -> str:
    return '–' if low is None else f'{number(low)} to {number(high)}'


def _overall(rows: Sequence[dict], report: dict) -> str:
    return '\n\n'.join([
        markdown_table(['', *OVERALL.values()], [
            [row['part'], *(number(row[key]) for key in OVERALL)] for row in rows]),
        f"{report['judgements']} judgements of conditions. Means over conditions: balanced "
        f"accuracy {number(report['balanced_acc'])}, F1 of the fault {number(report['f1'])}, "
        f"AUROC {number(report['auroc'])}.",
        'Given the true exercise, unless the column says otherwise; given the predicted one, a '
        'clip whose exercise is not recognised is wrong in all conditions. `majority` is the '
        'better constant answer to every condition, chosen with knowledge of the clips; a coin '
        'has a micro accuracy of 0.5.'])


def _calibration(found: Sequence[Judged], rule: AbstainRule) -> str:
    text = ('; '.join(f'From {one.source}, temperatures: exercise '
                      f'{one.calibration.exercise_temperature:.2f}, conditions '
                      f'{one.calibration.condition_temperature:.2f}' for one in found)
            + '. Every condition has an offset of its own. A '
            'condition is judged if its cautious balanced accuracy, calibrated with other people, '
            f'is at least {rule.min_accuracy:g}, at least {rule.min_clips} '
            'held-out clips keep it and as many break it, and the probability is at least '
            f'{rule.band:g} from one half.')
    known = [(one.source, one.abstaining) for one in found if one.abstaining is not None]
    if not known:
        return (f'{text}\n\nAll clips are of one performer, so nothing can be said about what the '
                'calibration does for others.')
    errors = {'exercise': 'exercise', 'broken': 'conditions'}
    return '\n\n'.join([
        text,
        'For people that had no part in the calibration (fitted with each group of performers '
        'left out in turn):',
        markdown_table(['expected calibration error', 'before', 'after'],
                       [[f'{name}, from {source}', *map(number, some.errors()[key])]
                        for source, some in known for key, name in errors.items()]),
        markdown_table(
            ['', 'judgements not withheld', 'right of these', 'faults reported',
             'faults withheld', 'false alarms among kept'],
            [[f'from {source}', *(number(value) for value in (
                some.judged, some.judged_acc, some.faults_reported, some.faults_withheld,
                some.false_alarms))] for source, some in known]),
        markdown_table(
            ['the exercise is called', *(
                f'{head}, from {source}' for source, _ in known for head in ('share', 'right'))],
            [[how, *(number(value) for _, some in known for value in some.called[how])]
             for how in known[0][1].called]),
        f'By its own name, if that has at least {NAMED_SHARE:g} of its family\'s probability.'])


def _judged(found: Sequence[Judged], rows: Sequence[dict], rule: AbstainRule) -> str:
    by_name: dict[str, dict[str, dict]] = {}
    for row in rows:
        by_name.setdefault(_named(row), {})[row['from']] = row
    parts = []
    for one in found:
        some = [row for row in rows if row['from'] == one.source]
        judged = sorted((row for row in some if row['judged']),
                        key=lambda row: row['cautious_acc'])
        text = f'From {one.source} {len(judged)} of {len(some)} conditions are judged'
        if judged:
            text += ', the weakest of them:\n\n' + '\n'.join(
                f'- {_named(row)} – {_accuracies(row)}' for row in judged[:_WEAKEST])
        parts.append(text if judged else f'{text}.')
    silent = {name: of for name, of in by_name.items()
              if not all(row['judged'] for row in of.values())}
    if silent:
        parts += ['Not judged:', markdown_table(
            ['condition', *(f'from {one.source}' for one in found)],
            [[name, *('judged' if row['judged'] else f'**no**: {_why(row, rule)}'
                      for one in found for row in [of[one.source]])]
             for name, of in silent.items()])]
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


def _types(records: PostureRecords, types: TypeVerdicts) -> str:
    shares = error_shares(types)
    chance = [shares.all_by_chance, shares.most_by_chance,
              shares.wrong - shares.all_by_chance - shares.most_by_chance]
    counts = [shares.all_against, shares.most_against,
              shares.wrong - shares.all_against - shares.most_against]
    strongest = type_rows(records, types, types.contradicted[:_STRONGEST])
    parts = [
        'Everybody who does a type is given the same truth. Of the conditions that are judged '
        f'at all, {len(types.people)} in {len(set(types.type_number.tolist()))} types that at '
        f'least {FEWEST_PEOPLE} people do; one judgement a person: {shares.judgements}, of which '
        f'{shares.wrong} are against the label.',
        markdown_table(
            ['of the judgements against the label', 'number', 'share', 'by chance'],
            [[name, count, number(count / max(shares.wrong, 1)), f'{expected:.1f}']
             for name, count, expected in zip(
                 ('all people of the type', 'most of them', 'half of them or fewer'), counts,
                 chance, strict=True)]),
        f'`By chance`: if the same errors fell on people regardless of the type. What is above it '
        f'in the first two rows, {shares.of_types:.0f} judgements or '
        f'{number(shares.of_types / max(shares.wrong, 1))} of all that are against the label, '
        'comes with the type: its label is wrong, its people were told something else, or it '
        'looks like another one to the network. The rest differs from one person to the next: the '
        'network errs, or they did not do what the type asks.']
    if strongest:
        parts += ['The strongest contradictions:', markdown_table(
            ['type', 'condition', 'label', 'judged kept', 'mean probability of the label',
             'by chance'],
            [[row['type'], _named(row), row['label'], f"{row['judged_kept']} of {row['people']}",
              number(row['probability_of_label']), f"{row['by_chance']:.1g}"]
             for row in strongest]),
            '`By chance`: the probability that as many people are judged against it if that '
            'happens to everyone as often as for this condition and label in all types.']
    return '\n\n'.join(parts)


def _runs(runs: Sequence[MisnumberedRun]) -> str:
    return '\n\n'.join([
        markdown_table(
            ['from clip', 'to clip', 'clips', 'show the type', 'conditions', 'right as labelled',
             'right as shifted', 'logarithm of the odds'],
            [[run.clips[0], run.clips[-1], len(run.clips), f'{run.shift:+d}', run.judgements,
              run.right, run.right_shifted, f'{run.gain:.0f}'] for run in runs]),
        'Clips of one person in a row that are judged as the types beside theirs are labelled, as '
        'happens if one was recorded twice or left out. Look at them before you train on them.'])


def _conditions(found: Sequence[Judged], rows: Sequence[dict]) -> str:
    heads = ['exercise', 'condition', 'kept / broken', 'acc', 'majority', 'balanced acc', 'F1',
             'AUROC', 'calibrated balanced acc', 'judged']
    parts = []
    for one in found:
        views = list(one.auroc_of_view)
        some = [row for row in rows if row['from'] == one.source]
        parts += [f'### From {one.source}', markdown_table(
            [*heads, *(f'AUROC {view}' for view in views)], [[
                f"{row['exercise']}<br>{row['exercise_ko']}",
                '<br>'.join(filter(None, (row['condition_en'], row['condition_ko']))),
                f"{row['kept_rows']} / {row['broken_rows']}",
                *(number(row[key]) for key in (*CONDITION, 'calibrated_balanced_acc')),
                'yes' if row['judged'] else '**no**',
                *(number(row[f'auroc_{view}']) for view in views)] for row in some])]
    unseen = len(found[0].measures['per_condition']) - len(rows) // len(found)
    left_out = f' {unseen} conditions that no clip is about are left out.' if unseen else ''
    return '\n\n'.join([
        *parts, 'F1 and AUROC take the fault as the positive class; AUROC A is that of view A '
        f'alone, and so on.{left_out}'])


def _comparison(comparison: Comparison) -> str:
    rows = [[MAIN[name], f'{d.first:.4f}', f'{d.second:.4f}', f'{d.change.value:+.4f}',
             f'{d.change.low:+.4f} to {d.change.high:+.4f}']
            for name, d in comparison.differences.items()]
    change = next(iter(comparison.differences.values())).change
    unit = comparison.first.unit
    left_out = (f' {comparison.left_out} {unit} that only one set has are left out.'
                if comparison.left_out else '')
    return '\n\n'.join([
        markdown_table(['', 'first', 'second', 'second - first', '95 % interval'], rows),
        f'On {len(comparison.first)} {unit}.{left_out} Bootstrap over {change.resampled}, '
        f'paired by {unit[:-1]}; {change.performers} performers.'])
