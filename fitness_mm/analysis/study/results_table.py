"""Models side by side: the original study's table and more, as Markdown and CSV."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fitness_mm.errors import FitnessError
from fitness_mm.tables import csv_table, markdown_table, number

from .bootstrap import FEWEST_PERFORMERS, Difference, paired_difference
from .results import ModelCost, ModelResult, confusable_rows

_DIFFERENCE_COLUMNS = ('first', 'second', 'on', 'difference', 'low', 'high', 'resampled',
                       'performers')


def result_rows(results: Sequence[ModelResult],
                costs: Sequence[ModelCost | None]) -> list[dict[str, object]]:
    """One row a model, with full precision; None where a number is not known."""
    views = sorted({view for result in results for view in result.report.get('per_view', {})})
    return [{
        'model': result.name,
        'train_acc': result.train_accuracy,
        'valid_acc': result.report['top1'],
        'family_acc': result.report['family_top1'],
        'macro_f1': result.report['macro_f1'],
        'confusable_acc': result.confusable,
        **{f'view_{view}': result.report.get('per_view', {}).get(view) for view in views},
        'parameters': cost and cost.parameters,
        'macs_per_clip': cost and cost.macs,
        'clips_per_sec': cost and cost.clips_per_sec,
        'device': cost and cost.device,
    } for result, cost in zip(results, costs, strict=True)]


def differences(results: Sequence[ModelResult]) -> list[tuple[str, str, str, Difference]]:
    """Every two models: (first, second, on which clips, accuracy of first minus second).

    Raises:
        FitnessError: If they were not tested on the same clip-views.
    """
    found = []
    for i, first in enumerate(results):
        for second in results[i + 1:]:
            pair = _paired(first, second)
            records = first.records
            for name, rows in (('all', np.ones(len(records), bool)),
                               ('confusable', confusable_rows(records))):
                if rows.any():
                    found.append((first.name, second.name, name, paired_difference(
                        pair[0][rows], pair[1][rows], records.clip[rows],
                        records.performer[rows])))
    return found


def markdown(rows: Sequence[dict], found: Sequence[tuple[str, str, str, Difference]],
             samples: str, baseline: str) -> str:
    """The tables for people: accuracy, cost, and differences to one model.

    Args:
        rows: Those of :func:`result_rows`.
        found: Those of :func:`differences`.
        samples: How many clip-views or clips are held out.
        baseline: The model that the others are compared with.
    """
    views = [key for key in rows[0] if key.startswith('view_')]
    heads = ['model', 'train acc', 'valid acc', 'family acc', 'macro-F1', 'confusable three',
             *(f'view {key[5:]}' for key in views)]
    keys = ['train_acc', 'valid_acc', 'family_acc', 'macro_f1', 'confusable_acc', *views]
    shares = [[row['model'], *(number(row[key], 4) for key in keys)] for row in rows]
    parts = [markdown_table(heads, shares),
             f'Held out: {samples}. `train acc` is that of the final weights on the '
             'training part, without augmentation. `family acc` takes barbell and dumbbell '
             'variants of one exercise for one. `confusable three` is the accuracy on clips of '
             'stiff-leg deadlift, barbell row and deadlift.']
    measured = [row for row in rows if row['parameters'] is not None]
    if measured:
        parts += [markdown_table(
            ['model', 'parameters, M', 'GMAC per clip', 'clips/s'],
            [[row['model'], f"{row['parameters'] / 1e6:.2f}", f"{row['macs_per_clip'] / 1e9:.3f}",
              f"{row['clips_per_sec']:.1f}"] for row in measured]),
            f"Clips/s: batches of 8 in memory, on {measured[0]['device']}."]
    compared = [_towards(baseline, *entry) for entry in found if baseline in entry[:2]]
    if compared:
        parts += [markdown_table(
            [f'compared with {baseline}', 'clips', 'accuracy difference', '95 % interval'],
            [[name, on, f'{d.value:+.4f}', f'{d.low:+.4f} to {d.high:+.4f}']
             for name, on, d in compared]), _about(compared[0][2])]
    return '\n\n'.join(parts) + '\n'


def differences_csv(found: Sequence[tuple[str, str, str, Difference]]) -> str:
    """All pairs of models for programs."""
    return csv_table(_DIFFERENCE_COLUMNS, [
        [first, second, on, d.value, d.low, d.high, d.resampled, d.performers]
        for first, second, on, d in found])


def _paired(first: ModelResult, second: ModelResult) -> tuple[np.ndarray, np.ndarray]:
    """Whether each is right on the clip-views of the first, in their order."""
    rows = second.records.rows_of(first.records)
    if rows is None or (rows < 0).any() or len(rows) < len(second.records):
        raise FitnessError(f'{first.name} and {second.name} were not tested on the same '
                           'clip-views, or do not say on which; test them again with the same '
                           "data, and 'clip', 'view' and 'performer' in the meta_keys of "
                           'PackActionInputs')
    return first.correct, second.correct[rows]


def _towards(baseline: str, first: str, second: str, on: str,
             d: Difference) -> tuple[str, str, Difference]:
    """The other model and how much better than the baseline it is."""
    if second == baseline:
        return first, on, d
    # 0 - x, for -x would make 0 negative
    return second, on, Difference(0 - d.value, 0 - d.high, 0 - d.low, d.resampled, d.performers)


def _about(d: Difference) -> str:
    if d.resampled == 'performers':
        return (f'Bootstrap over the {d.performers} held-out performers and their clips, paired by '
                'clip-view.')
    return (f'Bootstrap over clips, paired by clip-view. Held-out performers: {d.performers}. '
            f'With fewer than {FEWEST_PERFORMERS} the intervals are about other clips of the same '
            'people and say nothing about other people.')
