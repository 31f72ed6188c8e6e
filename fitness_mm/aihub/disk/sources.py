"""Where the files of a data set lie, found by the names of folders and archives at any depth.

What AI Hub delivers (``1.Training/라벨링데이터/맨몸운동_01/Day05_200925_F/...``), its flat
sample (``라벨링데이터/D08-1-001.json``) and the study's tree (``training/label/Day05_200925_F``)
differ in how deep things lie and how folders are called, and in nothing else: on the way to a file
one name says whether it is about labels or images, and one may say of which split.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from .layout import (
    SPLITS,
    VIEWS,
    LayoutError,
    is_inside,
    link_problem,
    parse_day,
    readable,
    without_copy_mark,
)
from .zips import is_zip

SOURCES_KEY = b'fitness_mm.sources'
"""Metadata of an index: where its images are."""

LABELS, IMAGES = 'labels', 'images'
_ROLES = {
    LABELS: re.compile(r'label|라벨(링 ?)?데이터|\[라벨(링)?\].*|.+_labeling(_new_\d+)?'),
    IMAGES: re.compile(r'img|원[시천] ?데이터|\[원[시천]\].*|(body|babel|furniture|wheel)_\d+|'
                       r'valid_\w+_data'),
}
_SPLITS = dict(zip(SPLITS, (re.compile(r'(\d\. ?)?training'),
                            re.compile(r'(\d\. ?)?validation|valid_\w+_data')), strict=True))
_ARCHIVE = re.compile(r'\.(zip|tar)$', re.IGNORECASE)
_PART = re.compile(r'(.+\.zip)\.part\d+', re.IGNORECASE)
_SLOT = re.compile(r'\d{1,2}(_No_\d+)?', re.ASCII)
_LEADS_OUT = re.compile(r'/|(.*/)?\.\.(/|$)')
_MAX_DEPTH = {'': 4, IMAGES: 8}  # folders above the first that tells what it is about, and below it

_EXPECTED = ("expected the folder that AI Hub's download was unpacked to, with "
             '1.Training/라벨링데이터 and 1.Training/원시데이터 in it, or one with '
             'training/label and training/img')


class Place(NamedTuple):
    """A folder or an archive.

    Attributes:
        split: ``training`` or ``validation``, empty if its path does not say.
        root: Position in :attr:`Sources.roots`.
        path: Relative to that root, with ``/``; empty for the root itself.
        day: Of a folder of images, the day whose stations lie in it.
    """

    split: str
    root: int
    path: str = ''
    day: str = ''

    def below(self, name: str) -> Place:
        """A folder or file in this folder."""
        return self._replace(split=_split_of(name) or self.split,
                             path=f'{self.path}/{name}' if self.path else name)


@dataclass(frozen=True)
class Sources:
    """A data set: where it is read from and where what is made of it goes.

    Attributes:
        out: Folder of the index and of everything else that is written.
        roots: Folders to read from, without links in them, that of the labels first. Nothing
            outside of them is opened.
        images: Folders of one day each, and archives.
        labels: Folders and ZIPs, below which the labels lie.
        refused: Links out of the roots that would have led to images.
        problems: Path and what is wrong with it, for what could not be used.
    """

    out: Path
    roots: tuple[Path, ...]
    images: tuple[Place, ...] = ()
    labels: tuple[Place, ...] = field(default=(), compare=False)
    refused: tuple[Place, ...] = field(default=(), compare=False)
    problems: tuple[tuple[str, LayoutError], ...] = field(default=(), compare=False)

    def path(self, place: Place) -> Path:
        """Where a place is."""
        return self.roots[place.root] / place.path

    def shown(self, place: Place) -> str:
        """How a place is called: relative to the root of the labels, if it is in there."""
        return place.path if place.root == 0 and place.path else str(self.path(place))

    def to_json(self) -> str:
        """What :meth:`from_json` reads: the roots and the places of images."""
        return json.dumps({'roots': ['.' if root == self.out else str(root) for root in self.roots],
                           'images': self.images})

    @classmethod
    def from_json(cls, text: str | bytes, out: Path) -> Sources:
        """Sources as they were recorded, without labels.

        Raises:
            ValueError: If this is not how :meth:`to_json` writes them.
        """
        try:
            recorded = json.loads(text)
            roots = tuple(out / root for root in recorded['roots'])
            images = tuple(Place(*place) for place in recorded['images'])
            wrong = [place for place in images if _LEADS_OUT.match(place.path)
                     or not 0 <= place.root < len(roots)]
        except (TypeError, KeyError) as error:
            raise ValueError('it does not say where its images are') from error
        if wrong:
            raise ValueError('a folder of images leads out of the data root')
        return cls(out, roots, images)


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
    found.look(Place(_split_around(roots[0]), 0))
    for number in range(1, len(roots)):
        found.look(Place(_split_around(roots[number]), number), IMAGES)
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

    def look(self, place: Place, role: str = '', depth: int = 0) -> None:
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
            kind = role or _role_of(entry.name)
            day = parse_day(entry.name)
            if entry.is_symlink() and not self._may_follow(below, kind, day):
                continue
            if _ARCHIVE.search(entry.name):
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
                self.look(below, kind, depth + 1 if kind == role else 0)

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
        if kind or day or _split_of(link.path.rpartition('/')[2]):
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


def unjoined_parts(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, LayoutError]]:
    """ZIPs of which only the parts lie in a folder, as AI Hub's downloader leaves them, and how to
    join them."""
    parts: dict[str, int] = {}
    for name in names:
        match = _PART.fullmatch(name)
        if match and match[1] not in names:
            parts[match[1]] = parts.get(match[1], 0) + 1
    for name, count in parts.items():
        quoted = shlex.quote(name)
        yield name, LayoutError('unjoined', (
            f'lies in {folder} in {count} parts, as it was downloaded; join them in the order of '
            f"their numbers, there, with: printf '%s\\0' {quoted}.part* | sort -zV | xargs -0 cat "
            f'> {quoted} (on Windows with copy /b "{name}.part0"+... "{name}") and run this again'))


def _nothing(root: str | os.PathLike, found: _Search, what: str, expected: str) -> LayoutError:
    """The one sentence for a root without labels or images."""
    if found.parts:
        name = next(path for _, path, problem in found.problems if problem is found.parts[0])
        return LayoutError('misplaced', f'{name} {found.parts[0]}')
    above = next((parent.parent for parent in (Path(root).resolve() / 'x').parents
                  if _role_of(parent.name)), None)
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
    from .label_files import walk_labels
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


def _plain(name: str) -> str:
    """A name as it is compared: composed letters, no ending and no copy mark."""
    text = unicodedata.normalize('NFC', readable(name))
    return without_copy_mark(_ARCHIVE.sub('', text)).strip().casefold()


def _role_of(name: str) -> str:
    return next((role for role, names in _ROLES.items() if names.fullmatch(_plain(name))), '')


def _split_of(name: str) -> str:
    if 'valid' not in name.lower() and 'training' not in name.lower():
        return ''  # at once, as of nearly every file
    return next((split for split, names in _SPLITS.items() if names.fullmatch(_plain(name))), '')


def _split_around(root: Path) -> str:
    """What a root and the two folders around it say."""
    return next(filter(None, map(_split_of, reversed(root.parts[-3:]))), '')
