"""What a drawn exercise is: everything that the generator has to know about it, in one table.

A table is a JSON file:

``exercise``: English name in the catalogue, from where types and conditions come.
``movement``: of an ``other movement``, which one it is.

``postures``: name -> vectors of bones (:mod:`..performer.posture`). A posture is ``like`` another
    one, or the file's first, or :data:`STANDING`, but for the bones that it gives. ``free`` are
    contacts that it lifts, ``moved`` those that it has elsewhere.
``path``: postures of a repetition, from its start to its far end; the way back is the same.
``alternating``: whether every second repetition is to the other side.
``arms in turn``: share of the clips in which the arms go by turns, one a repetition.
``apart``: other postures before the first and after the last repetition: each a ``posture``, and in
    which share of the clips it is seen ``before`` and ``after``.
``on``: what carries the body, contact -> height in cm above the floor, or ``bench``.
``hold``: what is in the hands, a name of :data:`~.equipment.HOLDS`.
``faces``: where the performer may face, in degrees from the front camera to the performer's left.
``faults``: condition -> the ways in which it is broken. A ``way`` has a name and ``changes``
    vectors of postures (by name, or all of them: ``*``) by what is added at strength 1, and those
    ``aside`` by what is to the left of the body, or to the right, whichever side it is the turn of.
    ``varies`` has further ones, each with a weight that is drawn for a person (standard normal).
    ``share`` is how often it is that way, ``spread`` by how much strengths vary, and a way with
    ``sides`` is on the left, on the right or on both.
``differ``: how much ``people``, and ``clips`` of a person, differ, as multiples of ``habits.json``.
``courses``: vectors of bones by which frames are off the way between two postures, each with a
    weight that is drawn for every moment (standard normal).
``unsteady``: bone -> how much it moves from one moment to the next, as a multiple of
    ``habits.json``.
``measured``: ``people`` and ``clips`` of the real labels that postures and faults are means of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from fitness_mm.aihub.catalog import Exercise, exercise_by_name

from ..performer.body import Body
from ..performer.geometry import unit
from ..performer.posture import (
    BONE_INDEX,
    BONES,
    Joints,
    joints_of,
    mirrored,
    plain_name,
    posture_from,
)
from ..performer.supports import Support, each, supported
from ..tempo import Tempo
from .equipment import BENCH_TOP_CM, HOLDS, TIES_HANDS, Hold
from .habits import Habits

STANDING = posture_from({
    'hips': (1, 0, 0), 'shoulders': (1, 0, 0), 'ears': (1, 0, 0), 'trunk': (0, 1, 0),
    'waist': (0, 0.32, 0), 'back': (0, 0.7, -0.03), 'neck': (0, 0.17, 0.06),
    'skull': (0, 0.8, 0.6), 'face': (0, -0.25, 0.97), 'upper arm': (0.2, -0.97, -0.1),
    'forearm': (0.1, -0.97, 0.2), 'hand': (0, -0.97, 0.2), 'thigh': (0.04, -1, 0.02),
    'shin': (0.02, -0.99, -0.12), 'foot': (0.2, -0.6, 0.78)}, np.zeros((len(BONES), 3)))
"""Somebody who stands and lets the arms hang."""

_BARELY, _GROSSLY = 0.25, 2.2  # strengths of faults
# Of exercises that nobody measured: people may do them in other ways than the table says.
_GUESSED = {'people': 1.5, 'clips': 1.0}
_MOST_DIRECTIONS = 4


@dataclass(frozen=True, eq=False)
class Way:
    """One way to break a condition.

    Attributes:
        name: In English.
        changes: What it adds to each key posture, (M, B, 3).
        aside: What it adds to the left side of the body, or to the right, (M, B, 3).
        varies: In what people differ: both of some directions of unit variance, (V, 2, M, B, 3).
        share: How often it is that one.
        spread: Standard deviation of its strength, whose mean is 1.
        sides: Whether it may be on one side alone.
    """

    name: str
    changes: np.ndarray
    aside: np.ndarray
    varies: np.ndarray
    share: float
    spread: float
    sides: bool


@dataclass(frozen=True, eq=False)
class DrawnExercise:
    """An exercise of the catalogue that the generator can draw.

    Class numbers, type numbers and names come from the catalogue.

    Attributes:
        name: English name, that of its entry or of another movement.
        entry: The catalogue's entry.
        postures: M key postures, (M, B, 3): those of the path, then those apart from it.
        supports: What carries each of them.
        path: Number of postures of the path.
        alternating: Whether every second repetition is the mirror image.
        arms_in_turn: Share of the clips in which one arm moves in a repetition, the other one in
            the next.
        apart: Share of the clips that show each posture apart before the first repetition, and
            after the last, (A, 2).
        faults: Ways to break each condition, by its Korean name, in the catalogue's order.
        hold: What the hands hold.
        faces: Where the performer may face, in degrees from the front camera.
        differ: How much people, and clips of a person, differ, as multiples of what they do in
            other exercises.
        courses: Directions in which frames are off the way from one key posture to the next,
            (V, B, 3), each with a weight of unit variance.
        unsteady: How much bones move from one moment to the next, as a multiple of what they do
            in other exercises, (B, 1).
        measured: People and clips of the real labels that the table rests on; none if it follows
            descriptions.
    """

    name: str
    entry: Exercise
    postures: np.ndarray
    supports: tuple[Support, ...]
    path: int
    alternating: bool
    arms_in_turn: float
    apart: np.ndarray
    faults: Mapping[str, tuple[Way, ...]]
    hold: Hold
    faces: tuple[float, ...]
    differ: tuple[float, float]
    courses: np.ndarray
    unsteady: np.ndarray
    measured: tuple[int, int]

    @property
    def lying(self) -> bool:
        """Whether the trunk is more level than upright at first."""
        return bool(abs(unit(self.postures[0, BONE_INDEX['trunk']])[1]) < 0.5)

    @property
    def on_bench(self) -> bool:
        """Whether the performer is on the bench, and along it."""
        return any(BENCH_TOP_CM in support.heights.values() for support in self.supports)

    def perform(self, body: Body, kept: Mapping[str, bool], habits: Habits,
                rng: np.random.Generator, tempo: Tempo,
                faulty: float | np.ndarray | None = None,
                ways: Mapping[str, int] | None = None,
                strength: float | None = None) -> Joints:
        """A performer's movement, facing +z, around the origin.

        Args:
            body: Proportions.
            kept: Truth of every condition, by Korean name.
            habits: How this performer does this exercise.
            rng: Draws what this clip has of its own; the same draws whatever is kept.
            tempo: Progress of the repetitions.
            faulty: Share of the faults that is in effect, 0 to 1; a number or (T,). If None, some
                clips show them in some of the repetitions only.
            ways: Condition -> number of the way in which it is broken, on both sides; others are
                drawn.
            strength: Of all faults, 1 as people usually do it; drawn if None.
        """
        weights = self._weights(tempo, rng)
        people, clips = self.differ
        postures = (self.postures + people * habits.of_person(len(self.postures))
                    + clips * habits.of_clip(rng, len(self.postures)))
        in_clip = _some_repetitions(rng, tempo)
        shown = np.broadcast_to(in_clip if faulty is None else faulty, len(weights))[:, None]
        first, turns = rng.integers(2), np.zeros(len(weights), bool)
        if self.alternating:
            turns = (tempo.rep + first) % 2 == 1
        blended = _blended(weights, postures)
        if rng.random() < self.arms_in_turn:
            for parity, side in enumerate(('left', 'right')):
                rests = np.ix_((tempo.rep + first) % 2 == parity, [
                    BONE_INDEX[f'{side} {bone}'] for bone in ('upper arm', 'forearm', 'hand')])
                blended[rests] = np.broadcast_to(postures[0], blended.shape)[rests]
        total = np.zeros_like(postures)
        for condition, own in self.faults.items():
            change, aside = _change(own, habits.rng(condition), rng, strength)
            if condition in (ways or {}):
                way = own[ways[condition]]
                change, aside = ((strength or 1.0) * part for part in (way.changes, way.aside))
            if not kept[condition]:
                blended = blended + shown[..., None] * (
                    _blended(weights, change)
                    + np.where(turns, -1, 1)[:, None, None] * _blended(weights, aside))
                total += change
        blended = np.where(turns[:, None, None], mirrored(blended), blended)
        blended = blended + habits.of_moments(tempo, rng, self.courses, self.unsteady)
        # What stays on the ground is where the faulty postures have it.
        resting = postures + np.max(shown) * total
        supports = self.supports
        if self.alternating:
            resting = np.concatenate([resting, mirrored(resting)])
            weights = np.concatenate([weights * ~turns[:, None], weights * turns[:, None]], 1)
            supports = supports + tuple(support.mirrored() for support in supports)
        return joints_of(body, supported(body, resting, supports, blended, weights,
                                         self.hold in TIES_HANDS), blended)

    def _weights(self, tempo: Tempo, rng: np.random.Generator) -> np.ndarray:
        """Shares (T, M) of the key postures."""
        seen = (rng.random(2) >= self.apart.cumsum(0)).sum(0)  # which one, A for none
        # Some repetitions go further than others, or not as far.
        reach = np.clip(rng.normal(1.0, 0.06, tempo.num_reps), 0.85, 1.12)
        along = (self.path - 1) * tempo.progress * tempo.per_rep(reach)
        step = np.minimum(along.astype(int), self.path - 2)
        frames = np.arange(len(along))
        weights = np.zeros((len(along), len(self.postures)))
        weights[frames, step + 1] = along - step
        weights[frames, step] = 1 - (along - step)
        for number in range(len(self.apart)):
            apart = np.abs(tempo.outside) * np.where(tempo.outside < 0, *(seen == number))
            weights *= 1 - apart[:, None]
            weights[:, self.path + number] += apart
        return weights


def _blended(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(T, B, 3) of values of key postures, (M, B, 3)."""
    return np.einsum('tm,mbc->tbc', weights, values)


