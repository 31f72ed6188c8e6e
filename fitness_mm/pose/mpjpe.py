"""Mean joint error in three units, in total and by joint and group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

UNITS = ('input_px', 'image_px', 'torso')


def joint_errors(predicted: np.ndarray, labels: np.ndarray, input_per_image_px: np.ndarray,
                 torso_px: np.ndarray) -> dict[str, np.ndarray]:
    """Distance of every predicted joint to its label.

    Args:
        predicted: Pixels of the original images, (N, K, 2).
        labels: The same.
        input_per_image_px: Width and height of the network's input divided by the crop's, (N, 2):
            a squeezed crop has two scales.
        torso_px: Torso lengths in pixels of the original images, (N,); NaN or 0 if unknown.

    Returns:
        By unit, (N, K): ``input_px``, pixels of the network's input, which the original study
        reports; ``image_px``, pixels of the original image; ``torso``, fractions of the torso
        length, NaN where that is unknown.
    """
    offset = predicted.astype(np.float64) - labels.astype(np.float64)  # (N, K, 2)
    image_px = np.linalg.norm(offset, axis=-1)
    torso = np.where(torso_px > 0, torso_px, np.nan)
    return {
        'input_px': np.linalg.norm(offset * input_per_image_px[:, None], axis=-1),
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
