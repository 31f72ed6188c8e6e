"""What the anomaly filter leaves on disk, for training, for people and for the next tool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from fitness_mm.files import write_text
from fitness_mm.keypoints.skeleton import KEYPOINTS
from fitness_mm.tables import csv_table

from .decision import Anomalies, find_anomalies
from .residuals import Residuals
from .rules import Rule

CSV_COLUMNS = ('clip_view', 'frame', 'severity', 'bad_joints', 'flagged', 'kind', 'corrected')


@dataclass(frozen=True)
class AnomalyFiles:
    """Where the files of one fold, or of all folds together, are.

    Attributes:
        record: Residuals of all frames, ``.npz``.
        frames: JSON of clip-view to image numbers of flagged frames, the original study's form.
        joints: JSON of clip-view to image number to names of single wrong joints.
        ranking: CSV of flagged frames and of frames with wrong joints, the worst first.
        corrections: JSON of clip-view to image number to mended keypoints in pixels.
    """

    record: Path
    frames: Path
    joints: Path
    ranking: Path
    corrections: Path

    @classmethod
    def of(cls, folder: str | Path, name: str) -> AnomalyFiles:
        """The files of this name in a folder."""
        folder = Path(folder)
        return cls(folder / f'{name}.npz', folder / f'{name}_frames.json',
                   folder / f'{name}_joints.json', folder / f'{name}.csv',
                   folder / f'{name}_corrections.json')


def write_anomalies(residuals: Residuals, anomalies: Anomalies, folder: str | Path,
                    name: str) -> AnomalyFiles:
    """Writes everything, the record last; each file appears whole or not at all.

    Args:
        residuals: Labels and held-out predictions.
        anomalies: What was found in them.
        folder: Where to.
        name: Start of the files' names, e.g. ``fold0``.
    """
    files = AnomalyFiles.of(folder, name)
    _write_json(files.frames, flagged_frames(residuals, anomalies))
    _write_json(files.joints, wrong_joints(residuals, anomalies))
    _write_json(files.corrections, corrections(residuals, anomalies))
    write_text(files.ranking, _ranking(residuals, anomalies))
    residuals.write(files.record)
    return files


def merge(records: Sequence[str | Path], folder: str | Path, name: str = 'all',
          rule: Rule | None = None) -> tuple[AnomalyFiles, Residuals, Anomalies]:
    """Judges the records of all folds together and writes the files of the whole.

    One threshold for all folds: their networks are of one config, and together they say more
    about what is usual.

    Args:
        records: The ``.npz`` files of the folds.
        folder: Where to.
        name: Start of the new files' names.
        rule: The rule; a recommended one if None.

    Raises:
        RecordError: If a record cannot be read, or folds overlap.
    """
    residuals = Residuals.read_all(records).in_order()
    anomalies = find_anomalies(residuals, rule)
    return write_anomalies(residuals, anomalies, folder, name), residuals, anomalies


def flagged_frames(residuals: Residuals, anomalies: Anomalies) -> dict[str, list[int]]:
    """Clip-view to image numbers of flagged frames, both sorted."""
    flags: dict[str, list[int]] = {}
    for row in _sorted_rows(residuals, anomalies.flagged):
        flags.setdefault(str(residuals.clip_view[row]), []).append(
            int(residuals.frame_number[row]))
    return flags


def wrong_joints(residuals: Residuals, anomalies: Anomalies) -> dict[str, dict[str, list[str]]]:
    """Clip-view to image number to names of single wrong joints."""
    joints: dict[str, dict[str, list[str]]] = {}
    for row in _sorted_rows(residuals, anomalies.bad_joints.any(axis=1)):
        names = [KEYPOINTS[k] for k in np.flatnonzero(anomalies.bad_joints[row])]
        frames = joints.setdefault(str(residuals.clip_view[row]), {})
        frames[str(residuals.frame_number[row])] = names
    return joints


def corrections(residuals: Residuals,
                anomalies: Anomalies) -> dict[str, dict[str, list[list[float]]]]:
    """Clip-view to image number to mended keypoints (K, 2), in pixels with one decimal."""
    mended: dict[str, dict[str, list[list[float]]]] = {}
    for row in _sorted_rows(residuals, anomalies.has_correction):
        frames = mended.setdefault(str(residuals.clip_view[row]), {})
        keypoints = anomalies.corrected[row].astype(np.float64)
        frames[str(residuals.frame_number[row])] = np.round(keypoints, 1).tolist()
    return mended


def _sorted_rows(residuals: Residuals, mask: np.ndarray) -> np.ndarray:
    rows = np.flatnonzero(mask)
    return rows[np.lexsort((residuals.frame_number[rows], residuals.clip_view[rows]))]


def _write_json(path: Path, content: dict[str, Any]) -> None:
    write_text(path, orjson.dumps(content).decode() + '\n')


def _ranking(residuals: Residuals, anomalies: Anomalies) -> str:
    noticed = anomalies.flagged | anomalies.bad_joints.any(axis=1)
    num_bad = np.where(anomalies.flagged, anomalies.num_bad, anomalies.bad_joints.sum(axis=1))
    return csv_table(CSV_COLUMNS, (
        [residuals.clip_view[row], residuals.frame_number[row], f'{anomalies.severity[row]:.4f}',
         num_bad[row], 'yes' if anomalies.flagged[row] else 'no', anomalies.kind[row],
         'yes' if anomalies.has_correction[row] else 'no']
        for row in anomalies.ranked() if noticed[row]))
