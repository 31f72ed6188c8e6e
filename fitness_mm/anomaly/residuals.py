"""What networks said about frames they had not seen, next to what the labels say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fitness_mm.records import Record, RecordError, column


@dataclass(frozen=True, eq=False)
class Residuals(Record):
    """Labels and held-out predictions of N frames with K keypoints, in pixels of the original
    image unless stated otherwise.

    Attributes:
        labels: float32 (N, K, 2).
        predictions: float32 (N, K, 2).
        visible: bool (N, K): in the label and inside the image.
        scores: float32 (N, K): the network's own confidence.
        torso: float32 (N,): from mid-shoulder to mid-hip; NaN where no label shows all four.
        box: float32 (N, 4): x1, y1, x2, y2 around the label.
        input_scale: float32 (N, 2): pixels of the network's input per pixel of the image, x and y;
            a squeezed crop has two scales.
        input_size: float32 (N, 2): width and height of the network's input in its pixels.
        clip_view: str (N,): as :meth:`~fitness_mm.aihub.index.index.FitnessIndex.clip_view_id` has
            it.
        frame_number: int64 (N,): image numbers.
        view: str (N,): camera letters.
        performer: int64 (N,).
        exercise: str (N,): English names.
        day: str (N,): shooting days.
    """

    labels: np.ndarray = column(float, 'K', 2)
    predictions: np.ndarray = column(float, 'K', 2)
    visible: np.ndarray = column(bool, 'K')
    scores: np.ndarray = column(float, 'K')
    torso: np.ndarray = column(float, nan=True)
    box: np.ndarray = column(float, 4)
    input_scale: np.ndarray = column(float, 2)
    input_size: np.ndarray = column(float, 2)
    clip_view: np.ndarray = column(str)
    frame_number: np.ndarray = column(int)
    view: np.ndarray = column(str)
    performer: np.ndarray = column(int)
    exercise: np.ndarray = column(str)
    day: np.ndarray = column(str)

    key = ('clip_view', 'frame_number')
    what = 'record of residuals'
    source = ('tools/kfold.py leaves them in <work dir>/anomalies/, and so does a test with '
              'AnomalyFilterHook')

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping]) -> Residuals:
        """Stacks one mapping a frame, with the attributes' names as keys.

        Raises:
            RecordError: If there is no frame, or a prediction is not finite.
        """
        if not rows:
            raise RecordError('there are no held-out frames to compare with their labels')
        return cls(**{name: np.array([row[name] for row in rows]) for name in cls._columns()})