def _change(ways: Sequence[Way], habit: np.random.Generator, rng: np.random.Generator,
            fixed: float | None) -> tuple[np.ndarray, np.ndarray]:
    """What a fault adds to the key postures of one clip, and aside, (M, B, 3) each: one of the
    ways, as strong as the performer does it, somewhat stronger or weaker every time, if its
    strength is not fixed."""
    shares = np.array([way.share for way in ways])
    # The draws do not depend on the number of ways.
    way = ways[int(np.searchsorted(np.cumsum(shares) / shares.sum(), rng.random(), 'right'))]
    strength = 1 + way.spread * habit.normal() + 0.5 * way.spread * rng.normal()
    strength = fixed or float(np.clip(strength, _BARELY, _GROSSLY))
    side, one = habit.random(), rng.random()
    changes = strength * way.changes
    if way.sides and one < 0.3:
        gone = slice(len(BONES) - 12, len(BONES) - 6) if side < 0.5 else slice(
            len(BONES) - 6, len(BONES))
        changes[:, gone] = 0
    aside = strength * np.sign(side - 0.5) * way.aside
    weights = habit.normal(size=_MOST_DIRECTIONS)
    for weight, (more, to_side) in zip(weights, way.varies, strict=False):
        changes, aside = changes + weight * more, aside + weight * to_side
    return changes, aside


