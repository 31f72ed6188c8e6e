"""People in a frame, by the detection network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from .region import Region

Model = Callable[[np.ndarray], Sequence[np.ndarray]]
"""A network: an image, float32 (H, W, 3), to its outputs without the batch axis."""

SIZE = 224
_CELLS = ((8, 2), (16, 2), (32, 6))
"""Strides of the feature maps in pixels, and boxes a cell."""

_LARGEST_LOGIT = 80.0
_SAME_PERSON = 0.3


@dataclass(frozen=True, eq=False)
class Detection:
    """A person.

    Attributes:
        score: From 0 to 1.
        box: Around the face, (2, 2): top left and bottom right corner in pixels of the frame.
        points: (4, 2) in pixels of the frame: middle of the hips, a point on the circle around the
            whole person, middle of the shoulders, a point on the circle around the upper body.
    """

    score: float
    box: np.ndarray
    points: np.ndarray

    @property
    def region(self) -> Region:
        """The square around the whole person."""
        return Region.of_person(self.points[:2])


class PoseDetector:
    """Finds people.

    Args:
        model: Of an image of 224 x 224 pixels from -1 to 1, the outputs boxes and points (2254, 12)
            and logits (2254, 1).
        min_score: From which on it is a person.
    """

    def __init__(self, model: Model, min_score: float = 0.5) -> None:
        self._model, self._min_score = model, min_score

    def __call__(self, frame: np.ndarray) -> list[Detection]:
        """People, the surest first.

        Args:
            frame: uint8 RGB (H, W, 3).
        """
        square = Region.of_frame(frame.shape[1::-1])
        image = square.cut_out(frame, SIZE, cv2.BORDER_CONSTANT)
        raw, logits = self._model(image * np.float32(2 / 255) - 1)
        corners, scores = decode(raw, logits[:, 0], self._min_score)
        return [Detection(score, points[:2], points[2:]) for points, score in (
            (square.to_frame(points, SIZE), score) for points, score in merged(corners, scores))]


def anchors() -> np.ndarray:
    """Where the network's boxes are counted from, (2254, 2) in pixels of its image."""
    parts = []
    for stride, boxes in _CELLS:
        middles = np.arange(stride / 2, SIZE, stride)
        grid = np.stack(np.meshgrid(middles, middles), axis=-1)  # (rows, columns, 2)
        parts.append(np.repeat(grid.reshape(-1, 2), boxes, axis=0))
    return np.concatenate(parts)


_ANCHORS = anchors()


def decode(raw: np.ndarray, logits: np.ndarray, min_score: float) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and points that are sure enough.

    Args:
        raw: (A, 12): centre, width and height of the box, four points; all but width and height
            from the anchor, in pixels of the network's image.
        logits: (A, ).
        min_score: Least score.

    Returns:
        Top left and bottom right corner of the box and the four points, (P, 6, 2), and scores
        (P, ).
    """
    scores = 1 / (1 + np.exp(-np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT)))
    sure = (scores >= min_score) & (raw[:, 2:4] >= 0).all(axis=1)
    raw = raw[sure].reshape(-1, 6, 2)
    centre, size, points = raw[:, :1], raw[:, 1:2], raw[:, 2:]
    corners = np.concatenate([centre - size / 2, centre + size / 2, points], axis=1)
    return corners + _ANCHORS[sure, None], scores[sure]


def merged(corners: np.ndarray, scores: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """Weighted non-maximum suppression: what overlaps the surest is averaged with it by score.

    Args:
        corners: As :func:`decode` gives them, (P, 6, 2).
        scores: (P, ).

    Returns:
        The people, the surest first, each with its highest score.
    """
    people = []
    left = np.argsort(-scores, kind='stable')
    while left.size:
        same = _overlaps(corners[left[0]], corners[left]) > _SAME_PERSON
        same[0] = True
        weights = scores[left[same]]
        people.append((np.average(corners[left[same]], axis=0, weights=weights),
                       float(weights[0])))
        left = left[~same]
    return people


def _overlaps(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes, (6, 2) and (P, 6, 2)."""
    shared = np.clip(np.minimum(one[1], others[:, 1]) - np.maximum(one[0], others[:, 0]), 0, None)
    both = shared.prod(axis=-1)
    areas = (others[:, 1] - others[:, 0]).prod(axis=-1) + (one[1] - one[0]).prod()
    return both / np.maximum(areas - both, np.finfo(np.float32).tiny)
