"""From an ``img_key`` to the folder on disk, through the table of known differences.

On some shooting days the folders are not spelt as the labels spell them. Every such difference
is one row of :data:`REWRITES`; rows are tried in order, alone before together, against the real
directory listings, and nothing is matched by likeness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from .image_files import ImageFiles
from .layout import ImageKey, LayoutError, parse_day


@dataclass(frozen=True)
class Rewrite:
    """One known difference between labels and disk.

    Attributes:
        name: How reports call it.
        level: ``day``, ``slot``, ``camera`` or ``clip``: the folder that is spelt differently.
        apply: ``(name in the label, label's key, camera folder in use) -> name on disk``;
            the same name, or None, where the row does not apply.
    """

    name: str
    level: str
    apply: Callable[[str, ImageKey, str], str | None]


def _on_day(number: int, key: ImageKey) -> bool:
    return parse_day(key.day)[1] == number


def _swap_performer_separator(name: str, key: ImageKey, camera: str) -> str:
    if '-Z' in name:
        return name.replace('-Z', '_Z')
    return name.replace('_Z', '-Z')


def _with_view(name: str, letter: str) -> str:
    if name[-2:-1] == '_' and name[-1] in 'ABCDE':
        return name[:-1] + letter
    return name


REWRITES: tuple[Rewrite, ...] = (
    # an archive unpacked into a folder of its own name
    Rewrite('doubled_day_folder', 'day', lambda name, key, camera: f'{name}/{name}'),
    # a slot folder called 3_No_148 where the label says 3: see _slot_with_number
    Rewrite('slot_number_suffix', 'slot', lambda name, key, camera: f'{name}_No_*'),
    Rewrite('slot_without_number', 'slot', lambda name, key, camera: name.partition('_No_')[0]),
    Rewrite('day03_camera_c_is_b', 'camera', lambda name, key, camera:
            'B' if name == 'C' and _on_day(3, key) else None),
    Rewrite('day02_camera_b_is_a', 'camera', lambda name, key, camera:
            'A' if name == 'B' and _on_day(2, key) else None),
    # where the camera folder differs, the clip folder in it may carry that camera's letter
    Rewrite('clip_named_after_camera_folder', 'clip', lambda name, key, camera:
            _with_view(name, camera) if camera != key.view else None),
    Rewrite('day01_clip_ends_in_a', 'clip', lambda name, key, camera:
            _with_view(name, 'A') if camera != 'A' and _on_day(1, key) else None),
    # Day12 has 004-1-1-01_Z3_A
    Rewrite('performer_separator', 'clip', _swap_performer_separator),
    Rewrite('trailing_dash', 'clip', lambda name, key, camera:
            name[:-1] if name.endswith('-') else f'{name}-'),
)
"""Every known difference, in the order tried."""


@dataclass(frozen=True)
class ImageFolder:
    """A clip-view's images on disk.

    Attributes:
        path: Folder, relative to the root, with ``/``.
        prefix: Images are ``f'{prefix}-{number:07d}.jpg'``.
        numbers: Image numbers present, ascending.
        rewrites: Names of the rewrites that led here, none if the label's spelling is right.
    """

    path: str
    prefix: str
    numbers: tuple[int, ...]
    rewrites: tuple[str, ...]


class ImageResolver:
    """Finds the image folders of one split; listings are read once.

    Args:
        files: The images.
        split: ``training`` or ``validation``.
    """

    def __init__(self, files: ImageFiles, split: str) -> None:
        self._files = files
        self._split = split
        self._top = f'{split}/img'
        self._folders = cache(files.subfolders)

    def resolve(self, key: ImageKey) -> ImageFolder:
        """The folder of a key's clip-view.

        Raises:
            LayoutError: ``missing_images`` if no known spelling of it exists or it has no image
                of that name, ``outside_root`` if the way there leads out of the roots,
                ``unreadable`` if its folder cannot be listed.
        """
        refused: str | None = None
        for parent, camera, taken in self._camera_folders(key):
            for name, more in _spellings('clip', key.folder, key, camera):
                state = self._folders(parent).get(name)
                if state == 'outside':
                    refused = refused or f'{parent}/{name}'
                elif state == 'folder':
                    path = f'{parent}/{name}'
                    images = self._files.images(path)
                    if path in self._files.unusable:
                        problem = self._files.unusable[path]
                        raise LayoutError(problem.reason, f'{path} {problem.detail}')
                    for prefix, also in _spellings('clip', key.prefix, key, camera):
                        if prefix in images:
                            rewrites = dict.fromkeys((*taken, *more, *also))
                            return ImageFolder(path, prefix, images[prefix], tuple(rewrites))
                    refused = refused or self._files.linked_out(path)
        refused = refused or self._outside_on_the_way(key)
        if refused:
            raise LayoutError('outside_root', f'{refused} is a symbolic link that leads out of '
                              'the data root and is not followed')
        raise LayoutError(
            'missing_images', f'{self._top}/{key.day}/{key.slot}/{key.view}/{key.folder} with '
            f'{key.prefix}-*.jpg is not there under any known spelling')

    def clip_folders(self, day: str) -> Iterator[str]:
        """Every clip's image folder of a day, sorted."""
        for base in (f'{self._top}/{day}', f'{self._top}/{day}/{day}'):
            for slot in self._subfolders(base):
                for camera in self._subfolders(f'{base}/{slot}'):
                    for clip in self._subfolders(f'{base}/{slot}/{camera}'):
                        # a doubled day folder shows up one level higher as slot/camera/clip
                        if slot != day:
                            yield f'{base}/{slot}/{camera}/{clip}'

    def _camera_folders(self, key: ImageKey) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        for day, first in _spellings('day', key.day, key, key.view):
            for slot, second in self._slots(f'{self._top}/{day}', key):
                for camera, third in _spellings('camera', key.view, key, key.view):
                    yield (f'{self._top}/{day}/{slot}/{camera}', camera,
                           (*first, *second, *third))

    def _slots(self, parent: str, key: ImageKey) -> Iterator[tuple[str, tuple[str, ...]]]:
        present = self._folders(parent)
        for slot, rewrites in _spellings('slot', key.slot, key, key.view):
            if slot.endswith('*'):
                for name in sorted(present):
                    number = name.removeprefix(slot[:-1])
                    if number != name and number.isascii() and number.isdecimal():
                        yield name, rewrites
            elif slot in present:
                yield slot, rewrites

    def _outside_on_the_way(self, key: ImageKey) -> str | None:
        parent = f'{self._top}/{key.day}'
        for name in (key.slot, key.view):
            if self._folders(parent).get(name) == 'outside':
                return f'{parent}/{name}'
            parent = f'{parent}/{name}'
        return next((self._files.sources.shown(link) for link in self._files.sources.refused
                     if link.split in ('', self._split) and link.day in ('', key.day)), None)

    def _subfolders(self, parent: str) -> list[str]:
        return sorted(n for n, state in self._folders(parent).items() if state == 'folder')


def _spellings(level: str, name: str, key: ImageKey,
               camera: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A name and what the rewrites of a level make of it, with the rewrites' names."""
    yield name, ()
    rows = [row for row in REWRITES if row.level == level]
    seen = {name}
    for count in range(1, len(rows) + 1):
        for chosen in combinations(rows, count):
            spelt: str | None = name
            for row in chosen:
                spelt = spelt and row.apply(spelt, key, camera)
            if spelt and spelt not in seen:
                seen.add(spelt)
                yield spelt, tuple(row.name for row in chosen)
