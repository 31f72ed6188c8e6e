"""A look at every image of a data root: in parallel and in the order of the disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fitness_mm.aihub.disk.image_files import ImageFiles, image_files
from fitness_mm.aihub.disk.images import FrameError
from fitness_mm.aihub.disk.search import find_sources
from fitness_mm.aihub.disk.sources import Sources
from fitness_mm.aihub.image_checks.look import check_header, check_whole, decoder_warnings
from fitness_mm.aihub.image_checks.results import (
    BrokenImage,
    FolderCheck,
    folder_state,
    is_unchanged,
    read_checks,
    write_checks,
)
from fitness_mm.processes import Pool

from .build import labelled_rows

LEVELS = ('header', 'whole')
_AT_ONCE = {'header': 32, 'whole': 4}  # folders a task: 0.1 s of work with the header, 0.5 s whole
_COMPARED_AT_ONCE = 128
_SECONDS_BETWEEN_SAVES = 30

Progress = Callable[[str, int, int], None]


class _Folder(NamedTuple):
    """The images of a clip-view."""

    path: str
    prefix: str
    num_images: int
    size: tuple[int, int]

    def image(self, number: int) -> str:
        """An image's path relative to the root."""
        return f'{self.path}/{self.prefix}-{number:07d}.jpg'


@dataclass(frozen=True)
class CheckSummary:
    """What a run did.

    Attributes:
        level: ``header`` or ``whole``.
        checked: Images looked at by this run.
        reused: Images that were looked at before and have not changed.
        broken: Images that cannot be used, of all.
    """

    level: str
    checked: int
    reused: int
    broken: int


def check_images(root: str | Path | Sources, level: str = 'header', workers: int = 1,
                 on_progress: Progress = lambda stage, done, total: None) -> CheckSummary:
    """Look at every image of the clip-views that have labels, those without labels too. The
    labels have to be indexed.

    What was found is saved from time to time and at the end, however that comes; folders whose
    images have not changed since are not looked at again, unless one could not be read.

    Args:
        root: Folder of the data set, or what was found in it.
        level: ``header``, that is beginning and end of each image, or ``whole``.
        workers: Processes; ``whole``, and more than 1, need ``if __name__ == '__main__':`` in the
            calling script.
        on_progress: Called with ``comparing`` folders or ``images``, done and to do.

    Raises:
        IndexFileError: If the labels are not indexed as they are now, or earlier results damaged.
        LayoutError: If the root has another layout.
        OSError: If the results cannot be written.
    """
    sources = find_sources(root)
    out = sources.out
    folders = _folders(sources)
    found = {check.folder: check for check in read_checks(out)}
    with Pool(workers, apart=level == 'whole') as pool:  # where the decoder's warnings are caught
        found = _unchanged(pool, sources, [found[f.path] for f in folders if f.path in found],
                           on_progress)
        todo = [f for f in folders if not _is_done(found.get(f.path), f, level)]
        done, total = 0, sum(f.num_images for f in todo)
        reused = sum(f.num_images for f in folders) - total
        on_progress('images', done, total)
        saved = time.monotonic()
        try:
            for checks in pool.in_chunks(todo, _AT_ONCE[level], check_folders, sources, level):
                found.update((check.folder, check) for check in checks)
                done += sum(check.num_images for check in checks)
                on_progress('images', min(done, total), total)
                if time.monotonic() - saved > _SECONDS_BETWEEN_SAVES:
                    write_checks(out, found.values())
                    saved = time.monotonic()
        finally:
            write_checks(out, [found[f.path] for f in folders if f.path in found])
    return CheckSummary(level, done, reused,
                        sum(len(check.broken) for check in found.values()))


def check_folders(sources: Sources, level: str, folders: list[_Folder]) -> list[FolderCheck]:
    """Look at the images of some folders: what a worker process does. A folder that cannot be
    listed is left out."""
    files = image_files(sources)
    checks = []
    with decoder_warnings() if level == 'whole' else nullcontext() as warnings:
        for folder in folders:
            try:
                last_change, numbers = folder_state(files, folder.path, folder.prefix)
            except OSError:
                continue
            numbers = sorted(numbers, key=lambda number: files.place(folder.image(number)))
            broken = sorted(BrokenImage(number, *problem) for number in numbers
                            if (problem := _problem(files, folder, number, warnings)))
            checks.append(FolderCheck(folder.path, folder.prefix, len(numbers), last_change,
                                      level == 'whole', broken))
    return checks


def are_unchanged(sources: Sources, checks: list[FolderCheck]) -> list[bool]:
    """Whether the images of some folders are those that were looked at."""
    files = image_files(sources)
    return [is_unchanged(files, check) for check in checks]


def _problem(files: ImageFiles, folder: _Folder, number: int,
             warnings: Callable[[], str] | None) -> tuple[str, str] | None:
    """Path and what is wrong with an image, None if nothing is."""
    name = folder.image(number)
    path = Path(name)
    try:
        with files.open(name) as file:
            path = Path(file.name)
            if warnings is None:
                check_header(file, path, folder.size)
            else:
                check_whole(file, path, folder.size, warnings)
    except (FrameError, OSError) as error:
        what = error.what if isinstance(error, FrameError) else f'{_UNREAD} ({error.strerror})'
        path, root = Path(getattr(error, 'filename', None) or path), files.sources.roots[0]
        return str(path.relative_to(root) if path.is_relative_to(root) else path), what
    return None


_UNREAD = 'cannot be read'


def _folders(sources: Sources) -> list[_Folder]:
    names = ('image_dir', 'image_prefix', 'num_images', 'image_width', 'image_height')
    folders = [_Folder(path, prefix, num_images, (width, height))
               for rows in labelled_rows(sources, broken_too=True)
               for path, prefix, num_images, width, height in zip(
                   *(rows[name].to_pylist() for name in names), strict=True)]
    files = image_files(sources)
    return sorted(folders, key=lambda folder: files.place(f'{folder.path}/'))


def _unchanged(pool: Pool, sources: Sources, checks: list[FolderCheck],
               on_progress: Progress) -> dict[str, FolderCheck]:
    unchanged = []
    on_progress('comparing', 0, len(checks))
    for part in pool.in_chunks(checks, _COMPARED_AT_ONCE, are_unchanged, sources):
        unchanged += part
        on_progress('comparing', len(unchanged), len(checks))
    return {check.folder: check for check, same in zip(checks, unchanged, strict=True) if same}


def _is_done(check: FolderCheck | None, folder: _Folder, level: str) -> bool:
    return (check is not None and check.prefix == folder.prefix
            and (check.whole or level == 'header')
            and not any(image.what.startswith(_UNREAD) for image in check.broken))
