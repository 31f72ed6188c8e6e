"""The images of a data set: in folders or archives, on one disk or several."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from fitness_mm.files import open_file, state_of
from fitness_mm.printable import printable

from .archives import MEMBERS_FOLDER, ArchiveMembers, look_up_members, open_members
from .images import MAX_IMAGE_BYTES, FrameError, decode_jpeg
from .layout import NOT_UTF8, SPLITS, LayoutError, is_inside, is_text, parse_image_name
from .sources import Place, Sources

_MEGABYTE = 1_000_000


class ImageFiles:
    """The images of a data set, all under the names of the study's tree,
    ``training/img/Day01_200921_F/3/A/...``. What is in a folder comes before what is in an archive
    under the same name, and ``.JPG`` is the same as ``.jpg``.

    Args:
        sources: Where they are.

    Attributes:
        sources: The same.
        unusable: Folder -> what is wrong with it or its name; taken as empty or not there.
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.unusable: dict[str, LayoutError] = {}
        self._folders: dict[str, list[Path]] = {}
        for place in sources.images:
            if place.day:
                for split in _splits_of(place):
                    self._folders.setdefault(f'{split}/img/{place.day}', []).append(
                        sources.path(place))

    @cached_property
    def _archives(self) -> list[tuple[Place, ArchiveMembers]]:
        opened = ((place, _opened(path, _table(self.sources, place), state_of(path)))
                  for place, path in _existing_archives(self.sources))
        return [(place, members) for place, members in opened if members is not None]

    def days(self, labelled: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
        """Days that have images, of each split. Those in a place that does not say its split are
        of the one whose labels have them.

        Args:
            labelled: Days that have labels, of each split.
        """
        found: dict[str, set[str]] = {split: set() for split in SPLITS}
        for place, days in (*((place, (place.day, )) for place in self.sources.images if place.day),
                            *((place, members.days) for place, members in self._archives)):
            for day in days:
                for split in ((place.split, ) if place.split else
                              [split for split in SPLITS if day in labelled.get(split, ())]
                              or SPLITS[:1]):
                    found[split].add(day)
        return found

    def subfolders(self, parent: str) -> dict[str, str]:
        """Sub-folder -> 'folder', or 'outside' for a link that leads out of the roots."""
        found = {name: 'folder' for members, folder in self._in_archives(parent)
                 for name in members.folders.get(folder, ())}
        for folder in self._paths(parent):
            if not self._is_inside(folder) or not os.path.isdir(folder):
                continue
            for entry in self._scan(parent, folder):
                if not is_text(entry.name):
                    if os.path.isdir(entry.path):
                        self.unusable[f'{parent}/{entry.name}'] = NOT_UTF8
                elif entry.is_symlink() and not self._is_inside(entry.path):
                    found.setdefault(entry.name, 'outside')
                elif os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir():
                    found[entry.name] = 'folder'
        return found

    def images(self, folder: str) -> dict[str, tuple[int, ...]]:
        """Prefix -> image numbers, ascending, of a clip-view's folder. A link out of the roots is
        no image; a folder that cannot be listed is empty and among the unusable ones."""
        found: dict[str, set[int]] = {}
        for members, name in self._in_archives(folder):
            for image in members.names(name):
                prefix, number = parse_image_name(image.rpartition('/')[2])
                found.setdefault(prefix, set()).add(number)
        for path in self._paths(folder):
            if os.path.isdir(path):
                for (prefix, number), _ in self._images_in(self._scan(folder, path)):
                    found.setdefault(prefix, set()).add(number)
        return {prefix: tuple(sorted(numbers)) for prefix, numbers in found.items()}

    def linked_out(self, folder: str) -> str | None:
        """An image in a folder that is a link out of the roots, if there is one."""
        return next((f'{folder}/{entry.name}' for path in self._paths(folder)
                     for entry in self._scan(folder, path)
                     if entry.is_symlink() and not self._is_inside(entry.path)), None)

    def last_change(self, folder: str) -> int:
        """When an image of a clip-view's folder was changed last, or the archive that it is in, in
        ns.

        It is the time that no program can set, unlike that of the last modification.

        Raises:
            OSError: If the folder cannot be listed, or an image is gone.
        """
        changed = [members.state[-1] for members, name in self._in_archives(folder)
                   if next(members.names(name), None)]
        paths = [path for path in self._paths(folder) if not changed or os.path.isdir(path)]
        for path in paths:
            if len(paths) == 1 or os.path.isdir(path):
                with os.scandir(path) as listing:
                    changed += [entry.stat().st_ctime_ns
                                for _, entry in self._images_in(list(listing))]
        return max(changed, default=0)

    def place(self, name: str) -> tuple[str, int]:
        """What to sort images, or folders of them, by to read them in the order of the disk: what
        is in an archive by where it lies there, the rest by name."""
        found = ((str(members.archive), members.offset(member))
                 for members, member in self._in_archives(name))
        return next((place for place in found if place[1] is not None), (name, 0))

    def read(self, name: str, size: Sequence[int] | None = None) -> np.ndarray:
        """uint8 BGR (H, W, 3) of an image, see :func:`~fitness_mm.aihub.disk.images.decode_jpeg`.

        Raises:
            FrameError: If it is missing, broken, cut off or of another size.
        """
        try:
            with self.open(name) as file:
                return decode_jpeg(file.read(MAX_IMAGE_BYTES + 1), Path(file.name), size)
        except OSError as error:
            gone = next((root for root in self.sources.roots if not os.path.isdir(root)), None)
            if gone:
                raise FrameError(gone, 'is not there any more; run tools/data/prepare.py with the '
                                 'place where it is now, which re-uses what it has finished'
                                 ) from error
            raise FrameError(Path(error.filename or self.path(name)),
                             f'cannot be read ({error.strerror})') from error

    def read_rgb(self, name: str, size: Sequence[int] | None = None) -> np.ndarray:
        """The same as RGB."""
        image = self.read(name, size)
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB, dst=image)

    def open(self, name: str) -> BinaryIO:
        """An image as a file, of which a reader may want but the beginning.

        Raises:
            OSError: If it is missing, cannot be read or is no file.
        """
        for path in self._paths(name):
            for spelt in (path, path.with_suffix('.JPG')):
                try:
                    return open_file(spelt)
                except (FileNotFoundError, NotADirectoryError):
                    pass
        for members, member in self._in_archives(name):
            try:
                data = members.read(member)
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(members.archive)) from error
            if data is not None:
                file = io.BytesIO(data)
                file.name = str(members.archive / member)
                return file
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path(name)))

    def path(self, name: str) -> Path:
        """Where the file of this name is, or would be if it is in an archive."""
        paths = self._paths(name)
        return next((spelt for path in paths[:1 if len(paths) == 1 else None]
                     for spelt in (path, path.with_suffix('.JPG')) if os.path.exists(spelt)),
                    paths[0] if paths else self.sources.out / name)

    def state(self, split: str, day: str) -> list[str]:
        """Changes whenever the archives that a day's images are in may have changed."""
        return [' '.join(map(str, (printable(members.archive.name), *members.state)))
                for place, members in self._archives
                if split in _splits_of(place) and day in members.days]

    def problems(self) -> Iterator[tuple[str, LayoutError]]:
        """Paths met so far that could not be used, and why."""
        for place, members in self._archives:
            for problem in members.problems:
                yield self.sources.shown(place), LayoutError('broken_archive', problem)
        yield from sorted(self.unusable.items(), key=itemgetter(0))

    def _paths(self, name: str) -> list[Path]:
        """Where a file or folder may be, in folders."""
        parts = name.split('/')
        folders = self._folders.get('/'.join(parts[:3]), ())
        return [folder.joinpath(*parts[3:]) for folder in folders]

    def _in_archives(self, name: str) -> Iterator[tuple[ArchiveMembers, str]]:
        """The archives that may have a file or folder, and how they call it."""
        split, _, member = name.split('/', 2)
        day = member.partition('/')[0]
        return ((members, member) for place, members in self._archives
                if day in members.days and split in _splits_of(place))

    def _images_in(self, entries: Sequence[os.DirEntry],
                   ) -> Iterator[tuple[tuple[str, int], os.DirEntry]]:
        for entry in entries:
            image = parse_image_name(entry.name)
            if image and (self._is_inside(entry.path) and os.path.isfile(entry.path)
                          if entry.is_symlink() else entry.is_file()):
                yield image, entry

    def _scan(self, name: str, folder: Path) -> list[os.DirEntry]:
        try:
            with os.scandir(folder) as listing:
                return list(listing)
        except OSError as error:
            self.unusable[name] = LayoutError('unreadable',
                                              f'cannot be listed ({error.strerror})')
            return []

    def _is_inside(self, path: str | os.PathLike) -> bool:
        return any(is_inside(root, path) for root in self.sources.roots)


