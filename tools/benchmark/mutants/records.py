"""Records (.npz)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fitness_mm.clip_scores import ClipScores

from .common import Kind, damage_bytes


def _originals(folder: Path) -> list[Path]:
    rng = np.random.default_rng(0)
    rows = 40
    scores = ClipScores(
        label=rng.integers(3, size=rows), clip=np.array([f'1-{i}' for i in range(rows)]),
        view=np.array(['A'] * rows), performer=np.arange(rows), classes=('a', 'b', 'c'),
        scores=rng.random((rows, 3), np.float32))
    return [scores.write(folder / 'accuracy.npz')]


def _read(path: Path) -> str:
    ClipScores.read(path)
    return 'read'


RECORDS = Kind(_originals, _read, damage_bytes)
