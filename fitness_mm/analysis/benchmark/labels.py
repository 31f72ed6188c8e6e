"""Part (a), first half: label files a second, against the obvious reader of the same files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from fitness_mm.aihub.prepare.build import build_index

from .label_tree import link_images, plan_tree, write_labels
from .readers import Readers, parse_chunk, plain_chunk
from .settings import Settings
from .table import Row
from .timing import best_ratio, interleaved

_FULL_SIZE = 34_468  # label files of the data set's training part


def measure(settings: Settings) -> list[Row]:
    """Parses a generated label tree in both ways, and builds an index from it."""
    plans = plan_tree(settings.num_clips)
    rows = []
    for form, indent in (('one line', None), ('indented by 2', 2)):
        root = settings.folder / f'labels_{indent}'
        paths = write_labels(root, plans, indent)
        kilobytes = sum(path.stat().st_size for path in paths) / len(paths) / 1000
        rows += _compare(paths, f'{len(paths)} labels, {form}, {kilobytes:.0f} kB each',
                         settings.rounds)
    return rows + _build(settings, plans)


def _compare(paths: Sequence[Path], what: str, rounds: int) -> list[Row]:
    rows = []
    for workers in (1, 2):
        with Readers(workers) as readers:
            ways = {name: partial(readers.read, paths, function)
                    for name, function in (('plain', plain_chunk), ('ours', parse_chunk))}
            seconds = interleaved(ways, rounds)
        ratio = best_ratio(seconds['ours'], seconds['plain'])
        processes = f'{workers} process' + 'es' * (workers > 1)
        plain, ours = (len(paths) / seconds[name].min() for name in ('plain', 'ours'))
        rows += [
            Row('a', f'{what}: json module, {processes}', plain, 'files/s'),
            Row('a', f'{what}: parse_label, {processes}', ours, 'files/s',
                f'{ratio:.1f} x json module; {_FULL_SIZE:,} files: {_FULL_SIZE / ours:.0f} s',
                '10 x'),
        ]
    return rows


def _build(settings: Settings, plans: Sequence) -> list[Row]:
    """The whole of ``prepare.py`` on part of the tree, whose image folders it has to list."""
    plans = plans[:max(1, len(plans) // 5)]
    root = settings.folder / 'tree'
    num_labels = len(write_labels(root, plans))
    num_images = link_images(root, plans)
    results = []

    def build() -> None:
        for part in (root / 'index_parts').glob('*'):
            part.unlink()
        results.append(build_index(root, workers=2))

    seconds = interleaved({'build': build}, rounds=settings.rounds)['build'].min()
    return [Row('a', f'whole index, 2 processes: {num_labels} labels, {num_images} images in '
                f'{5 * num_labels} folders', num_labels / seconds, 'labels/s',
                f'{len(results[-1].index)} clip-views; {_FULL_SIZE:,} labels: '
                f'{_FULL_SIZE * seconds / num_labels:.0f} s')]
