"""The tars of a data root, one per shooting day as downloaded, as if they were unpacked."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from fitness_mm.printable import printable

from .layout import SPLITS, LayoutError, is_inside, link_problem, parse_image_name
from .tar_members import MEMBERS_FOLDER, TarMembers, look_up_members, open_members, state_of

_MEGABYTE = 1_000_000


class Tars:
    """The tars in the ``img`` folder of one split whose members were looked up.

    Args:
        root: Data root.
        split: ``training`` or ``validation``.
    """

    def __init__(self, root: Path, split: str) -> None:
        self._top = f'{split}/img'
        opened = (_opened(root / tar, root / table_path(tar), state_of(root / tar))
                  for tar in _tar_files(root, split))
        self._tars = [members for members in opened if members is not None]

    def folders(self, parent: str) -> list[str]:
        """Names of the folders in a folder; both are below the root, with ``/``."""
        if parent == self._top:
            return sorted({day for members in self._tars for day in members.days})
        return sorted({name for members in self._of(parent)
                       for name in members.folders.get(parent.removeprefix(f'{self._top}/'), ())})

    def images(self, folder: str) -> dict[str, set[int]]:
        """Prefix -> numbers of the images in a clip's folder."""
        found: dict[str, set[int]] = {}
        for members in self._of(folder):
            for name in members.names(folder.removeprefix(f'{self._top}/')):
                prefix, number = parse_image_name(name.rpartition('/')[2])
                found.setdefault(prefix, set()).add(number)
        return found

    def read(self, path: str) -> tuple[bytes, Path] | None:
        """Content of an image and the tar it is in, None if no tar has it.

        Raises:
            OSError: If the tar cannot be read; it has the tar's name.
        """
        for members in self._of(path):
            try:
                data = members.read(path.removeprefix(f'{self._top}/'))
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(members.tar)) from error
            if data is not None:
                return data, members.tar
        return None

    def last_change(self, folder: str) -> int:
        """When a tar that may have a clip's folder was changed last, in ns; 0 if none has it."""
        return max((members.state[-1] for members in self._of(folder)
                    if next(members.names(folder.removeprefix(f'{self._top}/')), None)), default=0)

    def state(self, day: str) -> list[str]:
        """Changes whenever the images of a day may have changed."""
        return [' '.join(map(str, (printable(members.tar.name), *members.state)))
                for members in self._tars if day in members.days]

    def problems(self) -> list[tuple[str, str]]:
        """Tar, relative to the root, and what is wrong with it."""
        return [(f'{self._top}/{members.tar.name}', problem)
                for members in self._tars for problem in members.problems]

    def _of(self, path: str) -> list[TarMembers]:
        if not path.startswith(f'{self._top}/'):
            return []
        day = path[len(self._top) + 1:].partition('/')[0]
        return [members for members in self._tars if day in members.days]


def look_up_tars(root: Path, on_progress: Callable[[int, int], None] | None = None) -> None:
    """Look up the members of all tars that are new or have changed.

    Args:
        root: Data root without links in it.
        on_progress: Called with megabytes done and to do, if there is something to do.

    Raises:
        OSError: If a table cannot be written.
    """
    todo = []
    for split in SPLITS:
        for tar in _tar_files(root, split):
            members = open_members(root / tar, root / table_path(tar))
            if members is None or members.unread:
                todo.append(tar)
    total = sum(os.path.getsize(root / tar) for tar in todo)
    before = 0

    def report(position: int) -> None:
        if on_progress:
            on_progress((before + position) // _MEGABYTE, total // _MEGABYTE)

    if todo:
        report(0)
        _opened.cache_clear()  # a tar may be the same and its table another
    for tar in todo:
        look_up_members(root / tar, root / table_path(tar), report)
        before += os.path.getsize(root / tar)


def unusable_tars(root: Path, split: str) -> dict[str, LayoutError]:
    """Tars, relative to the root, that are links out of it or no files: they are not read."""
    return {tar: link_problem(root, root / tar) if not is_inside(root, root / tar) else
            LayoutError('unreadable', 'not a regular file')
            for tar in _listed(root, split) if tar not in _tar_files(root, split)}


def table_path(tar: str) -> str:
    """The table of members of a tar; both are relative to the root."""
    split, _, name = tar.split('/')
    return f'{MEMBERS_FOLDER}/{split}/{name.removesuffix(".tar")}.arrow'


def _tar_files(root: Path, split: str) -> list[str]:
    return [tar for tar in _listed(root, split)
            if is_inside(root, root / tar) and os.path.isfile(root / tar)]


def _listed(root: Path, split: str) -> list[str]:
    try:
        with os.scandir(root / split / 'img') as listing:
            return sorted(f'{split}/img/{entry.name}' for entry in listing
                          if entry.name.endswith('.tar'))
    except OSError:
        return []


@lru_cache(maxsize=256)
def _opened(tar: Path, table_file: Path, state: tuple[int, int]) -> TarMembers | None:
    """Once for each state of a tar, as reading its table again for every few labels would be
    slow. ``state`` is what tells one state from the next."""
    return open_members(tar, table_file)
