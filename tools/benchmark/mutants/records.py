"""Records (.npz)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fitness_mm.clip_scores import ClipScores

from .common import Kind, damage_bytes


def _whole() -> ClipScores:
    rng = np.random.default_rng(0)
    rows = 40
    return ClipScores(
        label=rng.integers(3, size=rows), clip=np.array([f'1-{i}' for i in range(rows)]),
        view=np.array(['A'] * rows), performer=np.arange(rows), classes=('a', 'b', 'c'),
        scores=rng.random((rows, 3), np.float32))


def _read(path: Path) -> str:
    found, whole = ClipScores.read(path), _whole()
    if found.classes != whole.classes or any(
            not np.array_equal(array, getattr(whole, name))
            for name, array in found.columns().items()):
        raise AssertionError('read with other content')
    return 'read'


RECORDS = Kind(lambda folder: [_whole().write(folder / 'accuracy.npz')], _read, damage_bytes)
