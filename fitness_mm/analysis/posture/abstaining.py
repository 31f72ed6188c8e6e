"""What calibrating and keeping silent do, for people who had no part in the calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitness_mm.posture.calibration import NOT_JUDGED, PostureCalibration
from fitness_mm.posture.calibration_fit import (
    AbstainRule,
    cross_calibrated,
    expected_calibration_error,
)
from fitness_mm.posture.records import PostureRecords


@dataclass(frozen=True)
class Calibrated:
    """What calibrating does, judged on people that each calibration was not fitted to.

    Attributes:
        exercise: Probability of the predicted exercise and whether it is right, (N,) each; before
            and after.
        broken: Probability that a condition is broken and whether it is, (J,) each; before and
            after.
        judged: Share of all judgements that are not withheld.
        judged_acc: Share of these that are right; None if there are none.
        faults_reported: Share of broken conditions that are reported as broken.
        faults_withheld: Share of broken conditions that are not judged.
        false_alarms: Share of kept conditions that are reported as broken.
    """

    exercise: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    broken: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    judged: float | None
    judged_acc: float | None
    faults_reported: float | None
    faults_withheld: float | None
    false_alarms: float | None

    def errors(self) -> dict[str, tuple[float | None, float | None]]:
        """Expected calibration error before and after, of exercises and of conditions."""
        return {name: tuple(_error(*pair) for pair in getattr(self, name))
                for name in ('exercise', 'broken')}


def calibrated(records: PostureRecords, rule: AbstainRule) -> Calibrated | None:
    """Calibrates with each group of performers left out in turn; None for a single performer."""
    parts = cross_calibrated(records, rule)
    if not parts:
        return None
    columns: dict[str, list[np.ndarray]] = {name: [] for name in (
        'right', 'top_before', 'top_after', 'is_broken', 'broken_before', 'broken_after',
        'judged')}
    for rows, calibration in parts:
        part = records.select(rows)
        plain = PostureCalibration.unknown(part.classes, part.condition_names)
        given = part.gt_conditions >= 0
        columns['right'].append(part.predicted == part.label)
        columns['is_broken'].append(part.gt_conditions[given] == 0)
        for name, by in (('before', plain), ('after', calibration)):
            columns[f'top_{name}'].append(by.exercise_probabilities(part.exercise_logits).max(1))
            columns[f'broken_{name}'].append(
                1 - by.condition_probabilities(part.condition_logits)[given])
        columns['judged'].append(_judged(part, calibration)[given])
    joined = {name: np.concatenate(values) for name, values in columns.items()}
    called = joined['broken_after'] > 0.5
    broken, judged = joined['is_broken'], joined['judged']
    return Calibrated(
        exercise=tuple((joined[f'top_{name}'], joined['right']) for name in ('before', 'after')),
        broken=tuple((joined[f'broken_{name}'], broken) for name in ('before', 'after')),
        judged=_mean(judged),
        judged_acc=_mean((called == broken)[judged]),
        faults_reported=_mean((called & judged)[broken]),
        faults_withheld=_mean(~judged[broken]),
        false_alarms=_mean((called & judged)[~broken]))


def _judged(records: PostureRecords, calibration: PostureCalibration) -> np.ndarray:
    """Which conditions of their true exercise get a verdict, bool (N, P)."""
    judged = np.zeros(records.gt_conditions.shape, bool)
    for row, (logits, label) in enumerate(zip(records.condition_logits, records.label,
                                              strict=True)):
        for verdict in calibration.verdicts(logits, label):
            judged[row, verdict.position] = verdict.verdict != NOT_JUDGED
    return judged


def _error(probability: np.ndarray, outcome: np.ndarray) -> float | None:
    return expected_calibration_error(probability, outcome) if len(outcome) else None


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None
