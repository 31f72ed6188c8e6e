"""Which files make up the models: those given, or what `make demo` leaves."""

from __future__ import annotations

import os
from pathlib import Path

from fitness_mm.apis.errors import InferenceError
from fitness_mm.posture.calibration import CALIBRATION_FILE

_DEMO = {'pose': 'demo_pose_r18', 'posture': 'demo_posture'}
_HINT = 'run `make demo`, which trains it, or name a config and a checkpoint'


def demo_files(part: str, work_dirs: str | Path = 'work_dirs') -> tuple[Path, Path]:
    """Config and last checkpoint of a model that `make demo` trained.

    Args:
        part: ``pose`` or ``posture``.
        work_dirs: Where training leaves its folders.

    Raises:
        InferenceError: If it is not there.
    """
    folder = Path(work_dirs) / _DEMO[part]
    pointer = folder / 'last_checkpoint'
    if not pointer.is_file():
        raise InferenceError(f'there is no trained {part} model in {folder}; {_HINT}')
    configs = sorted(folder.glob('*.py'), key=lambda file: file.stat().st_mtime)
    if not configs:
        raise InferenceError(f'{folder} has a checkpoint but no config; {_HINT}')
    # the folder may have been moved since the path was written
    checkpoint = folder / Path(os.fsdecode(pointer.read_bytes()).strip()).name
    if not checkpoint.is_file():
        raise InferenceError(f'{pointer} names {checkpoint.name}, which is not there; {_HINT}')
    return configs[-1], checkpoint


def calibration_beside(checkpoint: Path) -> Path | None:
    """The calibration in a checkpoint's folder, if there is one."""
    file = Path(checkpoint).parent / CALIBRATION_FILE
    return file if file.is_file() else None
