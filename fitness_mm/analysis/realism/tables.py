"""The generator's tables, written from what was measured."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.errors import FitnessError
from fitness_mm.files import replacing
from fitness_mm.sample.exercises.drawn import exercise_from, names_of
from fitness_mm.sample.exercises.habits import HABITS
from fitness_mm.sample.labels.errors import MEDIAN_OF_DISTANCE, USUALLY_OFF
from fitness_mm.sample.performer.body import SHARES_OF_TRUNK
from fitness_mm.sample.performer.geometry import unit
from fitness_mm.sample.performer.posture import BONES, PLACES, mirrored, plain_name
from fitness_mm.sample.station.cameras import VIEWS

from .calibrate import FEWEST_PEOPLE, SAMPLE, Measured, directions, measure, postures_of

_INDENT = 1
_TOGETHER = 8  # directions in which people, and clips, differ
_LEAST_COURSE = 0.01  # what a bone does less in one of them is left out
_MOVES = 0.03  # what a fault changes less a bone by is left out
_SHOWN = 0.95  # of the repetitions show a fault: all in most clips, some in others
# What broken clips' features differ by, found in generated clips as in real ones: the median of the
# features that tell conditions best.
_FOUND_AGAIN = 0.65
_MEASURED_SHARE = 0.8  # of broken clips is in the way that is usual, the rest in others
_LEAST_MOVED = 0.3  # of what frames vary by is movement, at least


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
    weighed = np.concatenate([value * np.sqrt(SAMPLE / len(value)) for value in both])
    axes = directions(weighed.reshape(len(weighed), -1), _TOGETHER)
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


def _differ(one: Measured, found: Sequence[Measured]) -> dict[str, float]:
    """How much people, and clips of a person, differ in one exercise, as a multiple of the
    usual."""
    def size(each: Measured, kind: str) -> float:
        return float(np.sqrt(np.square(getattr(each, kind)).mean()))

    return {kind: round(size(one, kind) / float(np.median([size(each, kind) for each in found])), 2)
            for kind in ('people', 'clips')}


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
        varies = [found for one in measured.varies[c] if (found := _parts(names, *one))]
        ways = [way for way in table['faults'][condition] if not way.get('measured')]
        shares = {'share': _MEASURED_SHARE} if ways else {}
        # what is the mean of all broken clips is seen in some of the generated ones
        full = 1 / (_SHOWN * _FOUND_AGAIN * shares.get('share', 1.0))
        parts = _parts(names, full * measured.faults[c], full * measured.aside[c])
        total = sum(way['share'] for way in ways) / (1 - _MEASURED_SHARE)
        faults[condition] = [{
            'measured': True, **shares,
            'spread': round(float(np.clip(measured.spread[c], 0.2, 0.6)), 2),
            'changes': {}, **parts, **({'varies': varies} if varies else {})},
            *(way | {'share': round(way['share'] / total, 3)} for way in ways)]
    if 'apart' in table:
        shares = measured.ends[:, len(table['path']):].round(2).T.tolist()
        table = table | {'apart': [one | {'before': before, 'after': after} for one, (
            before, after) in zip(table['apart'], shares, strict=True)]}
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
        names = names_of(table)
        tables[path] = table_of(one, table, names, conditions) | {
            'measured': {'people': people, 'clips': int(rows.sum())}}
        lines.append(f'{drawn.entry.name}: {people} people, {rows.sum():,} clips')
    if not found:
        raise FitnessError(f'{index.root} has no exercise that {FEWEST_PEOPLE} people do with all '
                           'conditions known; give the root of more labels')
    write_table(folder / HABITS, habits_table(found))
    for one, (path, table) in zip(found, tables.items(), strict=True):
        write_table(path, table | {
            'differ': _differ(one, found),
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
