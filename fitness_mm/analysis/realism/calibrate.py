"""What the generator's tables say, measured in real labels.

A clip's keypoints in space (:mod:`factorization`) are directions of bones, and those of a frame are
near a mixture of a few *key postures*, such as standing and the bottom of a squat. Per exercise:
the key postures are found as the corners of the region that the frames fill; every clip's own ones
follow by least squares; and what a clip's differ by from the mean is explained by who it is and by
the conditions that it breaks. What is left are spreads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import torch
from scipy.optimize import linear_sum_assignment, nnls

from fitness_mm.action.models.factorization import factorized
from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.analysis.audit.blocks import clip_blocks
from fitness_mm.errors import FitnessError
from fitness_mm.files import replacing
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.sample.exercises.drawn import DrawnExercise, exercise_from
from fitness_mm.sample.exercises.habits import HABITS
from fitness_mm.sample.labels.errors import MEDIAN_OF_DISTANCE, USUALLY_OFF
from fitness_mm.sample.performer.body import SHARES_OF_TRUNK
from fitness_mm.sample.performer.geometry import unit
from fitness_mm.sample.performer.posture import (
    BONE_INDEX,
    BONES,
    PLACES,
    mirrored,
    plain_name,
    trunk_axes,
)
from fitness_mm.sample.station.cameras import VIEWS

_FEWEST_PEOPLE = 5
_INDENT = 1
_CORNER = 0.04  # of all frames: so many are averaged at a corner
_OUTWARD = 1.12  # for the mean of frames near a corner is inside of it
_SHRINK = 0.3  # frames of the mean that a clip's own postures count as much as
_SHRINK_FAULTS = 2.0  # clips of the mean that a person's own faults count as much as
_TOGETHER = 8  # directions in which people, and clips, differ
_COURSES = 5  # directions in which frames are off the mixtures
_DIRECTIONS = 2  # in which people differ in how they break a condition
_LEAST_COURSE = 0.01  # what a bone does less in one of them is left out
_MOVES = 0.03  # what a fault changes less a bone by is left out
_LEAST_MOVED = 0.3  # of what frames vary by is movement, at least
_MEASURED_SHARE = 0.8  # of broken clips is in the way that is usual, the rest in others
_SAMPLE = 1500  # frames of an exercise, for the spread from one to the next


@dataclass(frozen=True, eq=False)
class Clips:
    """Clips of an index as postures.

    Attributes:
        postures: (N, T, B, 3), of people who face +z on average; NaN where not known.
        rows: First row of each in the index, (N,).
    """

    postures: np.ndarray
    rows: np.ndarray


def postures_of(index: FitnessIndex, progress: Callable[[int, int], None]) -> Clips:
    """All clips that three views or more show."""
    first_frame = np.cumsum(index.num_frames) - index.num_frames
    total, done = len(np.unique(index.codes('clip'))), 0
    frames = int(index.num_frames.max())
    postures, rows = [], []
    for block in clip_blocks(index):
        space = factorized(torch.from_numpy(
            np.concatenate([block.keypoints, block.visible[..., None]], -1, dtype=np.float32)))
        found = space.found.numpy()
        points = np.where(space.given[..., None], space.points, np.nan)[found] * (1, -1, -1)
        own = np.full((len(points), frames, len(BONES), 3), np.nan)
        own[:, :points.shape[1]] = posture_of(points)
        postures.append(own)
        rows.append(np.searchsorted(first_frame, block.frame[found].max((1, 2)), 'right') - 1)
        done += len(found)
        progress(done, total)
    return Clips(np.concatenate(postures), np.concatenate(rows))


def posture_of(points: np.ndarray) -> np.ndarray:
    """Postures (N, T, B, 3) of keypoints (N, T, K, 3), y up; NaN where one is not known."""
    def at(name: str) -> np.ndarray:
        return points[..., KEYPOINT_INDEX[name], :]

    def middle(name: str) -> np.ndarray:
        return (at(f'Left {name}') + at(f'Right {name}')) / 2

    shoulders, hips, ears = middle('Shoulder'), middle('Hip'), middle('Ear')
    trunk = np.nanmedian(np.linalg.norm(shoulders - hips, axis=-1), 1)[:, None, None]
    bones = {
        'hips': at('Left Hip') - at('Right Hip'),
        'shoulders': at('Left Shoulder') - at('Right Shoulder'),
        'ears': at('Left Ear') - at('Right Ear'), 'trunk': shoulders - hips,
        'skull': ears - at('Neck'), 'face': at('Nose') - ears}
    for side in ('Left', 'Right'):
        for chain, limbs in ((('Shoulder', 'Elbow', 'Wrist', 'Palm'),
                              ('upper arm', 'forearm', 'hand')),
                             (('Hip', 'Knee', 'Ankle', 'Foot'), ('thigh', 'shin', 'foot'))):
            for i, limb in enumerate(limbs):
                bones[f'{side.lower()} {limb}'] = (at(f'{side} {chain[i + 1]}')
                                                   - at(f'{side} {chain[i]}'))
    bones = {name: unit(vector) for name, vector in bones.items()} | {
        'waist': (at('Waist') - hips) / trunk, 'back': (at('Back') - hips) / trunk,
        'neck': (at('Neck') - shoulders) / trunk}
    posture = np.stack([bones[name] for name in BONES], -2)
    places = [BONE_INDEX[name] for name in PLACES]
    posture[..., places, :] = posture[..., places, :] @ trunk_axes(posture).swapaxes(-1, -2)
    return posture


@dataclass(frozen=True, eq=False)
class Measured:
    """What one exercise's clips say.

    Attributes:
        postures: Key postures, (M, B, 3), in the order of the exercise's.
        faults: What each condition, broken, adds to them, (C, M, B, 3); of what both sides do by
            turns, what is relative to the side.
        aside: What it adds to the left or to the right of the body, whichever side it is the turn
            of, (C, M, B, 3).
        varies: How people differ from that, both parts of some independent directions of unit
            variance, (C, V, 2, M, B, 3).
        spread: Standard deviation between people of the strength of each, (C,).
        people: What each person adds, (P, M, B, 3).
        clips: What is left of every clip, (N, M, B, 3).
        courses: In which directions frames are off the mixtures most, as on a curved way from one
            posture to the next, (V, B, 3), each of unit variance.
        moments: What is left of some frames, (F, B, 3).
        ends: Shares of the key postures in first and last frames, (2, M).
    """

    postures: np.ndarray
    faults: np.ndarray
    aside: np.ndarray
    varies: np.ndarray
    spread: np.ndarray
    people: np.ndarray
    clips: np.ndarray
    courses: np.ndarray
    moments: np.ndarray
    ends: np.ndarray


def measure(postures: np.ndarray, broken: np.ndarray, performer: np.ndarray,
            drawn: DrawnExercise) -> Measured | None:
    """Measures an exercise; None if it has too few people.

    Args:
        postures: (N, T, B, 3) of its clips.
        broken: Which conditions each breaks, bool (N, C).
        performer: (N,).
        drawn: What there is of it already: its postures say which corner is which.
    """
    people = np.unique(performer)
    if len(people) < _FEWEST_PEOPLE:
        return None
    drafts, both = _drafts(drawn)
    frames = postures.reshape(*postures.shape[:2], -1)
    known = ~np.isnan(frames).any(-1)
    weights = _mixtures(frames, known, len(drafts))
    own, mean = _key_postures(frames, known, weights)
    off = np.square(mean[:, None] - drafts.reshape(1, len(drafts), -1)).sum(-1)
    corner, draft = linear_sum_assignment(off)
    order = corner[np.argsort(draft)]
    own, weights = own[:, order], weights[..., order]
    left = frames - weights @ own
    own = own.reshape(*own.shape[:2], len(BONES), 3)
    effects = np.concatenate([performer[:, None] == people, broken], 1).astype(float)
    flat = own.reshape(len(own), -1)
    found = np.linalg.solve(effects.T @ effects + 1e-3 * np.eye(effects.shape[1]),
                            effects.T @ flat)
    habits, faults = found[:len(people)], found[len(people):]
    rest = flat - effects @ found
    strengths = np.zeros((len(people), len(faults)))
    differ = np.zeros((len(faults), len(people), flat.shape[1]))
    for p, person in enumerate(people):
        rows = performer == person
        which = broken[rows] - broken[rows].mean(0)
        slopes = np.linalg.solve(which.T @ which + _SHRINK_FAULTS * np.eye(len(faults)),
                                 which.T @ (rest[rows] - rest[rows].mean(0)))
        rest[rows] -= broken[rows] @ slopes
        strengths[p] = (slopes * faults).sum(1) / np.maximum(np.square(faults).sum(1), 1e-9)
        differ[:, p] = slopes - strengths[p, :, None] * faults
    shape = (-1, len(drafts), len(BONES), 3)
    aside = _folded(faults.reshape(shape), both, -1)
    varies = np.stack([np.stack([_folded(_directions(one, _DIRECTIONS).reshape(shape), both,
                                         sign)
                                 for sign in (1, -1)], 1) for one in differ])
    habits, faults, rest = (_folded(values.reshape(shape), both)
                            for values in (habits, faults, rest))
    off = np.random.default_rng(0).permutation(left[known])[:_SAMPLE]
    courses = _directions(off, _COURSES)
    axes = unit(courses)
    off = off - off @ axes.T @ axes
    return Measured(habits.mean(0), faults, aside, varies, strengths.std(0),
                    habits - habits.mean(0), rest, courses.reshape(-1, len(BONES), 3),
                    off.reshape(-1, len(BONES), 3),
                    np.stack([weights[known[:, 0], 0].mean(0), _last(weights, known).mean(0)]))


def _directions(values: np.ndarray, number: int) -> np.ndarray:
    """The directions in which values (P, D) vary most, as long as they do, (V, D)."""
    _, size, axes = np.linalg.svd(values - values.mean(0), full_matrices=False)
    return size[:number, None] * axes[:number] / np.sqrt(len(values) - 1)


def _last(weights: np.ndarray, known: np.ndarray) -> np.ndarray:
    """What is known last of every clip, (N, M)."""
    last = known.shape[1] - 1 - known[:, ::-1].argmax(1)
    return weights[np.arange(len(weights)), last]


def _drafts(drawn: DrawnExercise) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """The postures to look for, (M', B, 3), and for each of the exercise's the numbers of it and
    of its mirror image among them."""
    drafts, both = list(drawn.postures), []
    for m, posture in enumerate(drawn.postures):
        lopsided = drawn.alternating and np.abs(posture - mirrored(posture)).max() > 0.1
        both.append((m, len(drafts) if lopsided else m))
        if lopsided:
            drafts.append(mirrored(posture))
    return np.stack(drafts), both


def _folded(values: np.ndarray, both: Sequence[tuple[int, int]], sign: int = 1) -> np.ndarray:
    """(N, M, B, 3) of (N, M', B, 3): means of both sides, or half of their differences."""
    return np.stack([(values[:, one] + sign * mirrored(values[:, other])) / 2
                     for one, other in both], 1)


def _mixtures(frames: np.ndarray, known: np.ndarray, number: int) -> np.ndarray:
    """Of which corners of the region that frames (N, T, D) fill each is a mixture, (N, T, M)."""
    mean = np.nanmean(frames, 1, keepdims=True)
    within = (frames - mean)[known]
    axes = np.linalg.svd(within, full_matrices=False)[2][:number - 1]
    places = within @ axes.T
    low, high = np.quantile(places, (0.02, 0.98), axis=0)
    inside = places[((places >= low) & (places <= high)).all(1)]
    corners = [inside[np.argmax(np.linalg.norm(inside - inside.mean(0), axis=1))]]
    while len(corners) < number:  # the one farthest from what the others span
        span = np.array(corners)
        base = np.linalg.qr((span[1:] - span[0]).T)[0]
        off = inside - span[0]
        corners.append(inside[np.argmax(np.linalg.norm(off - off @ base @ base.T, axis=1))])
    corners = np.array(corners)
    near = max(int(_CORNER * len(inside)), 20)
    for _ in range(6):
        corners = np.stack([inside[np.argsort(np.linalg.norm(inside - corner, axis=1))[:near]]
                            .mean(0) for corner in corners])
        corners = corners.mean(0) + _OUTWARD * (corners - corners.mean(0))
    # Shares are positive and sum to one: a row that weighs much says so.
    system = np.vstack([corners.T, np.full(number, 100.0)])
    weights = np.zeros((*known.shape, number))
    weights[known] = [nnls(system, np.append(place, 100.0))[0] for place in places]
    return weights


def _key_postures(frames: np.ndarray, known: np.ndarray,
                  weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of every clip, (N, M, D), and of all together, (M, D)."""
    shares, seen = weights[known], np.nan_to_num(frames)
    mean = np.linalg.solve(shares.T @ shares, shares.T @ frames[known])
    left = (seen - weights @ mean) * known[..., None]
    square = weights.swapaxes(1, 2) @ weights + _SHRINK * np.eye(weights.shape[-1])
    return mean + np.linalg.solve(square, weights.swapaxes(1, 2) @ left), mean


def habits_table(found: Sequence[Measured]) -> dict[str, Any]:
    """What ``habits.json`` says: medians over exercises."""
    table = {}
    for kind in ('people', 'clips'):
        values = [getattr(one, kind) for one in found]
        common = [value.mean(1) for value in values]
        table[kind] = {'common': _spread_together(common), 'own': _spread_together([
            (value - shared[:, None]).reshape(-1, len(BONES), 3)
            for value, shared in zip(values, common, strict=True)])}
    # Labels are not exact, and the generator makes labels that are not of what this says.
    return table | {'moments': {'own': _spread([one.moments for one in found], _label_noise())}}


def _spread_together(values: Sequence[np.ndarray]) -> dict[str, Any]:
    """The directions in which deviations go together, and the spread of what is left of them."""
    both = [np.concatenate([value, mirrored(value)]) for value in values]
    weighed = np.concatenate([value * np.sqrt(_SAMPLE / len(value)) for value in both])
    axes = _directions(weighed.reshape(len(weighed), -1), _TOGETHER)
    square = np.mean([np.square(value.reshape(len(value), -1) @ unit(axes).T).mean(0)
                      for value in both], 0)
    axes = unit(axes)
    left = [(flat - flat @ axes.T @ axes).reshape(value.shape)
            for value in values for flat in [value.reshape(len(value), -1)]]
    together = (np.sqrt(square)[:, None] * axes).reshape(-1, len(BONES), 3)
    return {'together': [vectors_of(one, _LEAST_COURSE) for one in together], **_spread(left)}


def _spread(values: Sequence[np.ndarray],
            noise: Mapping[str, float] | None = None) -> dict[str, dict[str, list[float]]]:
    """Standard deviations of what is alike on both sides of the body and of what is not, of one
    side, (N, B, 3) each.

    Args:
        values: Deviations.
        noise: Standard deviation by a bone of what is no movement.
    """
    table = {}
    for part, sign in (('even', 1), ('odd', -1)):
        square = np.median([np.square((value + sign * mirrored(value)) / 2).mean(0)
                          for value in values], 0)
        rows = {}
        for name, row in zip(BONES, square, strict=True):
            if not name.startswith('right '):
                name = plain_name(name)
                still = noise[name]**2 / 2 if noise else 0.0
                least = _LEAST_MOVED**2 * row if noise else 0.0
                rows[name] = np.sqrt(np.maximum(row - still * (row > 0), least)).round(3).tolist()
        table[part] = rows
    return table


def _unsteady(one: Measured, found: Sequence[Measured]) -> dict[str, float]:
    """How much bones move from moment to moment in one exercise, as a multiple of the usual."""
    size = [np.square(each.moments).mean((0, 2)) for each in found]
    ratio = np.sqrt(np.square(one.moments).mean((0, 2)) / np.median(size, 0))
    rows = {}
    for name, value in zip(BONES, ratio, strict=True):
        rows.setdefault(plain_name(name), []).append(value)
    return {name: round(float(np.mean(values)), 2) for name, values in rows.items()}


def _label_noise() -> dict[str, float]:
    """Standard deviation of a bone's vector in space for the noise of labels of five views: each
    gives two numbers on three."""
    off = {name: np.sqrt(np.mean(np.square(values)[[0, 1, 1, 2, 2]])) / MEDIAN_OF_DISTANCE
           * np.sqrt(3 / (2 * len(VIEWS))) for name, values in USUALLY_OFF.items()}
    ends = {'hips': ('Hip', 'Hip'), 'shoulders': ('Shoulder', 'Shoulder'), 'ears': ('Ear', 'Ear'),
            'trunk': ('Shoulder', 'Hip'), 'waist': ('Waist', 'Hip'), 'back': ('Back', 'Hip'),
            'neck': ('Neck', 'Shoulder'), 'skull': ('Neck', 'Ear'), 'face': ('Nose', 'Ear'),
            'upper arm': ('Shoulder', 'Elbow'), 'forearm': ('Elbow', 'Wrist'),
            'hand': ('Wrist', 'Palm'), 'thigh': ('Hip', 'Knee'), 'shin': ('Knee', 'Ankle'),
            'foot': ('Ankle', 'Foot')}
    lengths = SHARES_OF_TRUNK | {'hand': SHARES_OF_TRUNK['palm'], 'face': SHARES_OF_TRUNK['nose']}
    # from or to the middle of both sides
    middles = ('trunk', 'waist', 'back', 'neck', 'skull', 'face')
    noise = {}
    for name, (first, other) in ends.items():
        halves = [0.5 if name in middles and joint in ('Hip', 'Shoulder', 'Ear') else 1.0
                  for joint in (first, other)]
        length = 1.0 if name in PLACES or name == 'trunk' else lengths[name.replace(' ', '_')]
        noise[name] = float(np.hypot(*(off[joint] * np.sqrt(half) for joint, half in zip(
            (first, other), halves, strict=True))) / length)
    return noise


def vectors_of(posture: np.ndarray, least: float = 0.0) -> dict[str, list[float]]:
    """A posture (B, 3), or what is added to one, as tables give it: one side if both are alike,
    nothing of bones that are less than something."""
    rows = {}
    other = mirrored(posture)
    for b, name in enumerate(BONES):
        side, _, limb = name.partition(' ')
        alike = np.abs(posture[b] - other[b]).max() < 0.02
        if side in ('left', 'right') and alike:
            if side == 'right':
                continue
            name = limb
        if np.linalg.norm(posture[b]) >= least:
            rows[name] = np.where(np.abs(posture[b]) < 5e-4, 0, posture[b]).round(3).tolist()
    return rows


def _parts(names: Sequence[str], *parts: np.ndarray) -> dict[str, dict[str, Any]]:
    """``changes`` and what is ``aside`` as tables give them, what there is of them."""
    found = {}
    for part, values in zip(('changes', 'aside'), parts, strict=True):
        rows = {name: vectors for name, change in zip(names, values, strict=True)
                if (vectors := vectors_of(change, _MOVES))}
        if rows:
            found[part] = rows
    return found


def table_of(measured: Measured, table: dict[str, Any], names: Sequence[str],
             conditions: Sequence[str]) -> dict[str, Any]:
    """An exercise's table with what was measured instead of what it said.

    Args:
        measured: What was found.
        table: The table as it is.
        names: Of the key postures.
        conditions: Korean names.
    """
    postures = {}
    for name, posture in zip(names, measured.postures, strict=True):
        kept = {key: value for key, value in table['postures'][name].items()
                if key in ('free', 'moved')}
        postures[name] = kept | vectors_of(posture)
    faults = {}
    for c, condition in enumerate(conditions):
        parts = _parts(names, measured.faults[c], measured.aside[c])
        varies = [found for one in measured.varies[c] if (found := _parts(names, *one))]
        ways = [way for way in table['faults'][condition] if not way.get('measured')]
        shares = {'share': _MEASURED_SHARE} if ways else {}
        total = sum(way['share'] for way in ways) / (1 - _MEASURED_SHARE)
        faults[condition] = [{
            'measured': True, **shares,
            'spread': round(float(np.clip(measured.spread[c], 0.2, 0.6)), 2),
            'changes': {}, **parts, **({'varies': varies} if varies else {})},
            *(way | {'share': round(way['share'] / total, 3)} for way in ways)]
    if 'apart' in table:
        before, after = measured.ends[:, len(table['path'])].round(2).tolist()
        table = table | {'apart': table['apart'] | {'before': before, 'after': after}}
    return table | {'postures': postures, 'faults': faults}


def calibrate(index: FitnessIndex, leave_out: Sequence[int], folder: Path,
              progress: Callable[[int, int], None]) -> list[str]:
    """Measures all exercises that have a table in a folder, and writes the tables.

    Args:
        index: Real labels.
        leave_out: Performers who do not count.
        folder: Where the tables are.
        progress: Told of clips read and in all.

    Returns:
        A line on each exercise.

    Raises:
        FitnessError: If none has enough people.
    """
    clips = postures_of(index, progress)
    performer, exercise = index.performer[clips.rows], index.exercise[clips.rows]
    position, number, truth = index.conditions_of(clips.rows)
    gt = np.full((len(clips.rows), max(len(one.conditions) for one in EXERCISES)), -1)
    gt[position, number] = np.where(index.gt_conditions_usable[clips.rows][position], truth, -1)
    found, lines, tables = [], [], {}
    for path in sorted(folder.glob('*.json')):
        if path.name == HABITS:
            continue
        table = orjson.loads(path.read_bytes())
        drawn = exercise_from(table)
        conditions = drawn.entry.conditions
        rows = ((exercise == drawn.entry.index) & ~np.isin(performer, leave_out)
                & (gt[:, :len(conditions)] >= 0).all(1))
        one = measure(clips.postures[rows], gt[rows][:, :len(conditions)] == 0, performer[rows],
                      drawn)
        if one is None:
            continue
        found.append(one)
        people = len(np.unique(performer[rows]))
        names = [*table['path'], *([table['apart']['posture']] if 'apart' in table else [])]
        tables[path] = table_of(one, table, names, conditions) | {
            'measured': {'people': people, 'clips': int(rows.sum())}}
        lines.append(f'{drawn.entry.name}: {people} people, {rows.sum():,} clips')
    if not found:
        raise FitnessError(f'{index.root} has no exercise that {_FEWEST_PEOPLE} people do with all '
                           'conditions known; give the root of more labels')
    write_table(folder / HABITS, habits_table(found))
    for one, (path, table) in zip(found, tables.items(), strict=True):
        write_table(path, table | {
            'courses': [vectors_of(course, _LEAST_COURSE) for course in one.courses],
            'unsteady': _unsteady(one, found)})
    return lines


def write_table(path: Path, table: dict[str, Any]) -> None:
    """Writes a table with every vector in one line."""
    text = json.dumps(table, ensure_ascii=False, indent=_INDENT)
    text = re.sub(r'\[\s+([^\[\]{}]*?)\s+\]', lambda found: '[' + re.sub(
        r'\s*\n\s*', ' ', found[1]) + ']', text)
    with replacing(path) as partial:
        partial.write_text(text + '\n', 'utf-8')
