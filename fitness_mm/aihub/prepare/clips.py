"""Clip files for a whole data root: what is there, what is missing, in parallel and in shards."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fitness_mm.aihub.clips.clip import ClipResult, existing_clips, make_clips
from fitness_mm.aihub.clips.job import ClipJob, clip_folder, clip_jobs
from fitness_mm.aihub.clips.results import RESULTS_FILE, read_results, results_table, write_results
from fitness_mm.aihub.disk.layout import own_folder
from fitness_mm.aihub.disk.search import find_sources
from fitness_mm.aihub.disk.sources import Sources
from fitness_mm.errors import FitnessError
from fitness_mm.files import remove_leftovers
from fitness_mm.processes import Pool

from .build import labelled_rows

_CHECKED_AT_ONCE = 64
_MADE_AT_ONCE = 4  # about a second of work at full HD
_SHARD_FILE = re.compile(r'shard-(\d+)-of-(\d+)\.parquet', re.ASCII)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Shard:
    """One of several equal parts of the work.

    Attributes:
        number: Which, from 1.
        count: Of how many.
    """

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """From ``'2/8'``.

        Raises:
            ValueError: If it is not of this form or there is no such part.
        """
        match = re.fullmatch(r'(\d{1,5})/(\d{1,5})', text, re.ASCII)
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise ValueError(f'{text!r} is no shard, expected i/n with i from 1 to n, such as 2/8')
        return cls(int(match[1]), int(match[2]))

    @property
    def file_name(self) -> str:
        """Of its results."""
        return f'shard-{self.number}-of-{self.count}.parquet'


@dataclass(frozen=True)
class ClipSummary:
    """What a run did.

    Attributes:
        made: Clip files made.
        reused: Clip files that were there already.
        rejected: Clip-views whose images do not allow one.
        num_bytes: Size of all that are there.
    """

    made: int
    reused: int
    rejected: int
    num_bytes: int


def build_clips(root: str | Path | Sources, height: int, workers: int = 1,
                shard: Shard | None = None, on_progress: Progress | None = None) -> ClipSummary:
    """Make the clip files that are missing. The labels have to be indexed.

    What is on the disk in the end depends on labels and images alone, not on workers, shards or
    interruptions. A file that is in the place of a clip file and was not made with these settings
    from this clip-view is replaced.

    Args:
        root: Folder of the data set, or what was found in it.
        height: Of the frames in pixels; smaller crops stay as they are.
        workers: Processes; more than 1 needs ``if __name__ == '__main__':`` in the calling script.
        shard: Which part of the work to do, all if None.
        on_progress: Called with ``checking`` or ``clips``, done and to do.

    Raises:
        FitnessError: If the disk is too small.
        IndexFileError: If the labels are not indexed as they are now.
        LayoutError: If the root has another layout or a link leads out of it.
        OSError: If a clip file cannot be written; the others are kept.
    """
    sources = find_sources(root)
    out = sources.out
    folder = _own_folder(out, height)
    jobs = [job for rows in labelled_rows(sources) for job in clip_jobs(rows, height)]
    if shard:
        jobs = jobs[shard.number - 1::shard.count]
    report = on_progress or (lambda stage, done, total: None)
    with Pool(workers) as pool:
        results = list(_in_parallel(pool, existing_clips, sources, jobs, _CHECKED_AT_ONCE,
                                    lambda *counts: report('checking', *counts)))
        todo = [i for i, result in enumerate(results) if result is None]
        _check_space(out, [jobs[i] for i in todo])
        made = _in_parallel(pool, make_clips, sources, [jobs[i] for i in todo], _MADE_AT_ONCE,
                            lambda *counts: report('clips', *counts))
        for i, result in zip(todo, made, strict=True):
            results[i] = result
    path = folder / shard.file_name if shard else out / RESULTS_FILE
    write_results(path, results_table(zip(jobs, results, strict=True)))
    rejected = sum(bool(result.reason) for result in results)
    return ClipSummary(len(todo) - rejected, len(jobs) - len(todo), rejected,
                       sum(result.num_bytes for result in results))


def merge_clips(root: str | Path | Sources, height: int) -> ClipSummary:
    """Join the results of all shards to what one run would have left.

    Raises:
        FitnessError: If a shard is missing, or labels changed after one was made.
        IndexFileError: If a shard's results are damaged, or the labels not indexed.
        LayoutError: If the root has another layout or a link leads out of it.
        OSError: If the results cannot be written.
    """
    sources = find_sources(root)
    files = _shard_files(_own_folder(sources.out, height), sources.out)
    table = pa.concat_tables([read_results(file) for file in files])
    order = pa.array([job.clip_view for rows in labelled_rows(sources)
                      for job in clip_jobs(rows, height)], pa.string())
    positions = pc.index_in(order, value_set=table['clip_view'])
    if positions.null_count or len(order) != len(table):
        raise FitnessError(f'the labels of {sources.out} changed after its shards were made; run '
                           'each shard again, which keeps the clip files, then --merge')
    table = table.take(positions).combine_chunks()
    write_results(sources.out / RESULTS_FILE, table)
    for file in files:
        file.unlink()
    with_file = table['clip_file'].is_valid()
    reused = pc.sum(with_file, min_count=0).as_py()
    return ClipSummary(0, reused, len(table) - reused,
                       pc.sum(table['num_bytes'], min_count=0).as_py())


def _own_folder(root: Path, height: int) -> Path:
    folder = own_folder(root, clip_folder(height))
    remove_leftovers(folder.parent, '.clips.*.tmp.parquet')
    remove_leftovers(folder, '.shard-*.tmp.parquet')
    return folder


def _in_parallel(pool: Pool, function: Callable, sources: Sources, jobs: list[ClipJob],
                 at_once: int, on_progress: Callable[[int, int], None],
                 ) -> Iterator[ClipResult | None]:
    """Results in the order of the jobs."""
    done = 0
    on_progress(done, len(jobs))
    for results in pool.in_chunks(jobs, at_once, function, sources):
        yield from results
        done += len(results)
        on_progress(done, len(jobs))


def _check_space(root: Path, jobs: list[ClipJob]) -> None:
    needed = sum(job.expected_bytes() for job in jobs)
    free = shutil.disk_usage(root).free
    if needed > free:
        raise FitnessError(f'{len(jobs)} clip files will take about {_amount(needed)}, but {root} '
                           f'has {_amount(free)} free; free some space or choose a smaller '
                           '--clip-height')


def _amount(num_bytes: int) -> str:
    return f'{num_bytes / 1e9:.1f} GB' if num_bytes >= 1e9 else f'{num_bytes / 1e6:.1f} MB'


def _shard_files(folder: Path, root: Path) -> list[Path]:
    """The results of all shards of one division of the work."""
    found: dict[int, dict[int, Path]] = {}
    for path in sorted(folder.iterdir()):
        match = _SHARD_FILE.fullmatch(path.name)
        if match:
            found.setdefault(int(match[2]), {})[int(match[1])] = path
    if len(found) != 1:
        what = (f'results of {" and ".join(map(str, sorted(found)))} shards; delete those that do '
                'not count' if found else
                f'no shard; make them with prepare.py --root {root} --clips --shard 1/n to n/n')
        raise FitnessError(f'{folder} has {what}')
    (count, files), = found.items()
    missing = [str(number) for number in range(1, count + 1) if number not in files]
    if missing:
        raise FitnessError(f'{folder} lacks the results of shard {", ".join(missing)} of {count}; '
                           f'run prepare.py --root {root} --clips --shard {missing[0]}/{count}')
    return [files[number] for number in range(1, count + 1)]
