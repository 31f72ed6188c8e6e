"""Fits a calibration to what a network says about people it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_expit, log_softmax

from .calibration import TEMPERATURES, ConditionReliability, PostureCalibration
from .posture_records import PostureRecords

BINS = 10
_MOST_GROUPS = 5


@dataclass(frozen=True)
class AbstainRule:
    """When a condition is not judged.

    Attributes:
        min_accuracy: Least :func:`cautious_accuracy` of a condition.
        min_clips: Least number of held-out clips that keep it, and that break it.
        band: Least distance of its probability from one half.

    Raises:
        ValueError: If a number is out of its range.
    """

    min_accuracy: float = 0.65
    min_clips: int = 2
    band: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.min_accuracy <= 1:
            raise ValueError(f'min_accuracy has to be from 0 to 1, but got {self.min_accuracy}')
        if self.min_clips < 1:
            raise ValueError(f'min_clips has to be at least 1, but got {self.min_clips}')
        if not 0 <= self.band < 0.5:
            raise ValueError(f'band has to be from 0 to below 0.5, but got {self.band}')


DEFAULT_RULE = AbstainRule()


def fit_calibration(records: PostureRecords,
                    rule: AbstainRule = DEFAULT_RULE) -> PostureCalibration:
    """Temperatures of the greatest likelihood, and which conditions to judge.

    Args:
        records: Of clips that the network was not trained on, best of all folds.
        rule: When a condition is not judged.
    """
    given = records.truth >= 0
    return PostureCalibration(
        classes=records.classes,
        conditions=_reliabilities(records, rule),
        exercise_temperature=exercise_temperature(
            records.exercise_logits, records.label, _smoothing(len(records))),
        condition_temperature=condition_temperature(
            records.condition_logits[given], records.truth[given] == 1, _smoothing(given.sum())),
        band=rule.band)


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


def condition_temperature(logits: np.ndarray, kept: np.ndarray, smoothing: float = 0.0) -> float:
    """Temperature under which ``kept``, bool (N,), is likeliest given logits (N,); 1 for none.

    Args:
        logits: Of being kept.
        kept: What is.
        smoothing: As for :func:`exercise_temperature`.
    """
    if not len(logits):
        return 1.0
    signed = np.where(kept, logits, -logits).astype(float)
    return _best(lambda t: -((1 - smoothing) * log_expit(signed / t)
                             + smoothing * log_expit(-signed / t)).mean())


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


def _reliabilities(records: PostureRecords,
                   rule: AbstainRule) -> tuple[tuple[ConditionReliability, ...], ...]:
    _, clip_of = np.unique(_clips(records), return_inverse=True)
    found, p = [], 0
    for names in records.conditions:
        found.append(tuple(
            _reliability(name, records.truth[:, p + i], records.condition_logits[:, p + i],
                         clip_of, rule) for i, name in enumerate(names)))
        p += len(names)
    return tuple(found)


def _clips(records: PostureRecords) -> np.ndarray:
    """The clip of every row, (N,); a clip of its own where names are unknown."""
    return np.arange(len(records)) if (records.clip == '').any() else records.clip


def _reliability(name: str, truth: np.ndarray, logits: np.ndarray, clip_of: np.ndarray,
                 rule: AbstainRule) -> ConditionReliability:
    counts, right_clips, rates = [], [], []
    for value in (1, 0):
        rows = truth == value
        right = (logits[rows] > 0) == bool(value)
        views = np.bincount(clip_of[rows])
        shares = np.bincount(clip_of[rows], right)[views > 0] / views[views > 0]
        counts.append(len(shares))
        right_clips.append(float(shares.sum()))
        rates.append(right.mean() if len(right) else None)
    cautious = cautious_accuracy(right_clips[0], counts[0], right_clips[1], counts[1])
    return ConditionReliability(
        name, kept=counts[0], broken=counts[1],
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
                     rule: AbstainRule = DEFAULT_RULE) -> list[tuple[np.ndarray,
                                                                     PostureCalibration]]:
    """Calibrations for people who had no part in them: the fit leaves each group out in turn.

    Returns:
        Pairs of rows, bool (N,), and the calibration fitted to all others; none if the records are
        of fewer than two performers.
    """
    groups = performer_groups(records.performer)
    if groups.max() == 0:
        return []
    return [(groups == g, fit_calibration(records.select(groups != g), rule))
            for g in range(groups.max() + 1)]