@lru_cache(maxsize=8)
def image_files(sources: Sources) -> ImageFiles:
    """The same object for the same sources: it holds the tables of the archives."""
    return ImageFiles(sources)


def look_up_archives(sources: Sources,
                     on_progress: Callable[[int, int], None] | None = None) -> None:
    """Look up the members of all archives that are new or have changed.

    Args:
        sources: Where they are.
        on_progress: Called with megabytes done and to do, if there is something to do.

    Raises:
        OSError: If a table cannot be written.
    """
    todo = []
    for place, path in _existing_archives(sources):
        members = open_members(path, _table(sources, place))
        if members is None or members.unread:
            todo.append((path, _table(sources, place)))
    total = sum(os.path.getsize(path) for path, _ in todo)
    before = 0

    def report(position: int) -> None:
        if on_progress:
            on_progress((before + position) // _MEGABYTE, total // _MEGABYTE)

    if todo:
        report(0)
        _opened.cache_clear()  # an archive may be the same and its table another
    for path, table in todo:
        look_up_members(path, table, report)
        before += os.path.getsize(path)
    image_files.cache_clear()  # it may know archives as they were


def _existing_archives(sources: Sources) -> Iterator[tuple[Place, Path]]:
    for place in sources.images:
        path = sources.path(place)
        if not place.day and path.is_file():
            yield place, path


def _table(sources: Sources, place: Place) -> Path:
    return sources.out / MEMBERS_FOLDER / str(place.root) / f'{place.path}.arrow'


def _splits_of(place: Place) -> Sequence[str]:
    return (place.split, ) if place.split else SPLITS


@lru_cache(maxsize=256)
def _opened(archive: Path, table_file: Path, state: tuple[int, int, int]) -> ArchiveMembers | None:
    """Once for each state of an archive, as reading its table again for every few labels would be
    slow. ``state`` is what tells one state from the next."""
    return open_members(archive, table_file)
