"""All clips of a sample, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fitness_mm.aihub.catalog import Exercise, exercise_by_name
from fitness_mm.errors import ArgumentError

from .clip_plan import ClipPlan
from .labels.defects import assign_defects
from .labels.errors import MIXTURES, assign_errors
from .presets import Preset
from .station.cameras import ANYWHERE, STATION
from .streams import stream

_SLOTS_PER_DAY = 8
# Days 1, 3 and 12 have folder names of their own and come first, so that every sample has them.
# Days 28, 37 and 38 are not used: the real ones are unusable.
_TRAINING_DAYS = (1, 3, 12, 2, *range(4, 12), *range(13, 20), *range(29, 37))
_VALIDATION_DAYS = tuple(range(20, 28))


def _types_in_turn(exercise: Exercise, rng: np.random.Generator) -> list[int]:
    """All types in random order, each followed by the one in which every condition is reversed.

    So any even number of clips in a row keeps and breaks every condition equally often.
    """
    last = len(exercise.types) - 1
    halves = rng.permutation(len(exercise.types) // 2)
    return [exercise.types[int(bits)] for half in halves for bits in (half, last - half)]


def _visits(preset: Preset, split: str) -> Iterator[tuple[int, int, int, int]]:
    """Performer, number of the visit, day and slot of every visit."""
    if split == 'training':
        first, number, days = 1, preset.training_performers, _TRAINING_DAYS
    else:
        first, number, days = (preset.training_performers + 1, preset.validation_performers,
                               _VALIDATION_DAYS)
    stations = min(preset.stations, number)
    for i in range(number * preset.visits):
        yield first + i % number, i // number, days[i // stations], i % stations


def plan_clips(preset: Preset, seed: int) -> list[ClipPlan]:
    """All clips of a sample in a fixed order.

    Every performer does every exercise on every visit, at one station, so neither day nor station
    nor performer tells an exercise.

    Raises:
        ArgumentError: If the preset's numbers cannot be met.
    """
    _check(preset)
    clips = []
    exercises = [exercise_by_name(name) for name in preset.exercises]
    turns = [_types_in_turn(exercise, stream(seed, 'types', exercise.index))
             for exercise in exercises]
    for split in ('training', 'validation'):
        for performer, visit, day, station in _visits(preset, split):
            slots = stream(seed, 'slots', day).permutation(_SLOTS_PER_DAY) + 1
            for types in turns:
                for clip in range(preset.clips):
                    turn = ((performer - 1) * preset.visits + visit) * preset.clips + clip
                    clips.append(ClipPlan(split, day, int(slots[station]), performer,
                                          types[turn % len(types)]))
    clips = assign_defects(clips, stream(seed, 'defects'))
    return assign_errors(clips, preset.error_rate, preset.errors, stream(seed, 'errors'))


def _check(preset: Preset) -> None:
    if not preset.exercises or len(set(preset.exercises)) < len(preset.exercises):
        raise ArgumentError('exercises must be one or more different names')
    if not 0.0 <= preset.error_rate <= 1.0:
        raise ArgumentError(f'error_rate is {preset.error_rate}, expected 0 to 1')
    if preset.errors not in MIXTURES:
        raise ArgumentError(f'errors is {preset.errors!r}, expected one of {", ".join(MIXTURES)}')
    if preset.cameras not in (STATION, ANYWHERE):
        raise ArgumentError(f'cameras is {preset.cameras!r}, expected {STATION} or {ANYWHERE}')
    if min(preset.size) < 64:
        raise ArgumentError(f'images of {preset.size} are too small, expected at least 64 pixels')
    fewest = min(len(exercise_by_name(name).types) for name in preset.exercises)
    if not 1 <= preset.clips <= fewest:
        raise ArgumentError(f'clips is {preset.clips}, expected 1 to {fewest}, the number of types '
                            'of the exercise with the fewest')
    if not 1 <= preset.stations <= _SLOTS_PER_DAY or preset.visits < 1:
        raise ArgumentError(f'stations is {preset.stations} and visits {preset.visits}, expected 1 '
                            f'to {_SLOTS_PER_DAY} and at least 1')
    for number, days, what in ((preset.training_performers, _TRAINING_DAYS, 'training'),
                               (preset.validation_performers, _VALIDATION_DAYS, 'validation')):
        most = len(days) * min(preset.stations, max(number, 1)) // preset.visits
        if not (1 if what == 'training' else 0) <= number <= most:
            raise ArgumentError(f'{number} performers for {what}, expected at most {most} with '
                                f'{preset.stations} stations a day and {preset.visits} visits')
