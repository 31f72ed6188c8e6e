"""Label files, in folders and in ZIPs: which there are, and what is in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fitness_mm.files import open_file, state_of

from .layout import (
    NOT_UTF8,
    SPLITS,
    LayoutError,
    is_text,
    link_problem,
    parse_day,
    parse_label_name,
    readable,
)
from .sources import Place, Sources
from .zips import Zip, is_zip, open_zip, read_from_zip, unjoined_parts, zip_on_disk

_MAX_DEPTH = 8  # a ZIP unpacked into a folder of its own name adds one level, seldom two
_MAX_ZIPS_IN_ZIPS = 2
_PEEKED_LABELS = 8
_MAX_PEEKED_BYTES = 1 << 22
_RELEASE = re.compile(r'(.+_Labeling)(_new_\d+)?(?:\.zip)?', re.IGNORECASE)
_NEW = re.compile(r'_Labeling_new_(\d{1,9})', re.IGNORECASE)
_DAY_OF_KEY = re.compile(rb'"img_key"\s*:\s*"([^"/]{5,64})/')


@dataclass
class LabelTree:
    """The label files of one split. Paths are relative to the root of the labels, with ``/``;
    those in ZIPs go on behind the name of the ZIP.

    Attributes:
        labels: 2D label files of every day, in the order in which duplicates are decided:
            newer releases before older ones, shallow before deep, plain names before copies.
        labels_3d: 3D label files of every day, in that order.
        num_other: Files that are neither.
        problems: Path and what is wrong with it, for what could not be used.
        outside_days: Days of labels that lie in no folder of a day.
    """

    labels: dict[str, list[str]] = field(default_factory=dict)
    labels_3d: dict[str, list[str]] = field(default_factory=dict)
    num_other: int = 0
    problems: list[tuple[str, LayoutError]] = field(default_factory=list)
    outside_days: set[str] = field(default_factory=set)


def walk_labels(sources: Sources) -> dict[str, LabelTree]:
    """List the label files of each split without following a link below a folder of labels.

    Raises:
        LayoutError: ``misplaced`` if there is nothing but parts of ZIPs.
    """
    root = sources.roots[0]
    trees = {split: LabelTree() for split in SPLITS}
    found: dict[tuple[str, str], list[tuple]] = {}
    outside: dict[tuple[str, int], list[tuple]] = {}
    walk = _Walk(root, trees)
    for file in (file for place in sources.labels for file in walk.files(place)):
        split = file.split or SPLITS[0]
        *folders, name = file.path.split('/')
        parsed = parse_label_name(name)
        if parsed is None:
            if name.lower().endswith('.json') and not name.startswith('.'):
                trees[split].problems.append((file.path, LayoutError(
                    'bad_file_name', 'expected a name such as D01-3-004.json')))
            else:
                trees[split].num_other += 1
            continue
        day, is_copy = next(filter(None, map(_day_of, reversed(folders))), ('', False))
        entry = (parsed.is_3d, -_release(file.path), len(folders), parsed.is_copy or is_copy,
                 file.path)
        if day:
            found.setdefault((split, day), []).append(entry)
        else:
            outside.setdefault((split, parsed.day_number), []).append(entry)
    walk.note_old_releases()
    for (split, _), entries in outside.items():
        day = _day_in_labels(root, [path for *_, path in sorted(entries)])
        if day:
            found.setdefault((split, day), []).extend(entries)
            trees[split].outside_days.add(day)
        else:
            trees[split].problems += [(path, LayoutError(
                'misplaced', 'expected it in a day folder such as Day01_200921_F, or an img_key '
                'in it that says the day')) for *_, path in sorted(entries)]
    if not found:
        _check_joined(trees)
    for (split, day), entries in sorted(found.items()):
        for is_3d, *_, path in sorted(entries):
            tree = trees[split]
            (tree.labels_3d if is_3d else tree.labels).setdefault(day, []).append(path)
    return trees


def _check_joined(trees: dict[str, LabelTree]) -> None:
    for path, problem in (problem for tree in trees.values() for problem in tree.problems):
        if problem.reason == 'unjoined':
            raise LayoutError('misplaced', f'{path} {problem}')


def read_label(root: Path, file: str, most: int) -> bytes:
    """Content of a label file.

    Args:
        root: Of the labels.
        file: As :class:`LabelTree` has it.
        most: Bytes that a label may have.

    Raises:
        LayoutError: ``too_large`` or ``unreadable``.
    """
    try:
        data = read_from_zip(root, file, most)
        if data is not None:
            return data
        with open_file(root / file) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > most:
                raise LayoutError('too_large', f'{size} bytes, expected at most {most}')
            return stream.read(size)
    except OSError as error:
        raise LayoutError('unreadable', f'cannot be read ({error.strerror})') from error


def state_of_label(root: Path, file: str) -> tuple[int, int, int] | None:
    """Size and times of a label file, or of the ZIP on the disk that it is in; None if it is
    gone."""
    try:
        return state_of(root / (zip_on_disk(root, file)[0] or file))
    except OSError:
        return None


class _Walk:
    """The files below folders and ZIPs of labels; what is wrong goes to the trees."""

    def __init__(self, root: Path, trees: dict[str, LabelTree]) -> None:
        self._root = root
        self._trees = trees
        self._releases: dict[str, dict[str, Place]] = {}

    def files(self, place: Place) -> Iterator[Place]:
        """Every file, with a path that is text or can be made it."""
        if os.path.isfile(self._root / place.path):
            yield from self._in_zip(place)
            return
        pending = [(place, 0)]
        while pending:
            folder, depth = pending.pop()
            self._note_release(folder)
            entries = self._entries(folder)
            for name, problem in unjoined_parts(self._root / folder.path,
                                                [entry.name for entry in entries]):
                self._note(folder.below(name), problem)
            for entry in entries:
                below = folder.below(entry.name)
                text = readable(entry.name)
                if not is_text(text):
                    self._note(below, NOT_UTF8)
                elif text != entry.name and os.path.lexists(
                        os.path.join(os.path.dirname(entry.path), text)):
                    self._note(below, LayoutError('duplicate', 'its name is there in UTF-8 too'))
                elif entry.is_symlink():
                    self._note(below, link_problem((self._root, ), entry.path))
                elif entry.is_dir(follow_symlinks=False):
                    if depth < _MAX_DEPTH:
                        pending.append((below, depth + 1))
                    else:
                        self._note(below, LayoutError(
                            'too_deep', f'expected label files at most {_MAX_DEPTH} folders deep'))
                elif not entry.is_file(follow_symlinks=False):
                    self._note(below, LayoutError('unreadable', 'not a regular file'))
                elif is_zip(entry.name):
                    yield from self._in_zip(below)
                else:
                    yield below

    def note_old_releases(self) -> None:
        """Say which groups of labels lie there in the older release alone."""
        for group, found in self._releases.items():
            if '' in found and len(found) == 1:
                self._note(found[''], LayoutError('older_release', (
                    f'no {group}_new_<date> lies beside it; if AI Hub lists one, download it, its '
                    'labels were corrected')))

    def _in_zip(self, place: Place, around: Zip | None = None, name: str = '',
                depth: int = 0) -> Iterator[Place]:
        self._note_release(place)
        try:
            archive = around.entered(name) if around else open_zip(self._root / place.path)
        except OSError as error:
            self._note(place, LayoutError('broken_zip', f'cannot be read ({error.strerror})'))
            return
        except LayoutError as error:
            self._note(place, error)
            return
        if archive.num_unusable:
            self._note(place, LayoutError('broken_zip', (
                f'has {archive.num_unusable} files that are encrypted, compressed in a way that is '
                'not read here or named so as to leave their folder; they are not used')))
        for member in archive.members:
            below = place
            for part in member.split('/'):
                below = below.below(part)
            if not is_zip(member):
                yield below
            elif depth < _MAX_ZIPS_IN_ZIPS:
                yield from self._in_zip(below, archive, member, depth + 1)
            else:
                self._note(below, LayoutError('too_deep', 'expected at most '
                                              f'{_MAX_ZIPS_IN_ZIPS} ZIPs around a ZIP'))

    def _entries(self, folder: Place) -> list[os.DirEntry]:
        try:
            with os.scandir(self._root / folder.path) as listing:
                return sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._note(folder, LayoutError('unreadable', f'cannot list it: {error.strerror}'))
            return []

    def _note_release(self, place: Place) -> None:
        match = _RELEASE.fullmatch(readable(place.path.rpartition('/')[2]))
        if match:
            self._releases.setdefault(match[1], {})[match[2] or ''] = place

    def _note(self, place: Place, problem: LayoutError) -> None:
        self._trees[place.split or SPLITS[0]].problems.append((place.path, problem))


def _day_of(folder: str) -> tuple[str, bool] | None:
    """Day of a day folder, or of a ZIP of one, and whether it is a copy."""
    name = folder[:-len('.zip')] if is_zip(folder) else folder
    day = parse_day(name)
    return (day[0], name != day[0]) if day else None


def _release(path: str) -> int:
    """A number that is higher for a newer release of labels."""
    return max(map(int, _NEW.findall(path)), default=0)


def _day_in_labels(root: Path, files: list[str]) -> str:
    """The day that the first few labels are about by their images' names; empty if none says."""
    for file in files[:_PEEKED_LABELS]:
        try:
            match = _DAY_OF_KEY.search(read_label(root, file, _MAX_PEEKED_BYTES))
        except LayoutError:
            continue
        day = parse_day(match[1].decode(errors='replace')) if match else None
        if day:
            return day[0]
    return ''
