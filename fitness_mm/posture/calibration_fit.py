"""Fits a calibration to what a network says about people it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_expit, log_softmax

from fitness_mm.errors import ArgumentError

from .calibration import TEMPERATURES, ConditionReliability, PostureCalibration
from .records import PostureRecords

BINS = 10
OFFSET_DEVIATION = 1.0
"""Standard deviation that a condition's offset is expected to have."""

_MOST_GROUPS = 5


@dataclass(frozen=True)
class AbstainRule:
    """When a condition is not judged.

    Attributes:
        min_accuracy: Least :func:`cautious_accuracy` of a condition.
        min_clips: Least number of held-out clips that keep it, and that break it.
        band: Least distance of its probability from one half.

    Raises:
        ArgumentError: If a number is out of its range.
    """

    min_accuracy: float = 0.65
    min_clips: int = 2
    band: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.min_accuracy <= 1:
            raise ArgumentError(f'min_accuracy has to be from 0 to 1, but got {self.min_accuracy}')
        if self.min_clips < 1:
            raise ArgumentError(f'min_clips has to be at least 1, but got {self.min_clips}')
        if not 0 <= self.band < 0.5:
            raise ArgumentError(f'band has to be from 0 to below 0.5, but got {self.band}')


ABSTAIN_RULE = AbstainRule()


def fit_calibration(records: PostureRecords,
                    rule: AbstainRule = ABSTAIN_RULE) -> PostureCalibration:
    """Temperatures and offsets of the greatest likelihood, and which conditions to judge.

    Whether a condition is judged rests on decisions about each group of performers with offsets
    fitted to the others.

    Args:
        records: Of clips that the network was not trained on, best of all folds.
        rule: When a condition is not judged.
    """
    temperature, offsets = _condition_scale(records)
    return PostureCalibration(
        classes=records.classes,
        condition_reliability=_reliabilities(records, cross_fitted_logits(records) > 0, offsets,
                                             rule),
        exercise_temperature=exercise_temperature(
            records.exercise_logits, records.label, _smoothing(len(records))),
        condition_temperature=temperature,
        band=rule.band)


def cross_fitted_logits(records: PostureRecords) -> np.ndarray:
    """Calibrated logits that each condition is kept, (N, P), those of each group of performers
    with temperature and offsets fitted to the others; to all, if there is only one performer."""
    logits = np.empty(records.condition_logits.shape)
    everybody = np.ones(len(records), bool)
    for rows in _left_out(records) or [everybody]:
        fitted = records if rows.all() else records.select(~rows)
        temperature, offsets = _condition_scale(fitted)
        logits[rows] = records.condition_logits[rows] / temperature + offsets
    return logits


def exercise_temperature(logits: np.ndarray, labels: np.ndarray, smoothing: float = 0.0) -> float:
    """Temperature under which labels (N,) are likeliest given logits (N, C).

    Args:
        logits: Scores before the softmax.
        labels: True classes.
        smoothing: Share of every label that is spread over the other classes. Without it, a
            network that is right everywhere would get the smallest temperature and be as good as
            certain of everything.
    """
    logits = np.asarray(logits, float)
    num_classes = logits.shape[1]
    targets = np.full(logits.shape, smoothing / max(num_classes - 1, 1))
    targets[np.arange(len(labels)), labels] = 1 - smoothing
    return _best(lambda t: -(targets * log_softmax(logits / t, axis=1)).sum(1).mean())


def condition_scale(logits: np.ndarray, truth: np.ndarray, weight: np.ndarray | None = None,
                    smoothing: float = 0.0) -> tuple[float, np.ndarray]:
    """One temperature, and an offset for every condition, under which the truth is likeliest.

    With u = logit / temperature + offset, a condition is kept with the probability
    1 / (1 + exp(-u)). Offsets have a normal prior of mean 0 and deviation
    :data:`OFFSET_DEVIATION`, so that a condition with few clips keeps one near 0.

    Args:
        logits: Of being kept, (N, P).
        truth: 1 kept, 0 broken, -1 not given, (N, P).
        weight: What each row counts, (N,): the views of a clip are no independent witnesses.
        smoothing: As for :func:`exercise_temperature`.

    Returns:
        The temperature, 1 if nothing is given, and the offsets, (P,).
    """
    rows, columns = np.nonzero(truth >= 0)
    num_conditions = logits.shape[1]
    if not len(rows):
        return 1.0, np.zeros(num_conditions)
    z = logits[rows, columns].astype(float)
    target = np.where(truth[rows, columns] == 1, 1 - smoothing, smoothing)
    w = np.ones(len(rows)) if weight is None else weight[rows]

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        gain, offsets = np.exp(x[0]), x[1:]
        u = gain * z + offsets[columns]
        value = -(w * (target * log_expit(u) + (1 - target) * log_expit(-u))).sum()
        slope = w * (expit(u) - target)
        gradient = np.concatenate([[(slope * gain * z).sum()],
                                   np.bincount(columns, slope, num_conditions)])
        gradient[1:] += offsets / OFFSET_DEVIATION**2
        return value + (offsets**2).sum() / (2 * OFFSET_DEVIATION**2), gradient

    low, high = np.log(TEMPERATURES)
    found = minimize(loss, np.zeros(1 + num_conditions), jac=True, method='L-BFGS-B',
                     bounds=[(-high, -low)] + [(None, None)] * num_conditions,
                     options=dict(ftol=1e-12, gtol=1e-7))
    return float(np.clip(np.exp(-found.x[0]), *TEMPERATURES)), found.x[1:]


