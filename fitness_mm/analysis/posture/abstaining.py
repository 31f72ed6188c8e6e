"""What calibrating and keeping silent do, for people who had no part in the calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitness_mm.clip_scores import same_family
from fitness_mm.posture.calibration import PostureCalibration
from fitness_mm.posture.calibration_fit import (
    AbstainRule,
    cross_calibrated,
    expected_calibration_error,
)
from fitness_mm.posture.naming import SURE, named
from fitness_mm.posture.records import PostureRecords


@dataclass(frozen=True)
class Calibrated:
    """What calibrating does, judged on people that each calibration was not fitted to.

    Attributes:
        exercise: Probability of the predicted exercise and whether it is right, (N,) each; before
            and after.
        broken: Probability that a condition is broken and whether it is, (J,) each; before and
            after.
        called: By own name, family's name or as unclear: share of rows, and of these of those that
            are right.
        judged: Share of all judgements that are not withheld.
        judged_acc: Share of these that are right; None if there are none.
        faults_reported: Share of broken conditions that are reported as broken.
        faults_withheld: Share of broken conditions that are not judged.
        false_alarms: Share of kept conditions that are reported as broken.
    """

    exercise: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    broken: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    called: dict[str, tuple[float, float | None]]
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
    exercise = np.empty(records.exercise_logits.shape)  # probabilities, (N, C)
    kept = np.empty(records.condition_logits.shape)  # probabilities, (N, P)
    judged = np.empty(kept.shape, bool)
    for rows, calibration in parts:
        exercise[rows] = calibration.exercise_probabilities(records.exercise_logits[rows])
        kept[rows] = calibration.condition_probabilities(records.condition_logits[rows])
        judged[rows] = calibration.certain(kept[rows])
    given = records.gt_conditions >= 0
    kept, judged, broken = kept[given], judged[given], records.gt_conditions[given] == 0  # (J,)
    fault = kept < 0.5
    right = records.predicted == records.label
    plain = PostureCalibration.unknown(records.classes, records.condition_names)
    return Calibrated(
        exercise=((plain.exercise_probabilities(records.exercise_logits).max(1), right),
                  (exercise.max(1), right)),
        broken=((1 - plain.condition_probabilities(records.condition_logits)[given], broken),
                (1 - kept, broken)),
        called=_called(exercise, records),
        judged=_mean(judged),
        judged_acc=_mean((fault == broken)[judged]),
        faults_reported=_mean((fault & judged)[broken]),
        faults_withheld=_mean(~judged[broken]),
        false_alarms=_mean((fault & judged)[~broken]))


def _called(probabilities: np.ndarray,
            records: PostureRecords) -> dict[str, tuple[float, float | None]]:
    """Share of rows that are called by an exercise's own name, by its family's, or said to be
    unclear, and which share of these the exercise, or the family, is right of."""
    naming = named(probabilities, records.classes)
    unclear = naming.probability < SURE
    own = naming.exercise == records.label
    family = same_family(records.classes, naming.exercise, records.label)
    return {how: (float(rows.mean()), _mean(right[rows])) for how, rows, right in (
        ('own name', ~unclear & ~naming.as_family, own),
        ("family's name", ~unclear & naming.as_family, family),
        ('unclear', unclear, family))}


def _error(probability: np.ndarray, outcome: np.ndarray) -> float | None:
    return expected_calibration_error(probability, outcome) if len(outcome) else None


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None
