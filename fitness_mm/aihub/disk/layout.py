"""Names and folders of the data set, and the checks that keep an ``img_key`` inside its root.

::

    <root>/<split>/label/<day>/D01-<slot>-<type>.json
    <root>/<split>/img/<day>/<slot>/<camera>/<clip>_<view>/<clip>_<view>-0000001.jpg
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fitness_mm.errors import FitnessError

SPLITS = ('training', 'validation')
VIEWS = ('A', 'B', 'C', 'D', 'E')
"""Cameras of ``view1`` to ``view5``."""

_MAX_KEY_LENGTH = 512
_MAX_NAME_BYTES = 255  # what Linux file systems allow
_MAX_FRAME_NUMBER = 32767  # the index stores them as int16
_MAX_DEPTH = 8  # a ZIP unpacked into a folder of its own name adds one level, seldom two

_COPY = re.compile(r'(?: ?\(\d+\)| - Copy| - 복사본)+$')
_DAY = re.compile(r'Day(?P<number>\d{2})(?:_[0-9A-Za-z]+)*', re.ASCII)
_LABEL = re.compile(r'D(?P<day>\d{2})-(?P<slot>[0-9A-Za-z_]+)-(?P<type>\d{3})(?P<is_3d>-3d)?',
                    re.ASCII)
_SLOT = re.compile(r'[0-9A-Za-z_]{1,64}')
_CLIP = re.compile(r'(?P<type>\d{3})-(?P<a>\d+)-(?P<b>\d+)-(?P<nn>\d+)[-_]Z(?P<performer>\d{1,4})'
                   r'(?:_(?P<view>[A-E]))?-?', re.ASCII)
_IMAGE = re.compile(r'(?P<prefix>.+)-(?P<number>\d{7})\.(?:jpg|JPG)', re.ASCII)


class LayoutError(FitnessError):
    """A name or folder that cannot be used.

    Attributes:
        reason: A key of :data:`~fitness_mm.aihub.prepare.reasons.REASONS`.
        detail: One clause that says what is wrong and what was expected.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


@dataclass(frozen=True)
class LabelName:
    """What the name of a label file says: ``D01-3-004.json`` is day 1, slot 3, type 4."""

    day_number: int
    slot: str
    type_number: int
    is_3d: bool
    is_copy: bool


@dataclass(frozen=True)
class ImageKey:
    """A checked ``img_key``: five plain names, none of which can lead anywhere else.

    Attributes:
        day: Folder of the shooting day, ``Day01_200921_F``.
        slot: Shooting station of that day.
        view: Camera letter.
        folder: Name of the clip's image folder, as the label spells it.
        prefix: Image names are ``f'{prefix}-{number:07d}.jpg'``, as the label spells it.
        number: Image number, from 1.
        clip: The clip, spelt the one way: ``004-1-1-01-Z3``.
        type_number: Type in the clip's name.
        performer: The number after ``Z``.
    """

    day: str
    slot: str
    view: str
    folder: str
    prefix: str
    number: int
    clip: str
    type_number: int
    performer: int


def without_copy_mark(name: str) -> str:
    """A name without what file managers append to copies, such as ``' (1)'``."""
    return _COPY.sub('', name)


def parse_day(folder: str) -> tuple[str, int] | None:
    """Day name without a copy mark and day number of a day folder; None if it is none."""
    name = without_copy_mark(folder)
    match = _DAY.fullmatch(name)
    return (name, int(match['number'])) if match else None


def parse_label_name(file_name: str) -> LabelName | None:
    """What a label's file name says, or None if it is not a label's name."""
    stem, extension = os.path.splitext(file_name)
    if extension not in ('.json', '.JSON'):
        return None
    plain = without_copy_mark(stem)
    match = _LABEL.fullmatch(plain)
    if not match:
        return None
    return LabelName(int(match['day']), match['slot'], int(match['type']),
                     bool(match['is_3d']), plain != stem)


def parse_image_name(file_name: str) -> tuple[str, int] | None:
    """Prefix and number of an image file's name, or None if it is not an image's name."""
    match = _IMAGE.fullmatch(file_name)
    return (match['prefix'], int(match['number'])) if match else None


def parse_image_key(key: str) -> ImageKey:
    """Take an ``img_key`` apart without touching the disk.

    Every part has to match a pattern of plain characters, so what comes back cannot contain a
    separator, ``..``, a drive, NUL or a name too long for the file system.

    Raises:
        LayoutError: ``unsafe_path`` if it looks like a way out, ``bad_img_key`` if it is of
            another form, ``type_conflict`` if its folder and file are of different clips.
    """
    shown = key if len(key) <= 80 else key[:77] + '...'
    parts = key.split('/')
    if (len(key) > _MAX_KEY_LENGTH or '\\' in key or ':' in key or key.startswith(('/', '~'))
            or not key.isprintable() or '.' in parts or '..' in parts
            or any(len(part.encode(errors='replace')) > _MAX_NAME_BYTES for part in parts)):
        raise LayoutError('unsafe_path', f'img_key {shown!r} is not a plain relative path')
    wrong_form = LayoutError(
        'bad_img_key', f'img_key {shown!r} is not of the form '
        "'Day01_200921_F/3/A/004-1-1-01-Z3_A/004-1-1-01-Z3_A-0000001.jpg'")
    if len(parts) != 5:
        raise wrong_form
    day, slot, view, folder, file_name = parts
    clip = _CLIP.fullmatch(folder)
    image = parse_image_name(file_name)
    if not (_DAY.fullmatch(day) and _SLOT.fullmatch(slot) and view in VIEWS and clip and image):
        raise wrong_form
    prefix, number = image
    prefix_clip = _CLIP.fullmatch(prefix)
    if not prefix_clip or not 1 <= number <= _MAX_FRAME_NUMBER:
        raise wrong_form
    if _clip_name(clip) != _clip_name(prefix_clip):
        raise LayoutError('type_conflict', f'folder and file of img_key {shown!r} are of '
                          'different clips')
    return ImageKey(day, slot, view, folder, prefix, number, _clip_name(clip),
                    int(clip['type']), int(clip['performer']))


