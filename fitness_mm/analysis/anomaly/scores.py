"""How well the anomaly filter found errors that are known, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sklearn.metrics import roc_auc_score

from fitness_mm.anomaly import Anomalies, Residuals, Rule, distances, severity

from .planted import Truth

MANY_JOINTS = 10
"""A planted error that moves at least this many joints is one that the filter has to find."""

EVERY, MANY = 'all planted errors', f'those that move at least {MANY_JOINTS} joints'


def detection_scores(severities: np.ndarray, threshold: float, wrong: np.ndarray,
                     right: np.ndarray) -> dict:
    """Precision, recall, F1 and area under the ROC curve.

    Args:
        severities: (N,); a frame is flagged above the threshold.
        threshold: In the same unit.
        wrong: bool (N,): frames to be found.
        right: bool (N,): frames not to be flagged. What is neither counts nowhere.

    Returns:
        ``frames`` to be found, ``found``, ``false_alarms``, ``precision``, ``recall``, ``f1``,
        ``auroc``; None where a number is not defined.
    """
    flagged = severities > threshold
    found, false_alarms = int((flagged & wrong).sum()), int((flagged & right).sum())
    frames = int(wrong.sum())
    counted = wrong | right
    return {
        'frames': frames,
        'found': found,
        'false_alarms': false_alarms,
        'precision': _ratio(found, found + false_alarms),
        'recall': _ratio(found, frames),
        'f1': _ratio(2 * found, found + false_alarms + frames),
        'auroc': (float(roc_auc_score(wrong[counted], severities[counted]))
                  if wrong.any() and right.any() else None),
    }


def score_rule(residuals: Residuals, truth: Truth, rule: Rule) -> dict[str, dict]:
    """:func:`detection_scores` of a rule by what has to be found.

    Frames of all planted errors; of those that move many joints; and of each kind. Frames of other
    planted errors than those asked for are ignored: finding them is no false alarm.
    """
    found = severity(distances(residuals, rule.unit), residuals.visible, rule.joints)
    right = ~truth.planted
    many = truth.joints_moved >= MANY_JOINTS
    groups = {EVERY: truth.planted, MANY: many}
    for kind in np.unique(truth.kind[truth.planted]).tolist():
        groups[kind] = truth.kind == kind
        groups[f'{kind}, {MANY}'] = (truth.kind == kind) & many
    return {name: detection_scores(found, rule.threshold, wrong, right)
            for name, wrong in groups.items()}


def kinds_found(anomalies: Anomalies, truth: Truth) -> dict[str, dict[str, int]]:
    """Planted kind -> what flagged frames of it were taken for -> number of frames."""
    table: dict[str, dict[str, int]] = {}
    for planted, found in zip(truth.kind[anomalies.flagged].tolist(),
                              anomalies.kind[anomalies.flagged].tolist(), strict=True):
        row = table.setdefault(planted or 'none', {})
        row[found] = row.get(found, 0) + 1
    return {planted: dict(sorted(table[planted].items())) for planted in sorted(table)}


def correction_errors(residuals: Residuals, anomalies: Anomalies,
                      truth: Truth) -> dict[str, float | int | None]:
    """How close corrected labels of planted errors come to the clean ones.

    Returns:
        ``frames`` with a correction, and the mean distance to the clean keypoints in pixels of
        the network's input of their ``labels``, their ``corrections`` and the ``predictions``.
    """
    rows = np.flatnonzero(anomalies.has_correction & truth.planted)
    part = residuals.select(rows)
    clean = truth.clean[rows]
    return {
        'frames': len(rows),
        **{name: mean_error(points, clean, part)
           for name, points in (('labels', part.labels),
                                ('corrections', anomalies.corrected[rows]),
                                ('predictions', part.predictions))},
    }


def clean_errors(residuals: Residuals, truth: Truth | None) -> Mapping[str, float | None]:
    """MPJPE of the predictions in pixels of the network's input, against noisy and clean labels.

    Over visible joints, as :class:`fitness_mm.pose.FitnessMPJPE` counts them. Without a truth
    there are only noisy labels.
    """
    errors = {'noisy': mean_error(residuals.predictions, residuals.labels, residuals)}
    if truth is not None:
        errors['clean'] = mean_error(residuals.predictions, truth.clean, residuals)
        without = residuals.select(~truth.planted)
        errors['frames without a planted error'] = mean_error(
            without.predictions, without.labels, without)
    return errors


def mean_error(points: np.ndarray, others: np.ndarray, residuals: Residuals) -> float | None:
    """Mean distance of visible joints in pixels of the network's input; both (N, K, 2) in px."""
    offset = (points.astype(np.float64) - others) * residuals.input_scale[:, None]
    counted = np.linalg.norm(offset, axis=-1)[residuals.visible]
    return float(counted.mean()) if counted.size else None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
