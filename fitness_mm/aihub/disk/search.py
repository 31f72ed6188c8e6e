"""Finding labels and images below the folders that a user names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .label_files import walk_labels
from .layout import VIEWS, LayoutError, is_inside, link_problem, parse_day
from .sources import ARCHIVE, IMAGES, LABELS, Place, Sources, role_of, split_of
from .zips import is_zip, unjoined_parts

_SLOT = re.compile(r'\d{1,2}(_No_\d+)?', re.ASCII)
_MAX_DEPTH = {'': 4, IMAGES: 8}  # folders above the first that tells what it is about, and below it
_EXPECTED = ("expected the folder that AI Hub's download was unpacked to, with "
             '1.Training/라벨링데이터 and 1.Training/원시데이터 in it, or one with '
             'training/label and training/img')


def find_sources(root: str | os.PathLike | Sources, images: Sequence[str | os.PathLike] = (),
                 out: str | os.PathLike | None = None, labels_only: bool = False) -> Sources:
    """Look for labels and images. No folder of a day and no archive is opened for it.

    Args:
        root: Folder with the labels, and with the images if they are there too; or sources that
            were found before.
        images: Further folders with images.
        out: Where everything is written; the root if None.
        labels_only: Whether images are not needed.

    Raises:
        LayoutError: ``misplaced`` if a folder is missing or there is nothing to index in it.
    """
    if isinstance(root, Sources):
        return root
    roots = tuple(dict.fromkeys(_real_folder(path) for path in (root, *images)))
    found = _Search(roots)
    if not found.labels and (images or labels_only) and not found.parts:
        found.labels.append(Place(_split_around(roots[0]), 0))
    if not found.labels:
        raise _nothing(root, found, 'labels', _EXPECTED)
    if not (labels_only or found.images or found.stations or found.refused):
        raise _nothing(root, found, 'images', f'{_EXPECTED}; if they lie elsewhere, name the place '
                       'with --images, and if you have only labels, use --labels-only')
    problems = [(path, problem) for role, path, problem in found.problems
                if not (labels_only and role == IMAGES)]
    sources = Sources(Path(out or root).resolve(), roots, (), tuple(found.labels),
                      tuple(found.refused), tuple(problems))
    images_found = () if labels_only else (*sorted(found.images, key=_folders_first),
                                           *_with_day(sources, found.stations))
    return replace(sources, images=images_found)


def find_images_again(sources: Sources) -> Sources:
    """What is now below the roots that an index recorded; nothing, where they are gone."""
    found = _Search(sources.roots)
    days = [place for place in sources.images if place._replace(day='') in found.stations]
    return replace(sources, images=(*sorted(found.images, key=_folders_first), *days),
                   refused=tuple(found.refused))


class _Search:
    """A walk through the roots, down to label folders, days and archives.

    Attributes:
        labels: Folders and ZIPs of labels.
        images: Folders of days, and archives of images.
        stations: Folders of images in which the stations of a day lie without a day's folder.
        refused: Links out of the roots.
        parts: ZIPs that lie there in parts.
        problems: Role, path and what is wrong with it.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._sources = Sources(roots[0], tuple(roots))
        self._linked: set[str] = set()
        self.labels: list[Place] = []
        self.images: list[Place] = []
        self.stations: list[Place] = []
        self.refused: list[Place] = []
        self.parts: list[LayoutError] = []
        self.problems: list[tuple[str, str, LayoutError]] = []
        for number, root in enumerate(roots):
            self._look(Place(_split_around(root), number), IMAGES if number else '')

    def _look(self, place: Place, role: str = '', depth: int = 0) -> None:
        """Look into a folder that is about this, if that is known, so many folders deep."""
        entries = self._entries(place, role)
        for name, problem in unjoined_parts(self._sources.path(place),
                                            [entry.name for entry in entries]):
            self.parts.append(problem)
            self.problems.append((role, self._sources.shown(place.below(name)), problem))
        for entry in entries:
            if entry.name.startswith('.') or entry.name == '__MACOSX':
                continue
            below = place.below(entry.name)
            kind = role or role_of(entry.name)
            day = parse_day(entry.name)
            if entry.is_symlink() and not self._may_follow(below, kind, day):
                continue
            if ARCHIVE.search(entry.name):
                self._take_archive(below, kind, entry)
            elif not entry.is_dir():
                continue
            elif kind == LABELS:
                self.labels.append(below)
            elif kind == IMAGES and day:
                self.images.append(below._replace(day=day[0]))
            elif kind == IMAGES and _is_station(entry):
                if place not in self.stations:
                    self.stations.append(place)
            elif not day and depth < _MAX_DEPTH[kind]:
                self._look(below, kind, depth + 1 if kind == role else 0)

    def _take_archive(self, place: Place, kind: str, entry: os.DirEntry) -> None:
        if kind and not entry.is_file():
            self._note(kind, place, LayoutError('unreadable', 'not a regular file'))
        elif kind == IMAGES:
            self.images.append(place)
        elif kind == LABELS and is_zip(entry.name):
            self.labels.append(place)

    def _may_follow(self, link: Place, kind: str, day: tuple[str, int] | None) -> bool:
        real = os.path.realpath(self._sources.path(link))
        inside = any(is_inside(root, real) for root in self._sources.roots)
        if inside and os.path.exists(real):
            known = real in self._linked or is_inside(Path(real), self._sources.path(link).parent)
            self._linked.add(real)
            return not known
        if kind or day or split_of(link.path.rpartition('/')[2]):
            self._note(kind, link, link_problem(self._sources.roots, real))
            if kind == IMAGES and not inside:
                self.refused.append(link._replace(day=day[0] if day else ''))
        return False

    def _entries(self, place: Place, role: str) -> list[os.DirEntry]:
        try:
            with os.scandir(self._sources.path(place)) as listing:
                return sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._note(role, place, LayoutError('unreadable',
                                                f'cannot be listed ({error.strerror})'))
            return []

    def _note(self, role: str, place: Place, problem: LayoutError) -> None:
        self.problems.append((role, self._sources.shown(place), problem))


