"""Records of posture networks, of one training or of several folds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fitness_mm.analysis.study.results import trainings
from fitness_mm.errors import FitnessError
from fitness_mm.posture.records import PostureRecordError, PostureRecords, pooled

RECORDS = 'posture.npz'


def read_posture(paths: Sequence[Path]) -> PostureRecords:
    """The records of all files and work directories together.

    Args:
        paths: Files of records, work directories that hold one, or folders of folds that do. Folds
            are held-out parts of one data set, so their rows are pooled.

    Raises:
        FitnessError: If there are none, one is damaged, or they do not belong together.
    """
    files = [file for path in paths for file in (
        [folder / RECORDS for folder in trainings(path)] if path.is_dir() else [path])]
    parts = []
    for file in files:
        try:
            parts.append(PostureRecords.read(file))
        except FileNotFoundError:
            raise FitnessError(
                f'there is no {file}; name work directories of tools/train.py whose posture '
                'network has been validated with FitnessPostureMetric, or test it with '
                f'tools/test.py CONFIG CHECKPOINT --work-dir {file.parent}') from None
    try:
        return pooled(parts)
    except PostureRecordError as error:
        raise FitnessError(f"{', '.join(map(str, files))} do not belong together ({error}); name "
                           'the folds of one network and data set') from error
