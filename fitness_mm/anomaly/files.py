"""What the anomaly filter leaves on disk, for training, for people and for the next tool."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from fitness_mm.files import replacing
from fitness_mm.keypoints.skeleton import KEYPOINTS

from .decision import Anomalies, find_anomalies
from .residuals import Residuals, merge_records, write_record
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
    """Writes everything; each file appears whole or not at all.

    Args:
        residuals: Labels and held-out predictions.
        anomalies: What was found in them.
        folder: Where to.
        name: Start of the files' names, e.g. ``fold0``.
    """
    files = AnomalyFiles.of(folder, name)
    write_record(residuals, files.record)
    _write_json(files.frames, flagged_frames(residuals, anomalies))
    _write_json(files.joints, wrong_joints(residuals, anomalies))
    _write_json(files.corrections, corrections(residuals, anomalies))
    _write_ranking(files.ranking, residuals, anomalies)
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
    residuals = merge_records(records)
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
    with replacing(path) as temporary:
        temporary.write_bytes(orjson.dumps(content) + b'\n')


def _write_ranking(path: Path, residuals: Residuals, anomalies: Anomalies) -> None:
    noticed = anomalies.flagged | anomalies.bad_joints.any(axis=1)
    single = anomalies.bad_joints.sum(axis=1)
    with replacing(path) as temporary, temporary.open('w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(CSV_COLUMNS)
        for row in anomalies.ranked():
            if not noticed[row]:
                continue
            flagged = bool(anomalies.flagged[row])
            writer.writerow([
                residuals.clip_view[row], residuals.frame_number[row],
                f'{anomalies.severity[row]:.4f}',
                anomalies.num_bad[row] if flagged else single[row],
                'yes' if flagged else 'no', anomalies.kind[row],
                'yes' if anomalies.has_correction[row] else 'no'])