def _nothing(root: str | os.PathLike, found: _Search, what: str, expected: str) -> LayoutError:
    """The one sentence for a root without labels or images."""
    if found.parts:
        name = next(path for _, path, problem in found.problems if problem is found.parts[0])
        return LayoutError('misplaced', f'{name} {found.parts[0]}')
    above = next((parent.parent for parent in (Path(root).resolve() / 'x').parents
                  if role_of(parent.name)), None)
    if above and split_of(above.name):
        above = above.parent
    where = f' but lies in a data set whose root may be {above}' if above else ''
    return LayoutError('misplaced', f'{root} has no {what} in it{where}; {expected}')


def _with_day(sources: Sources, stations: Sequence[Place]) -> Iterator[Place]:
    """Folders of stations as days: that of the labels which lie outside day folders, as in AI
    Hub's sample, if it is one.

    Raises:
        LayoutError: ``misplaced`` if it is not.
    """
    if not stations:
        return
    days = sorted({day for tree in walk_labels(sources).values() for day in tree.outside_days})
    if len(days) != 1:
        raise LayoutError('misplaced', (
            f'{sources.path(stations[0])} holds stations of which no folder says the day, and the '
            f'labels outside day folders are of {" and ".join(days) or "none"}; put them into a '
            'folder named like the first part of the img_key in their labels, as Day08_201005_F'))
    for place in stations:
        yield place._replace(day=days[0])


def _real_folder(path: str | os.PathLike) -> Path:
    real = Path(path).resolve()
    if not os.path.isdir(real):
        raise LayoutError('misplaced', f'{path} is not a folder; {_EXPECTED}')
    return real


def _folders_first(place: Place) -> tuple:
    return not place.day, place.root, place.path


def _is_station(entry: os.DirEntry) -> bool:
    return bool(_SLOT.fullmatch(entry.name)) and any(
        os.path.isdir(os.path.join(entry.path, view)) for view in VIEWS)


def _split_around(root: Path) -> str:
    """What a root and the two folders around it say."""
    return next(filter(None, map(split_of, reversed(root.parts[-3:]))), '')
