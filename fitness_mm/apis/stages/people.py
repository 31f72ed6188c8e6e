"""Everybody who is seen in some frames: who is who from frame to frame, and whom to look at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.options import CENTER
from fitness_mm.keypoints.box import Box

_SHOWING = 0.4  # of the frames with a person, those that say how surely it is one
_SAME_PERSON = 0.25  # share of the smaller of two frames' boxes


@dataclass(frozen=True, eq=False)
class Person:
    """A person in a video.

    Attributes:
        box: Around all joints in all surveyed frames, without margin.
        confidence: Mean score of the keypoints.
        movement: How far joints move, as a share of the person's longer side.
        how: ``given``, ``detector`` or ``found``.
        others: How many other people were seen.
        presence: Share of the surveyed frames.
        longer: The longer side of the person in a frame; the box's if it is in all alike.
    """

    box: Box
    confidence: float
    movement: float
    how: str
    others: int = 0
    presence: float = 1.0
    longer: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, 'longer', self.longer or self.box.longer)


def movement_of(keypoints: np.ndarray, longer: float) -> float:
    """How far joints (T, K, 2) move beside the body, as a share of the person's longer side.

    It is where a fifth of the joints goes further: in a curl only forearms move. That all of a
    person goes somewhere is no exercise.
    """
    beside = keypoints - keypoints.mean(axis=1, keepdims=True)
    return float(np.quantile(beside.std(axis=0).max(axis=-1), 0.8) / longer)


@dataclass
class Seen:
    """Somebody in some frames.

    Attributes:
        box: Around all of them.
        last: In the last one.
        numbers: Of the frames, ascending.
        longer: The longer side of the box in each.
        keypoints: In each, (K, 2).
        scores: In each, (K,).
        found: What a detector said in each; empty without one.
    """

    box: Box
    last: Box
    numbers: list[int] = field(default_factory=list)
    longer: list[float] = field(default_factory=list)
    keypoints: list[np.ndarray] = field(default_factory=list)
    scores: list[np.ndarray] = field(default_factory=list)
    found: list[float] = field(default_factory=list)

    def add(self, number: int, box: Box, keypoints: np.ndarray, scores: np.ndarray,
            found: float | None = None) -> None:
        """Takes in a later frame."""
        self.box, self.last = self.box.union(box), box
        self.numbers.append(number)
        self.longer.append(box.longer)
        self.keypoints.append(keypoints)
        self.scores.append(scores)
        self.found.extend([] if found is None else [found])

    def person(self, frames: int) -> Person:
        """What is said of somebody, of so many frames in all."""
        means = np.sort(np.mean(self.scores, axis=1))[::-1]
        longer = float(np.median(self.longer))
        return Person(self.box, float(means[:math.ceil(_SHOWING * len(means))].mean()),
                      movement_of(np.stack(self.keypoints), longer), 'found',
                      presence=len(self.numbers) / frames, longer=longer)


def follow(everybody: list[Seen], number: int, here: Iterable[tuple]) -> None:
    """Adds those who are seen in the next frame, to whom each is nearest to; else as new ones.

    Args:
        everybody: Who was seen before; changed.
        number: Of the frame.
        here: Box, keypoints, scores and maybe a detector's score of each.
    """
    here = list(here)
    pairs = [(somebody.last.iou(box), somebody.box.common(box).area, i, j)
             for i, somebody in enumerate(everybody) for j, (box, *_) in enumerate(here)
             if somebody.box.common(box).area > _SAME_PERSON * min(somebody.box.area, box.area)]
    known: dict[int, int] = {}
    for *_, i, j in sorted(pairs, reverse=True):
        if i not in known.values():
            known.setdefault(j, i)
    for j, (box, *seen) in enumerate(here):
        if j not in known:
            everybody.append(Seen(box, box))
        everybody[known.get(j, -1)].add(number, box, *seen)


def importance(person: Person) -> float:
    """How likely it is the one who exercises: large, moving, surely a person, always there."""
    return (person.longer * (0.05 + min(person.movement, 0.5)) * person.confidence
            * person.presence)


def choose(people: Sequence[Person], size: tuple[int, int], who: str | int | None = None) -> int:
    """Position of the one to look at.

    Args:
        people: Some, at least one.
        size: Width and height of the picture.
        who: ``largest``; ``center``, who is nearest to the middle of the picture; a number from 1,
            from left to right; the most important if None.

    Raises:
        InferenceError: If there are not so many.
    """
    middles = [person.box.centre for person in people]
    if isinstance(who, int):
        if who > len(people):
            there = 'is 1 person' if len(people) == 1 else f'are {len(people)} people'
            raise InferenceError(f'there {there} in the picture, counted from the left, and no '
                                 f'person {who}')
        return sorted(range(len(people)), key=middles.__getitem__)[who - 1]
    if who == CENTER:
        middle = Box.of_image(size).centre
        return min(range(len(people)), key=lambda i: math.dist(middles[i], middle))
    of = importance if who is None else lambda person: person.longer
    return max(range(len(people)), key=lambda i: of(people[i]))


def chosen(everybody: Sequence[Seen], frames: int, size: tuple[int, int],
           who: str | int | None = None) -> tuple[Person, Seen]:
    """The one to look at, of some people in so many frames, with the number of others.

    Who is never there at the same time may be the same one, elsewhere, and is no other.

    Raises:
        InferenceError: If there are not so many.
    """
    people = [somebody.person(frames) for somebody in everybody]
    at = choose(people, size, who)
    there = set(everybody[at].numbers)
    others = sum(bool(there & set(one.numbers)) for one in everybody) - 1
    return replace(people[at], others=others), everybody[at]
