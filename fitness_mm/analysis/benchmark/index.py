"""Part (a), second half: opening an index of full size, and what it costs in worker processes."""

from __future__ import annotations

from .children import in_new_process
from .index_memory import NUM_WORKERS
from .settings import Settings
from .table import Row
from .wide_index import write_index

_MODULE = 'fitness_mm.analysis.benchmark.index_memory'
_FEW_ROWS = 500


def measure(settings: Settings) -> list[Row]:
    """Opens a synthetic index; starts workers on it and on a small one, whose difference counts."""
    root, small = settings.folder / 'index', settings.folder / 'small_index'
    size = write_index(root, settings.num_rows).stat().st_size / 1e6
    write_index(small, _FEW_ROWS)
    opened = min((in_new_process(_MODULE, root, 'open') for _ in range(settings.rounds)),
                 key=lambda run: run['seconds'])
    what = f"index of {opened['rows']:,} clip-views ({size:.0f} MB)"
    rows = [Row('a', f'open an {what}', opened['seconds'], 's', goal='< 2 s'),
            Row('a', 'memory that it takes', opened['rss'], 'MB',
                f"peak of the whole process {opened['peak']:.0f} MB", '< 1,000 MB')]
    for method in ('fork', 'spawn'):
        full, few = (in_new_process(_MODULE, folder, method) for folder in (root, small))
        if method == 'fork':
            rows += [Row('a', f'{name} on it, from the file to the first sample', full[key], 's',
                         goal='seconds') for name, key in (('FitnessPoseDataset', 'pose'),
                                                           ('FitnessClipDataset', 'clip'))]
        total = [sum(worker['uss'] for worker in run['workers']) for run in (full, few)]
        rows.append(Row('a', f"{NUM_WORKERS} workers ({method}): memory of their own", total[0],
                        'MB', f'{total[0] - total[1]:+.0f} MB against an index of '
                        f'{_FEW_ROWS} clip-views', 'not the index times workers'))
    return rows
