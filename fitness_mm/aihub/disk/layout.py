"""Names and folders of the data set, and the checks that keep an ``img_key`` inside its root.

Images go by one name, however deep and in whatever archive they lie::

    <split>/img/<day>/<slot>/<camera>/<clip>_<view>/<clip>_<view>-0000001.jpg
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fitness_mm.errors import FitnessError

SPLITS = ('training', 'validation')
VIEWS = ('A', 'B', 'C', 'D', 'E')
"""Cameras of ``view1`` to ``view5``."""

_MAX_KEY_LENGTH = 512
_MAX_NAME_BYTES = 255  # what Linux file systems allow
_MAX_FRAME_NUMBER = 32767  # the index stores them as int16

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


def clip_type(clip: str) -> int | None:
    """The type that a clip's name begins with, whatever folders stand before it; None if it is no
    clip of the data set."""
    match = _CLIP.fullmatch(clip.rpartition('/')[2])
    return int(match['type']) if match else None


def _clip_name(match: re.Match) -> str:
    return f"{match['type']}-{match['a']}-{match['b']}-{match['nn']}-Z{match['performer']}"


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


NOT_UTF8 = LayoutError('bad_file_name', 'the name is not UTF-8; rename it')


def is_text(name: str) -> bool:
    """Whether a file's name is UTF-8."""
    return not any('\ud800' <= character <= '\udfff' for character in name)


def readable(name: str) -> str:
    """A file's name as text, if it is UTF-8 or, as a Korean Windows wrote it, CP949; otherwise the
    name as it is."""
    if not is_text(name):
        with contextlib.suppress(UnicodeError):
            return os.fsencode(name).decode('cp949')
    return name


def link_problem(roots: Sequence[Path], path: str | os.PathLike) -> LayoutError:
    """Why a symbolic link is not followed."""
    if any(is_inside(root, path) for root in roots):
        return LayoutError('symlink', 'a symbolic link is not followed here; expected a file or '
                           'folder')
    return LayoutError('outside_root', 'a symbolic link that leads out of the data root is not '
                       'followed; expected a file or folder, or, of images, name the place it '
                       'leads to with --images')
