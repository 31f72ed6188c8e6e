"""A file of tracks as a source of frames: plain ones, on which skeletons are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fitness_mm.apis.tracks.people import People

from .canvas import Colours, Planes
from .frames import Frame, Picture

_GROUND = 24  # grey level


@lru_cache(1)
def _planes(picture: Picture, size: tuple[int, int]) -> Planes:
    return picture.planes(size)


@dataclass(frozen=True, eq=False)
class _Plain:
    """A frame that shows what all show."""

    number: int
    time: float
    picture: Picture
    colours = Colours()

    def rgb(self) -> np.ndarray:
        """See :class:`~.frames.Frame`."""
        return self.picture.image

    def planes(self, size: tuple[int, int]) -> Planes:
        """See :class:`~.frames.Frame`."""
        return _planes(self.picture, size)


class TrackVideo:
    """Frames without pictures, one for each of a file of tracks.

    Args:
        people: What the file holds.
    """

    sound = None

    def __init__(self, people: People) -> None:
        self.people, self.name, self.size = people, people.name, people.size
        self.fps, self.colours, self.warnings = people.fps, Colours(), []
        self.duration = float(people.times[-1]) + 1 / self.fps
        image = np.full((self.size[1], self.size[0], 3), _GROUND, np.uint8)
        image.flags.writeable = False  # it is every frame's
        self._picture = Picture(0, 0.0, image)

    def frames(self) -> Iterator[Frame]:
        """All frames."""
        for number, time in enumerate(self.people.times.tolist()):
            yield _Plain(number, time, self._picture)

    def survey(self, count: int) -> list[np.ndarray]:
        """One, whatever the count: all are the same."""
        return [self._picture.image]
