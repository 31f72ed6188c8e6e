"""From residuals to anomalies: which frames, which joints, what is wrong, how to mend it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from fitness_mm.keypoints.skeleton import FLIP_INDICES

from .kinds import explain, noise_level
from .residuals import Residuals
from .rules import (
    NOISE_RULE,
    TORSO_RULE,
    Rule,
    distances,
    flag_joints,
    reference_length,
    severity,
)
from .thresholds import MIN_FRAMES, recommend_threshold

JOINT_FACTOR = 3.0
"""A single joint has to be this many times as far off as the joints of a wrong frame."""


@dataclass(frozen=True, eq=False)
class Anomalies:
    """What a rule says about N frames with K keypoints.

    Attributes:
        rule: The rule.
        severity: float64 (N,), in the rule's unit; a frame is flagged exactly if it is above the
            rule's threshold.
        flagged: bool (N,): frames that are wrong as a whole.
        num_bad: int (N,): visible joints beyond the rule's threshold.
        bad_joints: bool (N, K): single joints that are wrong in frames that are not flagged.
        kind: str (N,): one of :data:`~fitness_mm.anomaly.kinds.KINDS`, empty where not flagged.
        corrected: float32 (N, K, 2): mended keypoints in pixels of the original image, NaN where
            there is no correction.
    """

    rule: Rule
    severity: np.ndarray
    flagged: np.ndarray
    num_bad: np.ndarray
    bad_joints: np.ndarray
    kind: np.ndarray
    corrected: np.ndarray

    @property
    def has_correction(self) -> np.ndarray:
        """bool (N,)."""
        return np.isfinite(self.corrected[:, 0, 0])

    def ranked(self) -> np.ndarray:
        """Row numbers from the most severe frame to the least; ties keep their order."""
        return np.argsort(-self.severity, kind='stable')

    def describe(self, residuals: Residuals) -> str:
        """One line: how much of what was found in these residuals."""
        num_clip_views = len(np.unique(residuals.clip_view[self.flagged]))
        found = ', '.join(f'{count} {kind}' for kind, count in zip(
            *np.unique(self.kind[self.flagged], return_counts=True), strict=True))
        return (f'{self.flagged.sum()} of {len(self.flagged)} frames in {num_clip_views} '
                f'clip-views are anomalies ({self.rule})' + (f': {found}' if found else '')
                + f'; {self.bad_joints.sum()} single joints in '
                f'{self.bad_joints.any(axis=1).sum()} other frames')


def recommended_rule(residuals: Residuals, base: Rule = NOISE_RULE) -> Rule:
    """The base rule with the threshold that the residuals themselves suggest.

    With too few frames to tell, it is :data:`~fitness_mm.anomaly.rules.TORSO_RULE`.
    """
    found = severity(distances(residuals, base.unit), residuals.visible, base.joints)
    if np.count_nonzero(found) < MIN_FRAMES:
        return TORSO_RULE
    return dataclasses.replace(base, threshold=recommend_threshold(found))


def find_anomalies(residuals: Residuals, rule: Rule | None = None,
                   joint_factor: float = JOINT_FACTOR) -> Anomalies:
    """Judges every frame.

    Args:
        residuals: Labels and held-out predictions.
        rule: The rule; :func:`recommended_rule` if None.
        joint_factor: A single joint is wrong beyond this multiple of the rule's threshold.
    """
    rule = rule or recommended_rule(residuals)
    distance, visible = distances(residuals, rule.unit), residuals.visible
    found = severity(distance, visible, rule.joints)
    flagged = found > rule.threshold

    length = reference_length(residuals)
    relative = distances(residuals, 'torso')
    kind = np.full(len(residuals), '', dtype='U16')
    corrected = np.full(residuals.labels.shape, np.nan, np.float32)
    if flagged.any():
        noise = noise_level(relative, visible, flagged)
        for row in np.flatnonzero(flagged):
            explanation = explain(residuals.labels[row], residuals.predictions[row], visible[row],
                                  length[row], noise, FLIP_INDICES)
            kind[row] = explanation.kind
            if explanation.corrected is not None:
                corrected[row] = explanation.corrected
    return Anomalies(
        rule=rule, severity=found, flagged=flagged,
        num_bad=((distance > rule.threshold) & visible).sum(axis=1),
        bad_joints=flag_joints(distance, visible, flagged, joint_factor * rule.threshold),
        kind=kind, corrected=corrected)
