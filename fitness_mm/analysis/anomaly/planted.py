"""The errors that a generated sample has on purpose, matched to residuals; for evaluation only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fitness_mm.anomaly import Residuals
from fitness_mm.errors import FitnessError
from fitness_mm.json_files import read_json
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

_FORM = {'clip_views': [{'id': str, 'kind': str, 'frames': [int], 'joints_moved': [int],
                         'clean': [[[float]]]}]}


@dataclass(frozen=True, eq=False)
class Truth:
    """What is really wrong with N frames.

    Attributes:
        kind: str (N,): kind of the planted error, empty where there is none.
        joints_moved: int (N,): joints that the error takes away from their place.
        clean: float32 (N, K, 2): where the joints are, in pixels of the original image. Where
            nothing was planted it is the label, which is half a pixel off or so.
    """

    kind: np.ndarray
    joints_moved: np.ndarray
    clean: np.ndarray

    @property
    def planted(self) -> np.ndarray:
        """bool (N,)."""
        return self.kind != ''


def match_planted_errors(path: str | Path, residuals: Residuals) -> Truth:
    """Reads a sample's ``planted_errors.json`` and finds its frames among the residuals.

    Planted errors of clip-views that the residuals do not have are passed over: they are in
    another fold, or of a label file that the index refused.

    Raises:
        FitnessError: If the file is missing or something else.
    """
    row_of = {key: row for row, key in enumerate(zip(
        residuals.clip_view.tolist(), residuals.frame_number.tolist(), strict=True))}
    clip_views = set(residuals.clip_view.tolist())
    kind = np.full(len(residuals), '', dtype='U16')
    joints_moved = np.zeros(len(residuals), np.int64)
    clean = residuals.labels.copy()
    for name, error, frames, moved, keypoints in _records(path):
        if name not in clip_views:
            continue
        rows = [row_of.get((name, image_number(t))) for t in frames]
        for row, count, points in zip(rows, moved, keypoints, strict=True):
            if row is not None:  # the first frames alone may have been predicted
                kind[row], joints_moved[row], clean[row] = error, count, points
    return Truth(kind, joints_moved, clean)


def image_number(labelled_frame: int) -> int:
    """Labelled frame 0, 1, 2 ... of a sample is image 1, 3, 5 ..."""
    return 2 * labelled_frame + 1


def _records(path: str | Path) -> Iterator[tuple[str, str, list[int], list[int], np.ndarray]]:
    """Clip-view, kind, frames, joints moved and clean keypoints (T, K, 2) of every error."""
    source = ('tools/data/make_sample.py writes planted_errors.json beside the sample; make the '
              'sample again')
    records = read_json(path, _FORM, 'file of errors planted in a sample', source)['clip_views']
    for record in records:
        frames, moved = record['frames'], record['joints_moved']
        try:
            clean = np.array(record['clean'], np.float32)
            fits = clean.shape == (len(frames), NUM_KEYPOINTS, 2) and len(moved) == len(frames)
        except ValueError:  # lists of several lengths
            fits = False
        if not fits or not all(0 <= count <= NUM_KEYPOINTS for count in moved):
            raise FitnessError(f"{path}: {record['id'][:80]!r} has {len(frames)} frames, which its "
                               f'keypoints or the numbers of joints moved do not fit; {source}')
        yield record['id'], record['kind'], frames, moved, clean
