"""Distances between label and prediction, and the rule that says which frames are anomalies.

Arrays: N frames, K keypoints. Nothing here knows of files, networks or frameworks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitness_mm.errors import ArgumentError

from .noise import in_units_of_noise
from .residuals import Residuals

STUDY_INPUT_HEIGHT = 256
"""Height in pixels of the input that the original study measured its thresholds in."""

MIN_TORSO_SHARE = 1 / 6
"""A torso that points at the camera looks short; it counts as at least this share of the box's
longer side. Upright and in profile it is between a quarter and a third."""

UNITS = ('noise', 'torso', 'box', 'input_px', 'study_px')


@dataclass(frozen=True)
class Rule:
    """A frame is an anomaly if enough visible joints are farther from their label than a threshold.

    Attributes:
        threshold: Distance that a joint has to exceed, in ``unit``.
        joints: Number of such joints that make an anomaly.
        unit: ``noise``: multiples of what is usual for the network, see
            :mod:`fitness_mm.anomaly.noise`. ``torso``: torso lengths of the clip-view. ``box``:
            longer sides of the label's box. ``input_px``: pixels of the network's input.
            ``study_px``: the same, of an input resized to the 256 pixels of height that the
            original study had.

    Raises:
        ArgumentError: If a value makes no sense.
    """

    threshold: float
    joints: int = 10
    unit: str = 'torso'

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ArgumentError(f'unit of an anomaly rule is {self.unit!r}, expected one of '
                                f'{", ".join(UNITS)}')
        if not self.threshold > 0 or self.joints < 1:
            raise ArgumentError(f'an anomaly rule has threshold {self.threshold} and joints '
                                f'{self.joints}, expected a positive number and at least 1')

    def __str__(self) -> str:
        return f'at least {self.joints} joints beyond {self.threshold:.3g} {self.unit}'


TORSO_RULE = Rule(0.35)
"""For where a fixed threshold is wanted; it means the same whatever the crop and the network."""

NOISE_RULE = Rule(3.0, unit='noise')
"""What a recommended threshold goes with: ten joints, by the network's own standards."""

STUDY_CODE_RULE = Rule(16, 10, 'study_px')
"""What the original study's code does."""

STUDY_FIGURE_RULE = Rule(10, 11, 'study_px')
"""What the original study's figure says: more than 10 joints."""


def distances(residuals: Residuals, unit: str = 'torso') -> np.ndarray:
    """Distance of every joint's prediction to its label, float64 (N, K), in ``unit``.

    Raises:
        ArgumentError: If the unit is unknown.
    """
    offset = residuals.predictions.astype(np.float64) - residuals.labels
    if unit in ('torso', 'box'):
        return np.linalg.norm(offset, axis=-1) / reference_length(residuals, unit)[:, None]
    in_pixels = np.linalg.norm(offset * residuals.input_scale[:, None], axis=-1)
    if unit == 'noise':
        return in_units_of_noise(in_pixels, residuals)
    if unit == 'study_px':
        return in_pixels * STUDY_INPUT_HEIGHT / residuals.input_size[:, None, 1]
    if unit == 'input_px':
        return in_pixels
    raise ArgumentError(f'unit is {unit!r}, expected one of {", ".join(UNITS)}')


def reference_length(residuals: Residuals, unit: str = 'torso') -> np.ndarray:
    """Pixels of the original image that ``torso`` or ``box`` is long in every frame, (N,)."""
    low, high = residuals.box[:, :2], residuals.box[:, 2:]
    longer_side = np.maximum((high - low).max(axis=1).astype(np.float64), 1.0)
    if unit == 'box':
        return longer_side
    return np.fmax(residuals.torso, MIN_TORSO_SHARE * longer_side)


def severity(distance: np.ndarray, visible: np.ndarray, joints: int) -> np.ndarray:
    """The ``joints``-th largest distance among a frame's visible joints.

    A frame is flagged by a threshold exactly if its severity is above it, so ranking, sweep and
    flags are one thing. It is 0 where fewer joints are visible.

    Args:
        distance: (N, K).
        visible: bool (N, K).
        joints: Number of joints that make an anomaly.

    Returns:
        (N,), in the unit of ``distance``.
    """
    num_keypoints = distance.shape[1]
    if joints > num_keypoints:
        return np.zeros(len(distance))
    ranked = np.sort(np.where(visible, distance, 0.0), axis=1)
    return ranked[:, num_keypoints - joints]


def flag(distance: np.ndarray, visible: np.ndarray, rule: Rule) -> np.ndarray:
    """Which frames a rule calls anomalies, bool (N,); ``distance`` (N, K) is in the rule's unit."""
    return severity(distance, visible, rule.joints) > rule.threshold


def flag_joints(distance: np.ndarray, visible: np.ndarray, flagged: np.ndarray,
                threshold: float) -> np.ndarray:
    """Single joints beyond a threshold in frames that are not flagged as a whole, bool (N, K)."""
    return (distance > threshold) & visible & ~flagged[:, None]
