"""The label tree of a data root -> ``index.parquet``, ``report.json`` and ``report.txt``.

The work is cut into days. A finished day lies in ``index_parts/`` with a fingerprint of the files
it was made from, so an interrupted or repeated build does only what is missing or has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
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
from fitness_mm.aihub.index.parquet import (
    DAMAGED,
    check_parquet,
    first_line,
    read_parquet,
    reading_parquet,
    write_parquet,
    writing_parquet,
)
from fitness_mm.aihub.index.schema import (
    INDEX_VERSION,
    SCHEMA,
    SORT_COLUMNS,
    VERSION_KEY,
    WRITE_OPTIONS,
)
from fitness_mm.aihub.labels import LabelError
from fitness_mm.files import remove_leftovers, replacing, state_of
from fitness_mm.processes import Pool

from .report import Report, as_text, summarise
from .rows import read_labels

PARTS_FOLDER = 'index_parts'

_FINGERPRINT_KEY = b'fitness_mm.fingerprint'
_REPORT_KEY = b'fitness_mm.report'
_MAY_PASS = {'unreadable', 'broken_image'}
_CHUNK = 16  # label files a task: about 30 ms of work


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes:
        index: The index, opened.
        summary: Content of ``report.json``.
        text: Content of ``report.txt``.
        labels_parsed: Label files read by this run.
        labels_reused: Label files whose day was finished before.
    """

    index: FitnessIndex
    summary: dict
    text: str
    labels_parsed: int
    labels_reused: int


@dataclass
class _Day:
    """One day of one split: the unit that is finished, kept and re-used."""

    split: str
    day: str
    files: list[str]
    image_folders: list[str]
    report: Report = field(default_factory=Report)
    fingerprint: str = ''

    @property
    def part_name(self) -> str:
        return f'{self.split}-{self.day}.parquet'


