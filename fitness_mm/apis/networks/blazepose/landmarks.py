"""Landmarks of the person in a region, by the landmark network."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .detection import Model
from .region import Region

SIZE = 256
NUM_LANDMARKS = 33
_ALIGNMENT = slice(NUM_LANDMARKS, NUM_LANDMARKS + 2)
_REACH = np.arange(-4, 5)
"""Cells of the heatmap around a landmark that refine it. The package's graph says 7 a side; what it
gives is what 9 give, to 0.003 pixels."""

_SURE = 0.5


@dataclass(frozen=True, eq=False)
class Landmarks:
    """A person in a frame. The order of the 33 is MediaPipe's: nose first, right foot last.

    Attributes:
        points: (33, 3): x and y in pixels of the frame, z (towards the camera is negative, the
            middle of the hips is 0) in about the same unit.
        visibility: Probability to be in the frame and not hidden, (33, ).
        presence: Probability to be in the frame, (33, ).
        world: (33, 3) in metres from the middle of the hips, axes as those of the frame.
        score: Probability that there is a person, from 0 to 1.
        alignment: What the next frame's region is made of, (2, 2); see :meth:`.Region.of_person`.
    """

    points: np.ndarray
    visibility: np.ndarray
    presence: np.ndarray
    world: np.ndarray
    score: float
    alignment: np.ndarray


class LandmarkEstimator:
    """Looks for landmarks in a region.

    Args:
        model: Of an image of 256 x 256 pixels from 0 to 1, the outputs landmarks (195, ), score
            (1, ), heatmaps (64, 64, 39) and world landmarks (117, ).
        min_score: Above which it is a person.
    """

    def __init__(self, model: Model, min_score: float = 0.5) -> None:
        self._model, self._min_score = model, min_score

    def __call__(self, frame: np.ndarray, region: Region) -> Landmarks | None:
        """Landmarks of the person in a region; None if there is nobody.

        Args:
            frame: uint8 RGB (H, W, 3).
            region: Where to look.
        """
        image = region.cut_out(frame, SIZE, cv2.BORDER_REPLICATE)
        raw, score, heatmaps, world = self._model(image * np.float32(1 / 255))
        if not score[0] > self._min_score:
            return None
        raw = raw.reshape(-1, 5)  # x, y, z in pixels, logits of visibility and presence
        flat = region.to_frame(refined(raw[:, :2], heatmaps), SIZE)
        depth = raw[:, 2:3] * region.side / SIZE
        world = world.reshape(-1, 3)[:NUM_LANDMARKS]
        visibility, presence = _sigmoid(raw[:NUM_LANDMARKS, 3:]).T
        return Landmarks(
            np.hstack([flat, depth])[:NUM_LANDMARKS].astype(np.float32), visibility, presence,
            np.hstack([region.turn(world[:, :2]), world[:, 2:]]).astype(np.float32),
            float(score[0]), flat[_ALIGNMENT])


def refined(points: np.ndarray, heatmaps: np.ndarray) -> np.ndarray:
    """Points moved to the centre of the heatmap around them, where that is sure.

    Args:
        points: (K, 2) in pixels of the network's image.
        heatmaps: Logits (H, W, K).
    """
    cells, stride = heatmaps.shape[0], SIZE / heatmaps.shape[0]
    at = np.trunc(points / stride).astype(int)
    columns, rows = (at[:, axis, None] + _REACH for axis in (0, 1))  # (K, 9) each
    inside = (((rows >= 0) & (rows < cells))[:, :, None]
              & ((columns >= 0) & (columns < cells))[:, None, :])
    logits = heatmaps[rows.clip(0, cells - 1)[:, :, None], columns.clip(0, cells - 1)[:, None, :],
                      np.arange(len(points))[:, None, None]]
    weights = _sigmoid(logits) * inside  # (K, 9, 9): rows, columns
    sure = ((weights.max(axis=(1, 2)) >= _SURE)
            & ((at >= 0) & (at < cells)).all(axis=1))
    centres = np.column_stack([(weights.sum(axis=1) * columns).sum(axis=1),
                               (weights.sum(axis=2) * rows).sum(axis=1)])
    totals = np.where(sure, weights.sum(axis=(1, 2)), 1)
    return np.where(sure[:, None], centres * stride / totals[:, None], points)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
