"""Part (a), first half: label files a second, against the obvious reader of the same files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from fitness_mm.aihub.labels import ClipLabel, LabelError, parse_label
from fitness_mm.aihub.prepare import build_index
from fitness_mm.aihub.prepare.rows import read_bytes
from fitness_mm.keypoints.skeleton import KEYPOINTS

from .common import Row, Settings, best_ratio, interleaved
from .label_tree import link_images, plan_tree, write_labels

_FULL_SIZE = 34_468  # label files of the data set's training part
_CHUNK = 16


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
        with (ProcessPoolExecutor(workers, get_context('forkserver')) if workers > 1
              else nullcontext()) as pool:
            ways = {way.__name__: partial(_read, pool, paths, way)
                    for way in (read_plainly, read_checked)}
            seconds = interleaved(ways, rounds)
        plain, ours = seconds['read_plainly'], seconds['read_checked']
        files_per_sec = len(paths) / ours.min()
        processes = f'{workers} process' + 'es' * (workers > 1)
        rows += [
            Row('a', f'{what}: json module, {processes}', len(paths) / plain.min(), 'files/s'),
            Row('a', f'{what}: parse_label, {processes}', files_per_sec, 'files/s',
                f'{best_ratio(ours, plain):.1f} x json module; {_FULL_SIZE:,} files: '
                f'{_FULL_SIZE / files_per_sec:.0f} s', '10 x'),
        ]
    return rows


def _read(pool: ProcessPoolExecutor | None, paths: Sequence[Path], way: Callable) -> int:
    """Number of results of a reader, in processes, which hand over what they read, or here."""
    chunks = [paths[i:i + _CHUNK] for i in range(0, len(paths), _CHUNK)]
    return sum(map(len, (pool.map if pool else map)(partial(_each, way), chunks)))


def _each(way: Callable, paths: Sequence[Path]) -> list:
    return [way(path) for path in paths]


def read_checked(path: Path) -> ClipLabel | LabelError:
    """What the reader of the index makes of a file: a record, or what is wrong."""
    try:
        return parse_label(read_bytes(path.parent, path.name), path.name)
    except LabelError as error:
        return error


def read_plainly(path: Path) -> list[dict]:
    """Frames of one label as dictionaries: image, view, exercise, conditions, 24 pairs of numbers.

    What the original study's reader did in substance. It checks nothing.
    """
    with open(path, encoding='utf-8') as file:
        label = json.load(file)
    info = label['type_info']
    records = []
    for frame in label['frames']:
        for view, entry in frame.items():
            points = entry['pts']
            records.append({
                'image': entry['img_key'],
                'view': view,
                'type': label['type'],
                'exercise': info['exercise'],
                'conditions': info['conditions'],
                'keypoints': [[points[name]['x'], points[name]['y']] for name in KEYPOINTS],
            })
    return records


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

    seconds = interleaved({'build': build}, settings.rounds)['build'].min()
    return [Row('a', f'whole index, 2 processes: {num_labels} labels, {num_images} images in '
                f'{5 * num_labels} folders', num_labels / seconds, 'labels/s',
                f'{len(results[-1].index)} clip-views; {_FULL_SIZE:,} labels: '
                f'{_FULL_SIZE * seconds / num_labels:.0f} s')]