def _some_repetitions(rng: np.random.Generator, tempo: Tempo) -> np.ndarray:
    """1 in the frames (T,) in which a clip's faults are seen, 0 in the others."""
    num_reps = tempo.num_reps
    chosen = rng.random(num_reps) < rng.uniform(0.3, 1.0)
    chosen[int(rng.integers(num_reps))] = True
    always = rng.random() < 0.85
    return tempo.per_rep((chosen | always).astype(float))


def read_exercise(path: Path) -> DrawnExercise:
    """Reads a table.

    Raises:
        ValueError: If it is not one; says what is wrong.
    """
    table = orjson.loads(path.read_bytes())
    try:
        return exercise_from(table)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f'{path}: {error}') from error


def exercise_from(table: Mapping[str, Any]) -> DrawnExercise:
    """An exercise from its table; see the text above."""
    entry = exercise_by_name(table['exercise'])
    apart = table.get('apart', ())
    names = names_of(table)
    postures = {}
    for name in table['postures']:
        _posture(name, table['postures'], postures)
    faults = {condition: tuple(_way(way, names) for way in ways)
              for condition, ways in table.get('faults', {}).items()}
    if set(faults) != set(entry.conditions):
        raise ValueError(f'{entry.name} has faults for {sorted(faults)}, but its conditions are '
                         f'{sorted(entry.conditions)}')
    return DrawnExercise(
        table.get('movement', entry.name), entry, np.stack([postures[name] for name in names]),
        tuple(_support(table, table['postures'][name]) for name in names), len(table['path']),
        table.get('alternating', False), table.get('arms in turn', 0.0),
        np.reshape([(one['before'], one['after']) for one in apart], (-1, 2)),
        {condition: faults[condition] for condition in entry.conditions},
        HOLDS[table.get('hold', 'nothing')], tuple(table.get('faces', [0.0])),
        tuple(table.get('differ', _GUESSED).get(kind) for kind in ('people', 'clips')),
        np.reshape([posture_from(course, np.zeros((len(BONES), 3)))
                    for course in table.get('courses', ())], (-1, len(BONES), 3)),
        np.array([[table.get('unsteady', {}).get(plain_name(name), 1.0)] for name in BONES]),
        (table.get('measured', {}).get('people', 0), table.get('measured', {}).get('clips', 0)))


