"""How well posture conditions are judged, in the field's measures.

The positive class is the fault: a condition that is broken. A judgement is *given the true
exercise* if it is read from the conditions of the exercise that the clip shows, as a network with
one model per exercise would be tested, and *given the predicted exercise* if a clip whose exercise
is not recognised counts as wrong in all of its conditions, which is what a user gets.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from fitness_mm.clip_scores import same_family

from .records import PostureRecords

GROUPS = ('view', 'performer')


def posture_report(records: PostureRecords) -> dict:
    """All measures of some records.

    Returns:
        JSON-ready numbers, None where there is nothing to measure: ``unit``, what a row is; those
        of :func:`overall_measures` for all rows; ``per_condition`` (see
        :func:`condition_measures`); ``per_view`` and ``per_performer``, overall measures by group;
        and ``fused``, overall measures and ``per_condition`` of clips whose views' logits were
        averaged. Of rows that are clips, all views of which the network saw at once, ``per_view``
        is empty and ``fused`` None.
    """
    fused = records.fused_views()
    report = {'unit': records.unit, **overall_measures(records),
              'per_condition': condition_measures(records)}
    for name in GROUPS:
        group = getattr(records, name)
        if name == 'view' and records.whole_clips:
            group = np.full(len(records), '')
        report[f'per_{name}'] = {str(value): overall_measures(records.select(group == value))
                                 for value in np.unique(group) if value not in ('', -1)}
    report['fused'] = None if fused is None else {
        **overall_measures(fused), 'per_condition': condition_measures(fused)}
    return report


def overall_measures(records: PostureRecords) -> dict:
    """Measures over all conditions.

    Rows without any usable condition count for the exercise only.

    Returns:
        - ``samples``, rows with a usable condition, and ``judgements``, usable conditions in all;
        - ``exercise_top1``, and ``family_top1``, where exercises of one family count as one;
        - ``micro_acc``, the share of right judgements; ``exact_match``, that of rows with every
          condition right; ``hamming_loss``, the mean over rows of the share of wrong ones: all
          given the true exercise, and with ``_predicted`` behind the name given the predicted one;
        - ``balanced_acc``, ``f1`` and ``auroc``, means over the conditions for which they exist,
          given the true exercise;
        - ``coin_micro_acc`` and ``coin_exact_match``, what a coin is expected to reach, and
          ``majority_micro_acc`` and ``majority_exact_match``, the better constant answer to every
          condition, chosen with knowledge of these rows.
    """
    given = records.gt_conditions >= 0  # (N, P)
    rows = given.any(1)
    count = given[rows].sum(1)  # (R,)
    right = records.judged_right
    seen = (records.predicted == records.label)[:, None]
    majority = given & (records.gt_conditions == _majority(records.gt_conditions))
    every = condition_measures(records)

    def of(right: np.ndarray, suffix: str = '') -> dict:
        share = right[rows].sum(1) / count  # (R,)
        return {
            f'micro_acc{suffix}': _ratio(right.sum(), given.sum()),
            f'exact_match{suffix}': _mean(share == 1),
            f'hamming_loss{suffix}': _mean(1 - share),
        }

    constant = of(majority, '')
    return {
        'samples': int(rows.sum()),
        'judgements': int(given.sum()),
        'exercise_top1': _mean(records.predicted == records.label),
        'family_top1': _mean(same_family(records.classes, records.label, records.predicted)),
        **of(right),
        **of(right & seen, '_predicted'),
        **{name: _mean([c[name] for c in every if c[name] is not None])
           for name in ('balanced_acc', 'f1', 'auroc')},
        'coin_micro_acc': 0.5,
        'coin_exact_match': _mean(0.5**count),
        'majority_micro_acc': constant['micro_acc'],
        'majority_exact_match': constant['exact_match'],
    }


def condition_measures(records: PostureRecords) -> list[dict]:
    """Measures of every condition, in the records' order, given the true exercise.

    Returns:
        Per condition ``exercise`` (English), ``condition`` (Korean), ``kept`` and ``broken``, the
        numbers of rows, and ``acc``, ``majority_acc`` (of the better constant answer),
        ``balanced_acc``, ``f1`` and ``auroc``, None where a class they need has no rows.
    """
    names = [(exercise, name) for exercise, conditions in
             zip(records.classes, records.condition_names, strict=True) for name in conditions]
    return [
        {'exercise': exercise, 'condition': name,
         **_binary_measures(records.gt_conditions[given, p] == 0,
                            records.condition_logits[given, p])}
        for p, (exercise, name) in enumerate(names) for given in [records.gt_conditions[:, p] >= 0]]


def _binary_measures(broken: np.ndarray, logits: np.ndarray) -> dict:
    """Measures of one condition: what is broken, bool (N,), and logits that it is kept, (N,)."""
    called = logits <= 0
    hits, misses = int((called & broken).sum()), int((~called & broken).sum())
    false_alarms, rejections = int((called & ~broken).sum()), int((~called & ~broken).sum())
    total, both = len(broken), broken.any() and not broken.all()
    return {
        'kept': false_alarms + rejections,
        'broken': hits + misses,
        'acc': _ratio(hits + rejections, total),
        'majority_acc': _ratio(max(hits + misses, false_alarms + rejections), total),
        'balanced_acc': (hits / (hits + misses) + rejections / (rejections + false_alarms)) / 2
        if both else None,
        'f1': 2 * hits / (2 * hits + misses + false_alarms) if broken.any() else None,
        'auroc': auroc(broken, -logits) if both else None,
    }


def auroc(positive: np.ndarray, scores: np.ndarray) -> float:
    """Area under the receiver operating characteristic, by Mann and Whitney's statistic.

    A twentieth of the time that scikit-learn's takes.

    Args:
        positive: bool (N,), of both kinds.
        scores: Higher where it is rather positive, (N,).
    """
    count = int(positive.sum())
    rank_sum = rankdata(scores)[positive].sum()
    return float((rank_sum - count * (count + 1) / 2) / (count * (len(scores) - count)))


def _majority(truth: np.ndarray) -> np.ndarray:
    """The more frequent value of every condition, (P,)."""
    return ((truth == 1).sum(0) >= (truth == 0).sum(0)).astype(int)


def _ratio(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None


def _mean(values: np.ndarray | list[float]) -> float | None:
    return float(np.mean(values)) if len(values) else None
