"""The days of a data root: each is read, in parallel, into parts that are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from fitness_mm.aihub.disk.layout import LayoutError, readable
from fitness_mm.aihub.disk.sources import Sources
from fitness_mm.aihub.index.schema import SORT_COLUMNS
from fitness_mm.aihub.labels import LabelError
from fitness_mm.processes import Pool

from .image_rows import find_images, image_table, images_unseen, index_rows
from .parts import Part
from .report import Report
from .rows import LABEL_3D_SCHEMA, LABEL_SCHEMA, read_labels, read_labels_3d

_CHUNK = 16  # label files a task: about 20 ms of work

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Day:
    """One day of one split: what lies there, and where what is finished of it is kept."""

    split: str
    name: str
    files: list[str]
    files_3d: list[str]
    report: Report
    labels: Part
    labels_3d: Part
    images: Part | None

    def rows(self, image_size: tuple[int, int] | None) -> tuple[pa.Table, Report]:
        """The rows of the index without clip files and 3D keypoints, and the day's report."""
        labels, of_labels = self.labels.read()
        images, of_images = (self.images.read() if self.images else
                             (images_unseen(labels, image_size), Report()))
        rows, of_rows = index_rows(labels, images)
        return rows, self.report + of_labels + of_images + of_rows


def read_days(sources: Sources, days: list[Day], workers: int, on_progress: Progress) -> int:
    """Make the parts that are missing or have changed; the number of 2D label files read."""
    with Pool(workers) as pool:
        def make(stage: str, todo: list[Day], sizes: list[int], tasks: Callable,
                 function: Callable, finish: Callable) -> int:
            total, done = sum(sizes), 0
            if total:
                on_progress(stage, 0, total)
            for day, results in pool.run(todo, tasks, function):
                collected = []
                for count, result in results:
                    collected.append(result)
                    done += count
                    on_progress(stage, done, total)
                finish(day, collected)
            return total

        todo = [day for day in days if day.labels.is_worth_making()]
        parsed = make('labels', todo, [len(day.files) for day in todo],
                      lambda day: [(sources, day.split, day.name, files) for files in
                                   _chunks(day.files)], read_labels, _finish_labels)
        todo = [day for day in days if day.labels_3d.is_worth_making()]
        make('3D labels', todo, [len(day.files_3d) for day in todo],
             lambda day: [(sources, files) for files in _chunks(day.files_3d)],
             read_labels_3d, _finish_labels_3d)
        todo = [day for day in days if day.images and day.images.is_worth_making()]
        make('images', todo, [day.labels.num_rows() for day in todo],
             lambda day: [(sources, day.split, clips) for clips in _chunks(_image_keys(day))],
             find_images, _finish_images)
    return parsed


def _chunks(items: list) -> list[list]:
    return [items[i:i + _CHUNK] for i in range(0, len(items), _CHUNK)]


def _image_keys(day: Day) -> list[list[tuple[str, list[int]]]]:
    """What to look for, as :func:`find_images` takes it."""
    names = ('clip', 'img_key', 'frame_numbers')
    labels, _ = day.labels.read(names)
    clips: dict[str, list] = {}
    for clip, *view in zip(*(labels[name].to_pylist() for name in names), strict=True):
        clips.setdefault(clip, []).append(view)
    return list(clips.values())


def _finish_labels(day: Day, results: list[tuple[pa.Table, dict[str, Report]]]) -> None:
    table = pa.concat_tables([LABEL_SCHEMA.empty_table(), *(table for table, _ in results)])
    first: dict[str, str] = {}
    keep, duplicates, report = [], {}, Report()
    for clip, file in zip(table['clip'].to_pylist(), table['label_file'].to_pylist(), strict=True):
        keep.append(first.setdefault(clip, file) == file)
        if not keep[-1]:
            duplicates[file] = LabelError('duplicate', file,
                                          f'its clip is indexed from {first[clip]}')
    for _, found in results:
        for file, of_file in found.items():
            if file in duplicates:
                report.note([duplicates[file]])
            else:
                report += of_file
    table = table.filter(pa.array(keep, pa.bool_())).sort_by(
        [(name, 'ascending') for name in SORT_COLUMNS])
    if day.images:
        day.images.path.unlink(missing_ok=True)  # it is about these rows
    day.labels.write(table, report)


def _finish_labels_3d(day: Day, results: list[tuple[pa.Table, dict[str, LabelError]]]) -> None:
    report = Report()
    for _, problems in results:
        report.note(problems.values(), in_3d=True)
    day.labels_3d.write(pa.concat_tables([LABEL_3D_SCHEMA.empty_table(),
                                          *(table for table, _ in results)]), report)


def _finish_images(day: Day, results: list[list]) -> None:
    labels, _ = day.labels.read(['label_file', 'view'])
    places = [*zip(*(column.to_pylist() for column in labels.columns), strict=True)]
    found = [entry for result in results for entry in result]
    report, rows = Report(), [None] * len(found)
    order = {readable(file): i for i, file in enumerate(day.files)}
    file_of_folder: dict[str, str] = {}
    duplicates: dict[str, LabelError] = {}
    for i in sorted(range(len(found)), key=lambda i: order[places[i][0]]):
        file, view = places[i]
        if isinstance(found[i], LayoutError):
            report.note([LabelError(found[i].reason, file, found[i].detail, view)])
            continue
        row, rewrites = found[i]
        first = file_of_folder.setdefault(row['image_dir'], file)
        if first == file:
            rows[i] = row
            report.rewrites.update(rewrites)
        else:
            duplicates[file] = LabelError('duplicate', file, f'its clip is indexed from {first}')
    report.note(duplicates.values())
    day.images.write(image_table(rows), report)