def names_of(table: Mapping[str, Any]) -> list[str]:
    """Names of a table's key postures, those of the path and then those apart from it."""
    return [*table['path'], *(one['posture'] for one in table.get('apart', ()))]


def _posture(name: str, tables: Mapping[str, Any], found: dict[str, np.ndarray]) -> np.ndarray:
    if name not in found:
        vectors = dict(tables[name])
        like = vectors.pop('like', None)
        base = _posture(like, tables, found) if like else STANDING
        found[name] = posture_from({bone: vector for bone, vector in vectors.items()
                                    if bone not in ('free', 'moved')}, base)
    return found[name]


def _support(table: Mapping[str, Any], posture: Mapping[str, Any]) -> Support:
    free = {name for contact in posture.get('free', ()) for name in each(contact)}
    heights = {name: BENCH_TOP_CM if height == 'bench' else float(height)
               for contact, height in table.get('on', {'feet': 0}).items()
               for name in each(contact) if name not in free}
    moved = {name for contact in posture.get('moved', ()) for name in each(contact)}
    return Support(heights, frozenset(moved))


def _both_parts(table: Mapping[str, Any], names: Sequence[str]) -> np.ndarray:
    """What a table changes, and what aside, (2, M, B, 3)."""
    parts = np.zeros((2, len(names), len(BONES), 3))
    for part, into in zip(('changes', 'aside'), parts, strict=True):
        for name, vectors in table.get(part, {}).items():
            if name != '*' and name not in names:
                raise KeyError(f'there is no posture {name!r}, expected one of '
                               f'{", ".join(names)}')
            for m in range(len(names)) if name == '*' else [names.index(name)]:
                into[m] = posture_from(vectors, into[m])
    return parts


def _way(way: Mapping[str, Any], names: Sequence[str]) -> Way:
    varies = [_both_parts(one, names) for one in way.get('varies', ())]
    if not way['changes'] and not way.get('aside'):
        raise ValueError('a way to break a condition changes nothing')
    return Way(way.get('way', 'as measured'), *_both_parts(way, names),
               np.reshape(varies, (-1, 2, len(names), len(BONES), 3)), way.get('share', 1.0),
               way.get('spread', 0.3), way.get('sides', False))
