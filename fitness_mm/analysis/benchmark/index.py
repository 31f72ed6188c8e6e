"""Part (a), second half: opening an index of full size, and what it costs in worker processes."""

from __future__ import annotations

from .children import in_new_process
from .index_memory import NUM_WORKERS
from .settings import Settings
from .table import Row
from .wide_index import write_index

_MODULE = 'fitness_mm.analysis.benchmark.index_memory'


def measure(settings: Settings) -> list[Row]:
    """Opens a synthetic index, and starts data sets and worker processes on it."""
    root = settings.folder / 'index'
    size = write_index(root, settings.num_rows).stat().st_size / 1e6
    opened = min((in_new_process(_MODULE, 'open', root) for _ in range(settings.rounds)),
                 key=lambda run: run['seconds'])
    fork, spawn = (in_new_process(_MODULE, method, root) for method in ('fork', 'spawn'))
    each = f"the index itself takes {opened['rss']:.0f} MB"
    return [
        Row('a', f"open an index of {opened['rows']:,} clip-views, {size:.0f} MB",
            opened['seconds'], 's', goal='< 2 s'),
        Row('a', 'memory that it takes', opened['rss'], 'MB',
            f"peak of the whole process {opened['peak']:.0f} MB", '< 1,000 MB'),
        Row('a', 'FitnessPoseDataset on it', fork['pose'], 's', goal='seconds'),
        Row('a', 'FitnessClipDataset on it', fork['clip'], 's', goal='seconds'),
        Row('a', f'{NUM_WORKERS} forked workers of a loader, what they hold alone', fork['own'],
            'MB', each),
        Row('a', f'{NUM_WORKERS} spawned processes with the index, what they hold alone',
            spawn['own'], 'MB', f"{spawn['without']:.0f} MB without an index; {each}",
            'not the index times four'),
    ]
