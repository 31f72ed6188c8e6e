"""Mean joint error in three units, in total and by joint and group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fitness_mm.anomaly.residuals import Residuals
from fitness_mm.anomaly.rules import distances

UNITS = ('input_px', 'image_px', 'torso')


def joint_errors(residuals: Residuals) -> dict[str, np.ndarray]:
    """Distance of every predicted joint to its label.

    Returns:
        By unit, (N, K): ``input_px``, pixels of the network's input, which the original study
        reports; ``image_px``, pixels of the original image; ``torso``, fractions of the torso
        length, NaN where that is unknown.
    """
    image_px = np.linalg.norm(residuals.predictions.astype(np.float64) - residuals.labels, axis=-1)
    torso = np.where(residuals.torso > 0, residuals.torso, np.nan)
    return {
        'input_px': distances(residuals, 'input_px'),
        'image_px': image_px,
        'torso': image_px / torso[:, None],
    }


def mpjpe(errors: np.ndarray, visible: np.ndarray) -> float | None:
    """Mean over all visible joints of all samples, of equal weight; None if there is none.

    Args:
        errors: Distances, (N, K); NaN does not count.
        visible: Whether a joint is labelled, (N, K).
    """
    counted = errors[visible & ~np.isnan(errors)]
    return float(counted.mean()) if counted.size else None


def mpjpe_report(errors: dict[str, np.ndarray], visible: np.ndarray, keypoints: Sequence[str],
                 groups: dict[str, np.ndarray]) -> dict:
    """Mean joint error of everything, of each joint and of each group.

    Args:
        errors: Distances by unit, (N, K) each, see :func:`joint_errors`.
        visible: Whether a joint is labelled, (N, K).
        keypoints: Names of the K keypoints.
        groups: Group name to the group of every sample, (N,).

    Returns:
        JSON-ready numbers by unit, None where nothing is visible: ``samples``, ``joints``, the
        total of each unit, ``per_joint`` and ``per_<group>``, each ``{name: {unit: error}}``.
    """

    def by_unit(rows: np.ndarray | slice, columns: np.ndarray | slice) -> dict:
        return {unit: mpjpe(values[rows, columns], visible[rows, columns])
                for unit, values in errors.items()}

    every = slice(None)
    return {
        'samples': len(visible),
        'joints': int(visible.sum()),
        **by_unit(every, every),
        'per_joint': {name: by_unit(every, slice(k, k + 1)) for k, name in enumerate(keypoints)},
        **{f'per_{name}': {str(g): by_unit(group == g, every) for g in np.unique(group)}
           for name, group in groups.items()},
    }
