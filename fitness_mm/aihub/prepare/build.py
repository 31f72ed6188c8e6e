"""The label tree of a data root -> ``index.parquet``, ``report.json`` and ``report.txt``.

The work is cut into days, and each day into what its labels say, what its 3D labels say and which
images are there: see :mod:`~fitness_mm.aihub.prepare.parts`. Labels are read once, whether images
are looked for or not.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson
import pyarrow as pa

from fitness_mm.aihub.clips.results import RESULTS_FILE, attach_clips, read_results
from fitness_mm.aihub.disk.image_files import ImageFiles, look_up_archives
from fitness_mm.aihub.disk.label_files import state_of_label, walk_labels
from fitness_mm.aihub.disk.layout import SPLITS, LayoutError, own_folder, readable
from fitness_mm.aihub.disk.resolve import ImageResolver
from fitness_mm.aihub.disk.search import find_sources
from fitness_mm.aihub.disk.sources import SOURCES_KEY, Sources
from fitness_mm.aihub.image_checks.results import (
    FolderCheck,
    amounts_checked,
    read_checks,
    without_broken,
)
from fitness_mm.aihub.index import INDEX_FILE, FitnessIndex, IndexFileError
from fitness_mm.aihub.index.parquet import writing_parquet
from fitness_mm.aihub.index.schema import SCHEMA, WRITE_OPTIONS
from fitness_mm.aihub.labels import LabelError
from fitness_mm.errors import FitnessError
from fitness_mm.files import remove_leftovers, replacing, state_of

from .days import Day, Progress, read_days
from .keypoints_3d import attach_3d
from .parts import PARTS_FOLDER, Part, fingerprint
from .reasons import REASONS
from .report import Report, as_text, summarise


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes:
        index: The index, opened.
        summary: Content of ``report.json``.
        text: Content of ``report.txt``.
        labels_parsed: 2D label files read by this run.
        labels_reused: 2D label files whose day was finished before.
    """

    index: FitnessIndex
    summary: dict
    text: str
    labels_parsed: int
    labels_reused: int


