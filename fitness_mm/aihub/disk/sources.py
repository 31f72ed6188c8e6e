"""Where the files of a data set lie, found by the names of folders and archives at any depth.

What AI Hub delivers (``1.Training/라벨링데이터/맨몸운동_01/Day05_200925_F/...``), its flat
sample (``라벨링데이터/D08-1-001.json``) and the study's tree (``training/label/Day05_200925_F``)
differ in how deep things lie and how folders are called, and in nothing else: on the way to a file
one name says whether it is about labels or images, and one may say of which split.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from .layout import SPLITS, LayoutError, readable, without_copy_mark

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
ARCHIVE = re.compile(r'\.(zip|tar)$', re.IGNORECASE)
_LEADS_OUT = re.compile(r'/|(.*/)?\.\.(/|$)')


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
        return self._replace(split=split_of(name) or self.split,
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


def _plain(name: str) -> str:
    """A name as it is compared: composed letters, no ending and no copy mark."""
    text = unicodedata.normalize('NFC', readable(name))
    return without_copy_mark(ARCHIVE.sub('', text)).strip().casefold()


def role_of(name: str) -> str:
    """Whether a folder or archive of this name is about labels or images; empty if it does not
    say."""
    return next((role for role, names in _ROLES.items() if names.fullmatch(_plain(name))), '')


def split_of(name: str) -> str:
    """The split that a folder or archive of this name is of; empty if it does not say."""
    if 'valid' not in name.lower() and 'training' not in name.lower():
        return ''  # at once, as of nearly every file
    return next((split for split, names in _SPLITS.items() if names.fullmatch(_plain(name))), '')
