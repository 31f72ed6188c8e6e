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

    def frames_of(self, clip_view: str, numbers: np.ndarray) -> np.ndarray:
        """Where the predictions for some frames are, for :meth:`labels_at`, (T,).

        Args:
            clip_view: As :meth:`~fitness_mm.aihub.index.index.FitnessIndex.clip_view_id` has it.
            numbers: Image numbers that have a prediction, (T,).
        """
        rows = self._rows[clip_view]
        return rows.start + np.searchsorted(self._numbers[rows], numbers)

    def labels_at(self, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What stands for the labels of single frames.

        Args:
            frames: Where they are, as :meth:`frames_of` says, of any shape (...).

        Returns:
            Image numbers (...), keypoints (..., K, 2) in pixels of the original image and scores
            (..., K), as copies.
        """
        return self._numbers[frames], self._keypoints[frames], self._scores[frames]