def build_index(root: str | Path | Sources, workers: int = 1, on_progress: Progress | None = None,
                image_size: tuple[int, int] | None = None) -> BuildResult:
    """Index a data root.

    The result depends on the files alone, not on the number of workers or on interruptions.

    Args:
        root: Folder of the data set, or what was found in it.
        workers: Processes that read files; 1 reads in this one. More than 1 needs the usual
            ``if __name__ == '__main__':`` in the calling script.
        on_progress: Called with ``labels``, ``3D labels`` (files) or ``images`` (clip-views),
            done and to do, if there is something to do.
        image_size: Width and height of all images, which are not looked for then: labels suffice
            for networks that see only keypoints.

    Raises:
        FitnessError: If no clip can be used. An index that is there is kept.
        LayoutError: If the root has another layout.
        OSError: If the results cannot be written.
    """
    sources = find_sources(root, labels_only=image_size is not None)
    out = sources.out
    remove_leftovers(out, '.index.*.tmp.*', '.report.*.tmp.*')
    remove_leftovers(own_folder(out, PARTS_FOLDER), '.*.tmp.parquet')
    if image_size is None:
        look_up_archives(sources)
    days, report = _plan(sources, image_size)
    to_parse = read_days(sources, days, workers,
                         on_progress or (lambda stage, done, total: None))
    report = _merge(sources, days, report, image_size)
    index = FitnessIndex.read(out)
    summary = summarise(report, index, image_size is not None, amounts_checked(out),
                        [readable(file) for day in days for file in day.files])
    text = as_text(summary)
    _write(out / 'report.json', orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    _write(out / 'report.txt', text.encode())
    return BuildResult(index, summary, text, to_parse,
                       sum(len(day.files) for day in days) - to_parse)


def _plan(sources: Sources,
          image_size: tuple[int, int] | None = None) -> tuple[list[Day], Report]:
    """Every day there is, sorted, and a report on what belongs to none.

    Where the roots are does not matter for what is finished, nor, of a file's times, the one that
    programs can set.
    """
    days, report = [], Report()
    trees = walk_labels(sources)
    images = ImageFiles(sources)
    with_images = images.days({split: tree.labels for split, tree in trees.items()})
    state = partial(state_of_label, sources.roots[0])
    for split, tree in trees.items():
        report.other_files += tree.num_other
        resolver = ImageResolver(images, split)
        for name in sorted({*tree.labels, *tree.labels_3d, *with_images[split]}):
            files, files_3d = tree.labels.get(name, []), tree.labels_3d.get(name, [])
            folders = list(resolver.clip_folders(name)) if name in with_images[split] else []
            found = Report(labels_2d=len(files), labels_3d=len(files_3d),
                           image_folders=len(folders))
            if not files:
                found.days_without_labels.append(
                    f'{split}/{name} ({len(folders)} image folders, {len(files_3d)} 3D labels)')
            place = sources.out / PARTS_FOLDER / f'{split}-{name}'
            read = fingerprint(files, state)
            days.append(Day(
                split, name, files, files_3d, found,
                Part(place.with_name(f'{place.name}.labels.parquet'), read),
                Part(place.with_name(f'{place.name}.3d.parquet'), fingerprint(files_3d, state)),
                None if image_size else Part(
                    place.with_name(f'{place.name}.images.parquet'),
                    fingerprint(folders, lambda folder: state_of(images.path(folder)), read,
                                *images.state(split, name)))))
        report.note(_errors(tree.problems))
    report.note(_errors(sources.problems))
    if image_size is None:
        report.note(_errors(images.problems()))
    return days, report


def _errors(problems: Iterable[tuple[str, LayoutError]]) -> list[LabelError]:
    return [LabelError(problem.reason, readable(path), problem.detail)
            for path, problem in problems]


def labelled_rows(sources: Sources, broken_too: bool = False) -> Iterator[pa.Table]:
    """The rows of each day as its labels have them, in index order, without clip files.

    Args:
        sources: Where everything is.
        broken_too: Whether with the frames whose image is known as broken.

    Raises:
        IndexFileError: If a day's labels were not read yet, or changed since.
    """
    days, _ = _plan(sources)
    for day in days:
        if not (day.labels.is_finished() and day.images.is_finished()):
            raise IndexFileError(f'the labels of {day.split}/{day.name} are not indexed as they '
                                 'are now; first run: python tools/data/prepare.py --root '
                                 f'{sources.out}')
    for _, _, rows in _rows(sources, days, None, {} if broken_too else _broken(sources.out)):
        yield rows


def _broken(root: Path) -> dict[str, FolderCheck]:
    return {check.folder: check for check in read_checks(root, only_broken=True)}


def _merge(sources: Sources, days: list[Day], report: Report,
           image_size: tuple[int, int] | None) -> Report:
    """Write the index from the parts; the days are sorted, and so is each part."""
    root = sources.out
    clips = read_results(root / RESULTS_FILE)
    since = os.stat(root / RESULTS_FILE).st_mtime_ns if clips is not None else 0
    images = ImageFiles(sources)

    def changed(folder: str) -> bool:
        try:
            return images.last_change(folder) > since
        except OSError:
            return False

    num_rows = 0
    schema = SCHEMA.with_metadata(SCHEMA.metadata | {SOURCES_KEY: sources.to_json()})
    with writing_parquet(root / INDEX_FILE, schema, **WRITE_OPTIONS) as writer:
        for day, found, rows in _rows(sources, days, image_size,
                                      {} if image_size else _broken(root)):
            report += found
            if clips is not None and len(rows):  # a day may have no usable label
                rows, problems = attach_clips(rows, clips, changed)
                report.note(problems)
            labels_3d, found = day.labels_3d.read()
            report += found
            labels, _ = day.labels.read(['label_file', 'frame_numbers'])
            rows, problems = attach_3d(rows, labels, labels_3d)
            report.note(problems, in_3d=True)
            if len(rows):
                writer.write_table(rows.replace_schema_metadata(schema.metadata))
            num_rows += len(rows)
        if not num_rows:
            raise FitnessError(_nothing_usable(sources, report))
    return report


def _nothing_usable(sources: Sources, report: Report) -> str:
    """Why no index takes the place of the one that may be there."""
    counts = (report.rejected_files + report.rejected_views).most_common(2)
    reasons = ''.join(f'; {count} times {REASONS[reason]}, such as {report.examples[reason][0]}'
                      for reason, count in counts)
    return (f'{sources.roots[0]} has no usable clip: none of its {report.labels_2d} 2D label files '
            f'will do{reasons}; no index was written')


def _rows(sources: Sources, days: list[Day], image_size: tuple[int, int] | None,
          broken: dict[str, FolderCheck]) -> Iterator[tuple[Day, Report, pa.Table]]:
    """Report and rows of each day, without the clips that an earlier split has and the frames
    whose image is broken."""
    seen: set[str] = set()
    images = ImageFiles(sources)
    for day in days:
        table, found = day.rows(image_size)
        table, duplicates = _not_seen(table, day.split, seen)
        found.note(duplicates)
        table, num_frames, problems = without_broken(table, broken, images)
        found.notes['frames_with_broken_image'] += num_frames
        found.note(problems)
        yield day, found, table


def _not_seen(table: pa.Table, split: str, seen: set[str]) -> tuple[pa.Table, list[LabelError]]:
    """Leave out clips that an earlier split has: they would be trained and validated on."""
    names = [clip.removeprefix(f'{split}/') for clip in table['clip'].to_pylist()]
    duplicates = {
        file: LabelError('duplicate', file, f'its clip {name} is in {SPLITS[0]}/ too')
        for name, file in zip(names, table['label_file'].to_pylist(), strict=True)
        if split != SPLITS[0] and name in seen}
    if duplicates:
        table = table.filter(pa.array([name not in seen for name in names]))
    seen.update(names)
    return table, list(duplicates.values())


def _write(path: Path, data: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(data)