def _condition_scale(records: PostureRecords) -> tuple[float, np.ndarray]:
    _, clip_of = np.unique(_clips(records), return_inverse=True)
    return condition_scale(records.condition_logits, records.gt_conditions,
                           1 / np.bincount(clip_of)[clip_of],
                           _smoothing((records.gt_conditions >= 0).sum()))


def _smoothing(num_cases: int) -> float:
    """Platt's ("Probabilistic Outputs for Support Vector Machines", 1999)."""
    return 1 / (num_cases + 2)


def _best(loss) -> float:
    """The bounded temperature with the least loss; in its logarithm the loss has one minimum."""
    low, high = np.log(TEMPERATURES)
    found = minimize_scalar(lambda log_t: loss(np.exp(log_t)), bounds=(low, high),
                            method='bounded', options=dict(xatol=1e-5))
    return float(np.clip(np.exp(found.x), *TEMPERATURES))


def cautious_accuracy(kept_right: float, kept: int, broken_right: float, broken: int) -> float:
    """Balanced accuracy as if each class had one more clip right and one more wrong.

    That is the mean of an accuracy whose prior is uniform (Laplace's rule of succession). An
    accuracy that few clips vouch for is drawn towards one half: all right of 1, 2, 5 and 20 clips
    a class are 0.67, 0.75, 0.86 and 0.95. The lower end of a 95 % interval, the stricter choice,
    would leave nothing to judge in small data sets: it is 0.57 for 5 right of 5.

    Args:
        kept_right: Number of clips judged kept of those that are; views of a clip are shares.
        kept: Number of those that are.
        broken_right: Number of clips judged broken of those that are.
        broken: Number of those that are.
    """
    return ((kept_right + 1) / (kept + 2) + (broken_right + 1) / (broken + 2)) / 2


def _reliabilities(records: PostureRecords, decided: np.ndarray, offsets: np.ndarray,
                   rule: AbstainRule) -> tuple[tuple[ConditionReliability, ...], ...]:
    """What is known about every condition, from decisions, bool (N, P): True is kept."""
    _, clip_of = np.unique(_clips(records), return_inverse=True)
    found, p = [], 0
    for names in records.condition_names:
        found.append(tuple(
            _reliability(name, records.gt_conditions[:, i], decided[:, i], float(offsets[i]),
                         clip_of, rule) for i, name in enumerate(names, start=p)))
        p += len(names)
    return tuple(found)


def _clips(records: PostureRecords) -> np.ndarray:
    """The clip of every row, (N,); a clip of its own where names are unknown."""
    return np.arange(len(records)) if (records.clip == '').any() else records.clip


def _reliability(name: str, truth: np.ndarray, decided: np.ndarray, offset: float,
                 clip_of: np.ndarray, rule: AbstainRule) -> ConditionReliability:
    counts, right_clips, rates = [], [], []
    for value in (1, 0):
        rows = truth == value
        right = decided[rows] == bool(value)
        views = np.bincount(clip_of[rows])
        shares = np.bincount(clip_of[rows], right)[views > 0] / views[views > 0]
        counts.append(len(shares))
        right_clips.append(float(shares.sum()))
        rates.append(right.mean() if len(right) else None)
    cautious = cautious_accuracy(right_clips[0], counts[0], right_clips[1], counts[1])
    return ConditionReliability(
        name, offset=offset, kept=counts[0], broken=counts[1],
        judged=bool(min(counts) >= rule.min_clips and cautious >= rule.min_accuracy),
        balanced_acc=None if None in rates else float(np.mean(rates)),
        cautious_acc=float(cautious))


def expected_calibration_error(probability: np.ndarray, outcome: np.ndarray,
                               bins: int = BINS) -> float:
    """Mean distance between probability and frequency over bins of equal width, by their size.

    Args:
        probability: Of an event, (N,).
        outcome: Whether it came, bool (N,).
        bins: Number of bins.
    """
    count, mean, frequency = reliability_curve(probability, outcome, bins)
    return float((count * np.abs(mean - frequency)).sum() / count.sum())


def reliability_curve(probability: np.ndarray, outcome: np.ndarray,
                      bins: int = BINS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Size, mean probability and frequency of every bin that is not empty, (B,) each."""
    at = np.minimum((np.asarray(probability) * bins).astype(int), bins - 1)
    count = np.bincount(at, minlength=bins)
    filled = count > 0
    mean = np.bincount(at, probability, bins)[filled] / count[filled]
    frequency = np.bincount(at, outcome, bins)[filled] / count[filled]
    return count[filled], mean, frequency


def performer_groups(performer: np.ndarray) -> np.ndarray:
    """A group of performers for every row, (N,), at most five groups; one if there is only one."""
    _, number = np.unique(performer, return_inverse=True)
    return number % _MOST_GROUPS


def cross_calibrated(records: PostureRecords,
                     rule: AbstainRule = ABSTAIN_RULE) -> list[tuple[np.ndarray,
                                                                     PostureCalibration]]:
    """Calibrations for people who had no part in them: the fit leaves each group out in turn.

    Returns:
        Pairs of rows, bool (N,), and the calibration fitted to all others; none if the records are
        of fewer than two performers.
    """
    return [(rows, fit_calibration(records.select(~rows), rule)) for rows in _left_out(records)]


def _left_out(records: PostureRecords) -> list[np.ndarray]:
    """Rows of each group of performers, bool (N,); none if there is only one performer."""
    groups = performer_groups(records.performer)
    return [groups == g for g in range(groups.max() + 1)] if groups.max() else []
