"""Part (a), second half: opening an index of full size, and what it costs in worker processes."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import numpy as np

from fitness_mm.aihub.index import INDEX_FILE, FitnessIndex

from .common import Row, Settings, in_new_process, memory_mb, peak_mb
from .wide_index import write_index

_WORKERS = 4
_SAMPLES = 500
# Everything but pixels, of which there are none.
_PIPELINE = [dict(type='SampleLabelledFrames'), dict(type='CropToUnionBox'),
             dict(type='FormatKeypoints')]


def measure(settings: Settings) -> list[Row]:
    """Opens a synthetic index, and starts data sets and worker processes on it."""
    root = settings.folder / 'index'
    size = write_index(root, settings.num_rows).stat().st_size / 1e6
    opened = min((in_new_process(open_index, root) for _ in range(settings.rounds)),
                 key=lambda run: run['seconds'])
    fork = in_new_process(load_in_forked_workers, root)
    spawn = in_new_process(open_in_spawned_workers, root)
    each = f"the index itself takes {opened['rss']:.0f} MB"
    return [
        Row('a', f"open an index of {opened['rows']:,} clip-views, {size:.0f} MB",
            opened['seconds'], 's', goal='< 2 s'),
        Row('a', 'memory that it takes', opened['rss'], 'MB',
            f"peak of the whole process {opened['peak']:.0f} MB", '< 1,000 MB'),
        Row('a', 'FitnessPoseDataset on it', fork['pose'], 's', goal='seconds'),
        Row('a', 'FitnessClipDataset on it', fork['clip'], 's', goal='seconds'),
        Row('a', f'{_WORKERS} forked workers of a loader, what they hold alone', fork['own'],
            'MB', each),
        Row('a', f'{_WORKERS} spawned processes with the index, what they hold alone',
            spawn['own'], 'MB', f"{spawn['without']:.0f} MB without an index; {each}"),
    ]


def open_index(root: Path) -> dict:
    """Seconds and megabytes of opening an index in a process that has nothing else."""
    (root / INDEX_FILE).read_bytes()  # in the page cache
    before = memory_mb()['rss']
    start = time.perf_counter()
    index = FitnessIndex.read(root)
    seconds = time.perf_counter() - start
    return {'seconds': seconds, 'rss': memory_mb()['rss'] - before, 'peak': peak_mb(),
            'rows': len(index)}


def load_in_forked_workers(root: Path) -> dict:
    """Seconds to make both data sets, and megabytes of a loader's workers."""
    from mmengine.registry import init_default_scope
    from torch.utils.data import DataLoader

    from fitness_mm.action import FitnessClipDataset
    from fitness_mm.pose import FitnessPoseDataset

    init_default_scope('mmaction')
    seconds = {}
    for name, kind, pipeline in (('pose', FitnessPoseDataset, []),
                                 ('clip', FitnessClipDataset, _PIPELINE)):
        start = time.perf_counter()
        dataset = kind(str(root), pipeline=pipeline, exercises='all')
        seconds[name] = time.perf_counter() - start
    loader = DataLoader(_Memory(dataset), batch_size=None, num_workers=_WORKERS,
                        multiprocessing_context='fork', persistent_workers=True)
    return seconds | {'own': sum(loader)}


class _Memory:
    """As many items as workers: each is what its worker holds alone after reading samples."""

    def __init__(self, dataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return _WORKERS

    def __getitem__(self, worker: int) -> float:
        for row in np.linspace(worker, len(self.dataset) - 1, _SAMPLES).astype(int):
            self.dataset[int(row)]
        return memory_mb()['uss']


def open_in_spawned_workers(root: Path) -> dict:
    """Megabytes that processes started anew hold alone, with an index and without one."""
    index = FitnessIndex.read(root)
    return {'own': _spawned_mb(index), 'without': _spawned_mb(None)}


def _spawned_mb(index: FitnessIndex | None) -> float:
    context = multiprocessing.get_context('spawn')
    pipes, processes = [], []
    for worker in range(_WORKERS):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_read_some, args=(index, worker, sender))
        process.start()
        pipes.append(receiver)
        processes.append(process)
    total = sum(pipe.recv() for pipe in pipes)
    for process in processes:
        process.join()
    return total


def _read_some(index: FitnessIndex | None, worker: int, sender) -> None:
    if index is not None:
        for row in np.linspace(worker, len(index) - 1, _SAMPLES).astype(int):
            index.keypoints(row), index.visible(row), index.clip_view_id(row)
    sender.send(memory_mb()['uss'])
