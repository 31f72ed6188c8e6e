"""The folder that a run writes to: one training at a time, and where it goes on from."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.logging import print_log

from fitness_mm.errors import FitnessError
from fitness_mm.files import locked

from ..checkpoints import check_checkpoint

# A killed training's data loaders hold its lock until they notice that it is gone.
_PATIENCE_SEC = 10


@contextmanager
def training_alone(folder: Path, first: bool) -> Iterator[None]:
    """Holds a work directory, so that no two trainings mix their checkpoints in it.

    Args:
        folder: The work directory, made if it is missing.
        first: Whether this is the first process of a training; the others rely on it.

    Raises:
        FitnessError: If another training holds it.
    """
    if not first:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    give_up = time.monotonic() + _PATIENCE_SEC
    while True:
        with locked(folder) as free:
            if free:
                yield
                return
        if time.monotonic() > give_up:
            raise FitnessError(f'another training is writing to {folder}; wait until it has '
                               'ended, or choose another --work-dir')
        time.sleep(0.2)


def last_whole_checkpoint(folder: Path) -> str | None:
    """The newest checkpoint of a work directory that can be read; None if it has none.

    That is the one that ``last_checkpoint`` names, wherever the folder has been moved to, or the
    one before it.

    Raises:
        FitnessError: If there are checkpoints and all are damaged.
    """
    note = folder / 'last_checkpoint'
    named = folder / (Path(note.read_text('utf-8', 'replace').strip()).name
                      if note.is_file() else '')
    files = sorted((file for file in folder.glob('*_*.pth') if _number(file) >= 0), key=_number,
                   reverse=True)
    if named.is_file():
        files = [named, *(file for file in files if _number(file) < _number(named))]
    for file in files:
        try:
            check_checkpoint(file)
        except FitnessError as error:
            print_log(f'{error}; trying the one before', logger='current', level=logging.WARNING)
        else:
            return str(file)
    if files:
        raise FitnessError(f'none of the checkpoints in {folder} can be read; remove them to train '
                           'from the start')
    return None


def _number(checkpoint: Path) -> int:
    """The epoch or iteration in mmengine's name of a checkpoint; -1 if it is none."""
    number = re.fullmatch(r'(?:epoch|iter)_(\d+)', checkpoint.stem)
    return int(number[1]) if number else -1
