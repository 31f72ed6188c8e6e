"""The errors that a generated sample has on purpose, matched to residuals; for evaluation only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from fitness_mm.anomaly import Residuals
from fitness_mm.errors import FitnessError
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS


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
    try:
        document = orjson.loads(Path(path).read_bytes())
        for record in document['clip_views']:
            frames, moved = list(record['frames']), list(record['joints_moved'])
            clean = np.array(record['clean'], np.float32)
            if clean.shape != (len(frames), NUM_KEYPOINTS, 2) or len(moved) != len(frames):
                raise ValueError(f"{record['id']} has {len(frames)} frames but keypoints "
                                 f'{clean.shape}')
            yield str(record['id']), str(record['kind']), frames, moved, clean
    except FileNotFoundError:
        raise FitnessError(f'there is no {path}; tools/data/make_sample.py writes '
                           'planted_errors.json beside the sample') from None
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise FitnessError(f'{path} is not a planted_errors.json of a sample ({error!r}); '
                           'make the sample again') from error
