"""OKS sigmas of the keypoints: COCO's, or measured on this data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson

from fitness_mm.errors import ArgumentError
from fitness_mm.files import replacing
from fitness_mm.json_files import read_json

from .box import boxes_around
from .skeleton import KEYPOINTS

DEFAULT_SIGMAS: tuple[float, ...] = (
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107,
    0.087, 0.087, 0.089, 0.089, 0.079, 0.062, 0.062, 0.093, 0.107, 0.089, 0.089)
"""From COCO's keypoint evaluation (cocoeval.py), the spread of repeated annotations of 5,000 people
as a fraction of the square root of the person's area; those of the last seven are the means of
COCO's keypoints beside them. ``tools/data/keypoint_sigmas.py`` measures this data set."""

AREA_OF_BOX = 0.53  # a person's area from its box, as MMPose's BaseCocoStyleDataset takes it
_MEDIAN_OF_RAYLEIGH = np.sqrt(2 * np.log(2))  # of the length of a 2D standard normal vector


def keypoint_sigmas(predicted: np.ndarray, labels: np.ndarray,
                    visible: np.ndarray) -> np.ndarray:
    """Spread of labels around held-out predictions, as a fraction of the person's size.

    COCO's sigma of a keypoint is the root of the mean of ``d^2 / s^2``: d the distance between
    two people's annotations, s^2 the person's area. Here each frame was labelled once, so the
    prediction of a network that has not seen the person takes the place of the second annotation.
    The mean is estimated from the median of ``d / s``, which for a two-dimensional normal spread
    gives the same number and which wrong labels, far out, hardly move.

    It holds the network's own error too, so it is an upper bound of the labels' spread, and the
    better the network, the closer. A joint that all labels shift in the same way looks precise.

    Args:
        predicted: Held-out predictions, (N, K, 2), in pixels.
        labels: Labels, (N, K, 2), in the same pixels.
        visible: Whether a joint is labelled, (N, K).

    Returns:
        Sigmas (K,); NaN for a joint that is never visible.

    Raises:
        ArgumentError: If the shapes do not fit together.
    """
    if predicted.shape != labels.shape or visible.shape != labels.shape[:2]:
        raise ArgumentError(f'predictions {predicted.shape}, labels {labels.shape} and visibility '
                            f'{visible.shape} have to be of shapes (N, K, 2), (N, K, 2) and (N, K)')
    low, high = np.split(boxes_around(labels, visible), 2, axis=1)
    # of frames without a visible joint it is infinite, and not used
    size = np.sqrt(AREA_OF_BOX * np.abs(high - low).prod(axis=1))  # (N,)

    distance = np.linalg.norm(predicted - labels, axis=-1)  # (N, K)
    sigmas = np.full(labels.shape[1], np.nan)
    for k in range(labels.shape[1]):
        seen = visible[:, k]
        if seen.any():
            relative = np.median(distance[seen, k] / size[seen])
            # per axis, then E[dx^2 + dy^2] = 2 E[dx^2]
            sigmas[k] = np.sqrt(2) * relative / _MEDIAN_OF_RAYLEIGH
    return sigmas


def write_sigmas(file: str | Path, sigmas: np.ndarray, source: str, num_samples: int) -> None:
    """Writes sigmas with where they come from, for :func:`read_sigmas`.

    Raises:
        ArgumentError: If a joint has no positive sigma: it was never visible, or the predictions
            are the labels.
    """
    without = [name for name, s in zip(KEYPOINTS, sigmas, strict=True) if not s > 0]
    if without:
        raise ArgumentError(f'no sigma for {", ".join(without)}: never visible in {source}, or the '
                            'predictions there are copies of the labels; use predictions of more '
                            'held-out frames')
    content = dict(
        source=source,
        samples=num_samples,
        sigmas={name: round(float(s), 5) for name, s in zip(KEYPOINTS, sigmas, strict=True)})
    with replacing(file) as unfinished:
        unfinished.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))


def read_sigmas(file: str | Path) -> tuple[float, ...]:
    """Sigmas in keypoint order, (K,), from a file of ``tools/data/keypoint_sigmas.py``.

    Raises:
        ArgumentError: If the file is missing or not such a file.
    """
    source = 'tools/data/keypoint_sigmas.py makes one'
    sigmas = read_json(file, {'sigmas': dict.fromkeys(KEYPOINTS, float)}, 'file of OKS sigmas',
                       source, ArgumentError)['sigmas']
    if not all(sigmas[name] > 0 for name in KEYPOINTS):
        raise ArgumentError(f'{file} has a sigma that is not positive; {source}')
    return tuple(float(sigmas[name]) for name in KEYPOINTS)
