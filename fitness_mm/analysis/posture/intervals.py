"""How far the main figures would move with other people."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fitness_mm.analysis.study.bootstrap import FEWEST_PERFORMERS, performer_draws
from fitness_mm.clip_scores import same_family
from fitness_mm.posture.records import PostureRecords


class Interval(NamedTuple):
    """A figure's 95 % interval."""

    low: float
    high: float


def measure_intervals(records: PostureRecords) -> dict[str, Interval]:
    """Intervals of the main measures, by bootstrap over performers.

    Performers are drawn with replacement, each with all of his clips: a person is one witness,
    however many clips there are of him. Of who is drawn twice more clips are compared with the same
    person's, which raises the AUROC; so the draws are moved to have the measure as their mean.

    Args:
        records: The measures are those of
            :func:`~fitness_mm.posture.measures.overall_measures`.

    Returns:
        By name of the measure; nothing if there are fewer performers than
        :data:`~fitness_mm.analysis.study.bootstrap.FEWEST_PERFORMERS`.
    """
    if len(np.unique(records.performer)) < FEWEST_PERFORMERS:
        return {}
    weights, owner = performer_draws(records.performer)  # (D, M), (N,)
    weights = np.concatenate([np.ones_like(weights[:1]), weights])  # first all as they are
    found = {}
    for name, values in measured_values(records).items():
        rows, columns = np.nonzero(~np.isnan(values))
        if len(rows):
            sums = np.bincount(owner[rows], values[rows, columns], weights.shape[1])
            counts = np.bincount(owner[rows], minlength=weights.shape[1])
            found[name] = _interval(_ratio(weights @ sums, weights @ counts))
    aurocs = [auroc for p in range(records.gt_conditions.shape[1])
              for auroc in _auroc_of_draws(records, p, weights, owner)]
    if aurocs:
        found['auroc'] = _interval(_mean_of_known(np.stack(aurocs)))
    return found


def measured_values(records: PostureRecords) -> dict[str, np.ndarray]:
    """What each measure is the mean of, (N, any), NaN where it is not defined."""
    given = records.gt_conditions >= 0
    recognised = (records.predicted == records.label)[:, None].astype(float)
    family = same_family(records.classes, records.label, records.predicted)[:, None].astype(float)
    right = np.where(given, records.judged_right, np.nan)
    exact = np.where(given.any(1), (records.judged_right | ~given).all(1), np.nan)[:, None]
    return {'exercise_top1': recognised, 'family_top1': family, 'micro_acc': right,
            'exact_match': exact, 'micro_acc_predicted': right * recognised,
            'exact_match_predicted': exact * recognised}


def _auroc_of_draws(records: PostureRecords, p: int, weights: np.ndarray,
                    owner: np.ndarray) -> list[np.ndarray]:
    """The AUROC of a condition's faults in every draw, (D,), or nothing if it has none.

    It is the share of pairs of a broken and a kept row in which the broken one has the lower
    logit, so that pairs counted once for every two performers do for all draws.
    """
    truth = records.gt_conditions[:, p]
    broken, kept = np.flatnonzero(truth == 0), np.flatnonzero(truth == 1)
    if not len(broken) or not len(kept):
        return []
    logits = records.condition_logits[:, p]
    people = np.arange(weights.shape[1])
    wins = np.zeros((len(people), len(people)))  # of one's broken rows over another's kept
    for person in np.unique(owner[kept]):
        order = np.sort(logits[kept[owner[kept] == person]])
        above = len(order) - (np.searchsorted(order, logits[broken], 'left')
                              + np.searchsorted(order, logits[broken], 'right')) / 2
        wins[:, person] = np.bincount(owner[broken], above, len(people))
    pairs = (weights @ np.bincount(owner[broken], minlength=len(people))) * (
        weights @ np.bincount(owner[kept], minlength=len(people)))
    return [_ratio(((weights @ wins) * weights).sum(1), pairs)]


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is known."""
    known = ~np.isnan(values)
    return _ratio(np.where(known, values, 0).sum(0), known.sum(0))


def _interval(of_draws: np.ndarray) -> Interval:
    value, draws = of_draws[0], of_draws[1:]
    edges = np.nanquantile(draws, [0.025, 0.975]) - np.nanmean(draws) + value
    return Interval(*edges.clip(0, 1).tolist())
