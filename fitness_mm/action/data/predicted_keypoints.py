"""Keypoints that networks predicted for frames they had not seen, in place of the labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fitness_mm.anomaly.residuals import Residuals


class PredictedKeypoints:
    """Predictions of a record of held-out residuals, by clip-view.

    Args:
        path: The ``.npz`` that ``AnomalyFilterHook`` writes for one fold, or ``tools/kfold.py``
            for all of them.

    Raises:
        RecordError: If the file is missing, damaged or something else.
    """

    def __init__(self, path: str | Path) -> None:
        record = Residuals.read(path).in_order()
        clip_views, starts = np.unique(record.clip_view, return_index=True)
        stops = [*starts[1:], len(record)]
        self._rows = {str(name): slice(start, stop)
                      for name, start, stop in zip(clip_views, starts, stops, strict=True)}
        self._numbers = record.frame_number
        self._keypoints, self._scores = record.predictions, record.scores

    def frame_numbers(self, clip_view: str) -> np.ndarray:
        """Image numbers with a prediction, ascending, (T,); none for an unknown clip-view."""
        return self._numbers[self._rows.get(clip_view, slice(0))]

    def of_frames(self, clip_view: str, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Keypoints (T, K, 2) in pixels of the original image and scores (T, K), as copies.

        Args:
            clip_view: As :meth:`~fitness_mm.aihub.index.index.FitnessIndex.clip_view_id` has it.
            numbers: Image numbers that have a prediction, (T,).
        """
        rows = self._rows[clip_view]
        at = rows.start + np.searchsorted(self._numbers[rows], numbers)
        return self._keypoints[at], self._scores[at]
