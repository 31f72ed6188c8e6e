"""One process that opens an index, makes both data sets on it and starts loader workers.

Run by :mod:`~fitness_mm.analysis.benchmark.index`: ``python -m ... ROOT START_METHOD``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from fitness_mm.aihub.index import INDEX_FILE, FitnessIndex

from .process_memory import memory_mb, peak_mb

NUM_WORKERS = 4
_SAMPLES = 64


def open_index(root: Path) -> dict:
    """Seconds and megabytes of opening an index in a process that has nothing else."""
    (root / INDEX_FILE).read_bytes()  # in the page cache
    before = memory_mb()['rss']
    start = time.perf_counter()
    index = FitnessIndex.read(root)
    seconds = time.perf_counter() - start
    return {'seconds': seconds, 'rss': memory_mb()['rss'] - before, 'peak': peak_mb(),
            'rows': len(index)}


def feed(root: Path, start_method: str) -> dict:
    """Seconds to make the data sets, and megabytes of the workers of a loader."""
    from mmengine.registry import init_default_scope

    import fitness_mm.action
    import fitness_mm.pose

    init_default_scope('mmaction')
    common = dict(data_root=str(root), exercises='all')
    seconds = {}
    for name, build in (
            ('pose', lambda: fitness_mm.pose.FitnessPoseDataset(pipeline=[], **common)),
            ('clip', lambda: fitness_mm.action.FitnessClipDataset(pipeline=_PIPELINE, **common))):
        start = time.perf_counter()
        dataset = build()
        seconds[name] = time.perf_counter() - start
    return seconds | {'workers': _workers_mb(dataset, start_method), 'parent': memory_mb()['uss']}


# Everything but pixels, of which there are none.
_PIPELINE = [dict(type='SampleLabelledFrames'), dict(type='CropToUnionBox'),
             dict(type='CropKeypoints'), dict(type='FormatKeypoints')]


class Probe:
    """A data set whose first items are the memory of the worker that is asked, after some work."""

    def __init__(self, dataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return NUM_WORKERS

    def __getitem__(self, worker: int) -> dict[str, float]:
        for row in np.linspace(worker, len(self.dataset) - 1, _SAMPLES).astype(int):
            self.dataset[int(row)]
        return memory_mb()


def _workers_mb(dataset, start_method: str) -> list[dict[str, float]]:
    from torch.utils.data import DataLoader

    loader = DataLoader(Probe(dataset), batch_size=1, num_workers=NUM_WORKERS,
                        collate_fn=_only, multiprocessing_context=start_method,
                        persistent_workers=True)
    return list(loader)


def _only(items: list) -> object:
    return items[0]


if __name__ == '__main__':
    folder, method = Path(sys.argv[1]), sys.argv[2]
    print(json.dumps(open_index(folder) if method == 'open' else feed(folder, method)))