def _clip_name(match: re.Match) -> str:
    return f"{match['type']}-{match['a']}-{match['b']}-{match['nn']}-Z{match['performer']}"


def real_root(root: str | os.PathLike) -> Path:
    """The data root with its own links resolved, after a look at what lies in it.

    Raises:
        LayoutError: ``misplaced`` if the folder or both of its split folders are missing.
    """
    path = Path(root)
    real = path.resolve()
    if not any(os.path.isdir(real / split) for split in SPLITS):
        what = ('has neither training/ nor validation/' if os.path.isdir(real) else
                'is not a folder')
        raise LayoutError(
            'misplaced', f'{path} {what}; expected <root>/training and <root>/validation with '
            'label/<day>/*.json and img/<day>/<slot>/<view>/<clip>/*.jpg in each')
    return real


def is_inside(root: Path, path: str | os.PathLike) -> bool:
    """Whether a path, with all links resolved, lies in ``root``, which has none."""
    real = os.path.realpath(path)
    return real == str(root) or real.startswith(f'{str(root).rstrip(os.sep)}{os.sep}')


def own_folder(root: Path, folder: str) -> Path:
    """A folder of a data root to write into, made if it is missing.

    Args:
        root: Data root without links in it.
        folder: Relative to it.

    Raises:
        LayoutError: ``outside_root`` if it leads out of the root.
    """
    path = root / folder
    if not is_inside(root, path):
        raise LayoutError('outside_root', f'{path} leads out of the data root through a symbolic '
                          'link; replace the link with a folder')
    path.mkdir(parents=True, exist_ok=True)
    return path


@dataclass
class LabelTree:
    """What lies in the label folder of one split. Paths are relative to the root, with ``/``.

    Attributes:
        labels: 2D label files of every day, in the order in which duplicates are decided:
            plain names before copies, shallow before deep.
        num_3d: Number of 3D label files of every day.
        num_other: Files that are neither.
        problems: Path and what is wrong with it, for what could not be used.
    """

    labels: dict[str, list[str]] = field(default_factory=dict)
    num_3d: dict[str, int] = field(default_factory=dict)
    num_other: int = 0
    problems: list[tuple[str, LayoutError]] = field(default_factory=list)


def walk_labels(root: Path, split: str) -> LabelTree:
    """List the label files of a split without following a link below its label folder."""
    tree = LabelTree()
    top = f'{split}/label'
    if not is_inside(root, root / top):
        tree.problems.append((top, link_problem(root, root / top)))
        return tree
    if not os.path.isdir(root / top):
        return tree
    found: dict[str, list[tuple[int, bool, str]]] = {}
    for relative, name in _walk_files(root, top, tree.problems):
        parsed = parse_label_name(name)
        parts = relative.split('/')
        day = parse_day(parts[2])
        if parsed is None:
            if name.lower().endswith('.json') and not name.startswith('.'):
                tree.problems.append((relative, LayoutError(
                    'bad_file_name', 'expected a name such as D01-3-004.json')))
            else:
                tree.num_other += 1
        elif day is None or len(parts) == 3:
            tree.problems.append((relative, LayoutError(
                'misplaced', f'expected it in a day folder, {top}/Day01_200921_F/')))
        elif parsed.is_3d:
            tree.num_3d[day[0]] = tree.num_3d.get(day[0], 0) + 1
        else:
            is_copy = parsed.is_copy or parts[2] != day[0]
            found.setdefault(day[0], []).append((len(parts), is_copy, relative))
    tree.labels = {day: [path for *_, path in sorted(found[day])] for day in sorted(found)}
    return tree


def _walk_files(root: Path, top: str, problems: list) -> Iterator[tuple[str, str]]:
    pending = [(top, 0)]
    while pending:
        folder, depth = pending.pop()
        try:
            with os.scandir(root / folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            problems.append((folder, LayoutError('unreadable', f'cannot list it: '
                                                 f'{error.strerror}')))
            continue
        for entry in entries:
            relative = f'{folder}/{entry.name}'
            if not is_text(entry.name):
                problems.append((relative, NOT_UTF8))
            elif entry.is_symlink():
                problems.append((relative, link_problem(root, entry.path)))
            elif entry.is_dir(follow_symlinks=False):
                if depth < _MAX_DEPTH:
                    pending.append((relative, depth + 1))
                else:
                    problems.append((relative, LayoutError(
                        'too_deep', f'expected label files at most {_MAX_DEPTH} folders deep')))
            elif entry.is_file(follow_symlinks=False):
                yield relative, entry.name
            else:
                problems.append((relative, LayoutError('unreadable', 'not a regular file')))


NOT_UTF8 = LayoutError('bad_file_name', 'the name is not UTF-8; rename it')


def is_text(name: str) -> bool:
    """Whether a file's name is UTF-8."""
    return not any('\ud800' <= character <= '\udfff' for character in name)


def link_problem(root: Path, path: str | os.PathLike) -> LayoutError:
    """Why a symbolic link is not followed."""
    if is_inside(root, path):
        return LayoutError('symlink', 'a symbolic link is not followed here; expected a file or '
                           'folder')
    return LayoutError('outside_root', 'a symbolic link that leads out of the data root is not '
                       'followed; expected a file or folder')
