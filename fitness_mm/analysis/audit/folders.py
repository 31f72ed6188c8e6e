"""Folders on disk against the index: which no label mentions, and which labels miss theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fitness_mm.aihub.disk.image_files import ImageFiles
from fitness_mm.aihub.disk.layout import SPLITS
from fitness_mm.aihub.disk.resolve import ImageResolver
from fitness_mm.aihub.disk.search import find_images_again
from fitness_mm.aihub.index import FitnessIndex


@dataclass(frozen=True)
class FolderComparison:
    """What the tree and the index have not in common. Paths are relative to the root.

    Attributes:
        on_disk: Clip folders found.
        unmentioned: Folders that no clip-view of the index uses, sorted.
        missing: Folders of the index that are not there any more, sorted.
        unreadable: Folder -> why it could not be listed, or what is wrong with its name.
    """

    on_disk: int
    unmentioned: list[str]
    missing: list[str]
    unreadable: dict[str, str]

    def differences(self) -> dict[str, list[str]]:
        """What is wrong with folders, in words, to these folders."""
        return {'that no indexed label mentions': self.unmentioned,
                'of labels that are not on disk': self.missing}


def compare_folders(index: FitnessIndex) -> FolderComparison:
    """Lists the folders above the images, a few thousand, and compares. No image is looked at.
    """
    images = ImageFiles(find_images_again(index.sources))
    present: set[str] = set()
    days = images.days({split: set(index.select(index.split == split).column('day').tolist())
                        for split in SPLITS})
    for split in SPLITS:
        resolver = ImageResolver(images, split)
        for day in days[split]:
            present.update(resolver.clip_folders(day))
    unreadable = {path: problem.detail for path, problem in images.unusable.items()}
    used = set(index.column('image_dir').tolist())
    return FolderComparison(len(present), sorted(present - used), sorted(used - present),
                            dict(sorted(unreadable.items())))


def folders_by_day(folders: Iterable[str]) -> dict[str, int]:
    """Split and day to the number of these folders, in order."""
    return dict(sorted(Counter(_day(folder) for folder in folders).items()))


def _day(folder: str) -> str:
    split, _, day, *_ = folder.split('/')
    return f'{split}/{day}'