def build_index(root: str | Path | Sources, workers: int = 1,
                on_progress: Callable[[int, int], None] | None = None,
                image_size: tuple[int, int] | None = None) -> BuildResult:
    """Index a data root.

    The result depends on the files alone, not on the number of workers or on interruptions.

    Args:
        root: Folder of the data set, or what was found in it.
        workers: Processes that parse labels; 1 parses in this one. More than 1 needs the usual
            ``if __name__ == '__main__':`` in the calling script.
        on_progress: Called with the numbers of label files done and to do in all, first with 0.
        image_size: Width and height of all images, which are not looked for then: labels suffice
            for networks that see only keypoints.

    Raises:
        LayoutError: If the root has another layout.
        OSError: If the results cannot be written.
    """
    sources = find_sources(root, labels_only=image_size is not None)
    out = sources.out
    parts = own_folder(out, PARTS_FOLDER)
    remove_leftovers(out, '.index.*.tmp.*', '.report.*.tmp.*')
    remove_leftovers(parts, '.*.tmp.parquet')
    if image_size is None:
        look_up_archives(sources)
    days, report = _plan(sources, image_size)
    todo = [day for day in days if _worth_reading(parts / day.part_name, day.fingerprint)]
    to_parse = sum(len(day.files) for day in todo)
    done = 0
    if on_progress:
        on_progress(done, to_parse)
    with Pool(workers) as pool:
        for day, chunks in pool.run(todo, lambda day: _tasks(sources, day, image_size),
                                    read_labels):
            results = []
            for result in chunks:
                results.append(result)
                done += len(result[1])
                if on_progress:
                    on_progress(done, to_parse)
            _finish_day(day, results, parts / day.part_name)
    _merge(sources, days, report)
    index = FitnessIndex.read(out)
    summary = summarise(report, index, image_size is not None, amounts_checked(out),
                        [readable(file) for day in days for file in day.files])
    text = as_text(summary)
    _write(out / 'report.json', orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    _write(out / 'report.txt', text.encode())
    return BuildResult(index, summary, text, to_parse,
                       sum(len(day.files) for day in days) - to_parse)


def _plan(sources: Sources,
          image_size: tuple[int, int] | None = None) -> tuple[list[_Day], Report]:
    """Every day there is, sorted, and a report on what belongs to none."""
    days, report = [], Report()
    trees = walk_labels(sources)
    images = ImageFiles(sources)
    with_images = images.days({split: tree.labels for split, tree in trees.items()})
    for split, tree in trees.items():
        report.other_files += tree.num_other
        resolver = ImageResolver(images, split)
        for name in sorted({*tree.labels, *tree.labels_3d, *with_images[split]}):
            folders = list(resolver.clip_folders(name)) if name in with_images[split] else []
            day = _Day(split, name, tree.labels.get(name, []), folders)
            day.report.labels_2d = len(day.files)
            day.report.labels_3d = len(tree.labels_3d.get(name, ()))
            day.report.image_folders = len(day.image_folders)
            if not day.files:
                day.report.days_without_labels.append(
                    f'{split}/{name} ({len(day.image_folders)} image folders, '
                    f'{day.report.labels_3d} 3D labels)')
            day.fingerprint = _fingerprint(sources, images, day, image_size)
            days.append(day)
        report.note(_errors(tree.problems))
    report.note(_errors(sources.problems))
    if image_size is None:
        report.note(_errors(images.problems()))
    return days, report


def _errors(problems: Iterable[tuple[str, LayoutError]]) -> list[LabelError]:
    return [LabelError(problem.reason, readable(path), problem.detail)
            for path, problem in problems]


def _fingerprint(sources: Sources, images: ImageFiles, day: _Day,
                 image_size: tuple[int, int] | None) -> str:
    """Changes with the names, sizes and times of the label files, image folders and archives of a
    day, and with the image size that is taken for granted, but not with where the roots are. One of
    the times is that of the last change, which no program can set."""
    digest = hashlib.blake2b(digest_size=16)
    archives = [] if image_size else images.state(day.split, day.day)
    digest.update(orjson.dumps([INDEX_VERSION, day.split, day.day, day.report.labels_3d,
                                *archives, *(image_size or ())]))
    for path in day.files:
        digest.update(b'\0%b %b' % (os.fsencode(path), repr(state_of_label(
            sources.roots[0], path)).encode()))
    for folder in day.image_folders:
        digest.update(b'\0%b' % os.fsencode(folder))
        with contextlib.suppress(OSError):  # in an archive only, or gone meanwhile
            digest.update(repr(state_of(images.path(folder))).encode())
    return digest.hexdigest()


def _worth_reading(part: Path, fingerprint: str) -> bool:
    """Whether a day is not finished, or something in it could not be read, which now it may."""
    report = _finished(part, fingerprint)
    return report is None or bool(_MAY_PASS & {*report.rejected_files, *report.rejected_views})


def _finished(part: Path, fingerprint: str) -> Report | None:
    """The report of a finished day, None if it is not finished or its files have changed."""
    try:
        check_parquet(part)
        with reading_parquet(part) as file:
            metadata = file.schema_arrow.metadata or {}
    except DAMAGED:  # missing, changed or foreign: make it again
        return None
    if metadata.get(_FINGERPRINT_KEY) != fingerprint.encode():
        return None
    return Report.from_dict(orjson.loads(metadata[_REPORT_KEY]))


def _tasks(sources: Sources, day: _Day, image_size: tuple[int, int] | None) -> list[tuple]:
    return [(sources, day.split, day.day, day.files[i:i + _CHUNK], image_size)
            for i in range(0, len(day.files), _CHUNK)]


def _finish_day(day: _Day, results: list[tuple], part: Path) -> None:
    table = pa.concat_tables([SCHEMA.empty_table(), *(table for table, _ in results)])
    keep, duplicates = _first_of_each_clip(table)
    for _, found in results:
        for file, report in found.items():
            if file in duplicates:
                day.report.note([duplicates[file]])
            else:
                day.report.add(report)
    table = table.take(pa.array(keep, pa.int64()))
    metadata = {VERSION_KEY: str(INDEX_VERSION), _FINGERPRINT_KEY: day.fingerprint,
                _REPORT_KEY: orjson.dumps(vars(day.report))}
    write_parquet(part, table.replace_schema_metadata(metadata), **WRITE_OPTIONS)


def _first_of_each_clip(table: pa.Table) -> tuple[list[int], dict[str, LabelError]]:
    """Row numbers to keep, in index order, and the label files whose clip or images were read
    from an earlier file already."""
    columns = [table[name].to_pylist() for name in SORT_COLUMNS]
    clips, files, folders = (table[name].to_pylist()
                             for name in ('clip', 'label_file', 'image_dir'))
    file_of_clip: dict[str, str] = {}
    file_of_folder: dict[str, str] = {}
    keep, duplicates = [], {}
    for i, (clip, file, folder) in enumerate(zip(clips, files, folders, strict=True)):
        first = file_of_clip.setdefault(clip, file)
        if first == file:
            first = file_of_folder.setdefault(folder, file)
        if first == file:
            keep.append(i)
        else:
            duplicates[file] = LabelError('duplicate', file, f'its clip is indexed from {first}')
    keep.sort(key=lambda i: tuple(column[i] for column in columns))
    return keep, duplicates


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
        part = sources.out / PARTS_FOLDER / day.part_name
        if _finished(part, day.fingerprint) is None:
            raise IndexFileError(f'the labels of {day.split}/{day.day} are not indexed as they '
                                 'are now; first run: python tools/data/prepare.py --root '
                                 f'{sources.out}')
    for _, rows in _rows(sources, days, {} if broken_too else _broken(sources.out)):
        yield rows


def _broken(root: Path) -> dict[str, FolderCheck]:
    return {check.folder: check for check in read_checks(root, only_broken=True)}


def _merge(sources: Sources, days: list[_Day], report: Report) -> None:
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

    schema = SCHEMA.with_metadata(SCHEMA.metadata | {SOURCES_KEY: sources.to_json()})
    with writing_parquet(root / INDEX_FILE, schema, **WRITE_OPTIONS) as writer:
        for found, rows in _rows(sources, days, _broken(root)):
            report.add(found)
            if clips is not None and len(rows):  # a day may have no usable label
                rows, problems = attach_clips(rows, clips, changed)
                report.note(problems)
            if len(rows):
                writer.write_table(rows.replace_schema_metadata(schema.metadata))


def _rows(sources: Sources, days: list[_Day], broken: dict[str, FolderCheck],
          ) -> Iterator[tuple[Report, pa.Table]]:
    """Report and rows of each day, without the clips that an earlier split has and the frames
    whose image is broken."""
    seen: set[str] = set()
    images = ImageFiles(sources)
    for day in days:
        table = _read_part(sources.out / PARTS_FOLDER / day.part_name)
        found = Report.from_dict(orjson.loads(table.schema.metadata[_REPORT_KEY]))
        table, duplicates = _not_seen(table, day.split, seen)
        found.note(duplicates)
        table, num_frames, problems = without_broken(table, broken, images)
        found.notes['frames_with_broken_image'] += num_frames
        found.note(problems)
        yield found, table


def _read_part(path: Path) -> pa.Table:
    try:
        return read_parquet(path)
    except DAMAGED as error:
        raise IndexFileError(f'{path} is damaged ({first_line(error)}); run again') from error


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
