"""A video of somebody doing one exercise, dense in time, with everything about it known.

The data set's clips are 32 images over about four repetitions. Here the same bodies, movements,
faults, cameras and rooms are filmed at a video's frame rate: for counting repetitions and for
trying the whole pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np
from scipy.ndimage import gaussian_filter1d

from fitness_mm.aihub.catalog import Exercise, condition_position, normalise
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.errors import FitnessError

from .clip import Performance, dressed, placed, station_of
from .clip_plan import ClipPlan
from .dense_tempo import Schedule, dense_tempo, sample_schedule
from .exercises import DRAWN, DrawnExercise, type_of
from .exercises.habits import Habits
from .images import frames
from .performer.body import Body, sample_body
from .performer.posture import Joints
from .station.cameras import VIEWS
from .streams import stream

# Days on which the data set was not shot, so every room is a new one.
_FIRST_DAY = 100
_SLOT = 1
_FRAMES_AT_ONCE = 256
_SMOOTHING_SEC = 0.05


@dataclass(frozen=True)
class Script:
    """What is to be filmed.

    Attributes:
        exercise: English or Korean name of one of the exercises that the sample has.
        reps: Number of repetitions; 0 films somebody who stands, or lies, still.
        rep_sec: Mean length of a repetition.
        before_sec: Time in the start position before the first repetition.
        after_sec: The same after the last.
        pauses: Additional times in the start position: after how many repetitions, and how long.
        faults: Korean or English names of the conditions that are broken.
        faulty_reps: Numbers of the repetitions, from 1, in which they are; in all of them if
            None.
        strength: How far they go, 1 as in real people on average.
        performer: Number of the performer; with the seed of a sample the one who is in it.
        view: Camera letter.
        seed: Seed of everything that is drawn.
        take: Another take shows the same performer in another room, on another day, moving
            otherwise.
        fps: Frames per second.
        size: Width and height in px.
    """

    exercise: str
    reps: int = 5
    rep_sec: float = 3.0
    before_sec: float = 1.0
    after_sec: float = 1.0
    pauses: tuple[tuple[int, float], ...] = ()
    faults: tuple[str, ...] = ()
    faulty_reps: tuple[int, ...] | None = None
    strength: float = 1.0
    performer: int = 9
    view: str = 'C'
    seed: int = 0
    take: int = 0
    fps: float = 30.0
    size: tuple[int, int] = (480, 270)


@dataclass(frozen=True)
class Take:
    """What happens in a video.

    Attributes:
        script: What was asked for, checked, with names as in the catalogue.
        plan: The performer, the day and the station.
        schedule: The repetitions.
        body: The performer's proportions.
        joints: Joints in the room, in cm.
        keypoints: (T, K, 2) px where the camera sees them, also behind other limbs and outside
            the image.
    """

    script: Script
    plan: ClipPlan
    schedule: Schedule
    body: Body
    joints: Joints
    keypoints: np.ndarray

    def images(self) -> Iterator[np.ndarray]:
        """The BGR images (H, W, 3) one after the other; a few seconds are in memory."""
        script, plan = self.script, self.plan
        station = station_of(script.seed, plan.day, plan.slot, script.size)
        rng = stream(script.seed, 'images', *plan.ids, VIEWS.index(script.view))
        for start in range(0, len(self.keypoints), _FRAMES_AT_ONCE):
            part = itemgetter(slice(start, start + _FRAMES_AT_ONCE))
            joints = self.joints.mapped(part, part)
            solids = dressed(plan, script.seed, self.body, joints)
            yield from frames(Performance(plan, station, joints, solids), script.view, rng)


def rehearse(script: Script) -> Take:
    """Everything that happens in a video, without drawing it; a function of the script alone.

    Raises:
        FitnessError: If the script asks for what there is not.
    """
    script, drawn = _checked(script)
    exercise = drawn.entry
    seed, day = script.seed, _FIRST_DAY + script.take
    broken = sum(1 << condition_position(exercise, name) for name in script.faults)
    plan = ClipPlan('validation', day, _SLOT, script.performer, type_of(drawn, broken))
    ids = (script.performer, exercise.index, script.take)
    schedule = sample_schedule(stream(seed, 'tempo', *ids), script.reps, script.rep_sec,
                               script.before_sec, script.after_sec, script.pauses)
    tempo = dense_tempo(schedule, script.fps)
    faulty = 1.0
    if script.faulty_reps is not None:
        faulty = schedule.share_of([rep - 1 for rep in script.faulty_reps], tempo.times_sec)
    body = sample_body(stream(seed, 'body', script.performer))
    habits = Habits(seed, script.performer, exercise.index)
    joints = plan.drawn.perform(body, plan.kept, habits, stream(seed, 'movement', *ids), tempo,
                                faulty, strength=script.strength)
    station = station_of(seed, day, _SLOT, script.size)
    joints = placed(_smoothed(joints, script.fps), plan.drawn, station.bench,
                    stream(seed, 'place', *ids))
    keypoints, _ = station.cameras[script.view].project(joints.keypoints)
    return Take(script, plan, schedule, body, joints, keypoints)


def _smoothed(joints: Joints, fps: float) -> Joints:
    """Without the jerks of a body that is put on its supports frame by frame."""
    def blurred(values: np.ndarray) -> np.ndarray:
        return gaussian_filter1d(values, _SMOOTHING_SEC * fps, axis=0, mode='nearest')

    return joints.mapped(blurred, blurred)


def _checked(script: Script) -> tuple[Script, DrawnExercise]:
    drawn = _find_movement(script.exercise)
    faults = tuple(dict.fromkeys(_find_condition(drawn.entry, name) for name in script.faults))
    _check_numbers(script)
    if script.view not in VIEWS or len(script.view) != 1:
        raise FitnessError(f'there is no view {script.view!r}, expected one of {", ".join(VIEWS)}')
    for after, seconds in script.pauses:
        if not 1 <= after < script.reps or not 0 < seconds <= 600:
            raise FitnessError(f'a pause of {seconds:g} s after repetition {after}: expected 1 to '
                               f'{script.reps - 1} and at most 600 s')
    wrong = [rep for rep in script.faulty_reps or () if not 1 <= rep <= script.reps]
    if wrong:
        raise FitnessError(f'repetition {wrong[0]} cannot be faulty, there are {script.reps}')
    if script.faulty_reps is not None and not faults:
        raise FitnessError('repetitions are to be faulty but no fault is given')
    return replace(script, exercise=drawn.name, faults=faults), drawn


_RANGES = {
    'reps': (0, 1000, 'repetitions'), 'rep_sec': (0.5, 20.0, 's a repetition'),
    'before_sec': (0.0, 600.0, 's before the first repetition'),
    'after_sec': (0.0, 600.0, 's after the last repetition'),
    'strength': (0.1, 3.0, 'as the strength of the faults'),
    'performer': (1, 10**6, 'as the number of the performer'),
    'seed': (0, 2**31, 'as the seed'), 'take': (0, 1000, 'as the take'),
    'fps': (1.0, 240.0, 'frames a second'),
}


def _check_numbers(script: Script) -> None:
    for name, (low, high, what) in _RANGES.items():
        value = getattr(script, name)
        if not low <= value <= high:
            raise FitnessError(f'{value:g} {what}, expected {low:g} to {high:g}')
    width, height = script.size
    if width % 2 or height % 2 or not (64 <= width <= 4096 and 64 <= height <= 4096):
        raise FitnessError(f'a size of {width}x{height} px, expected even numbers from 64 to 4096')
    if script.before_sec + script.after_sec + script.reps * script.rep_sec < 1 / script.fps:
        raise FitnessError('the video has no frame; give it repetitions or time before or after')


def _find_movement(name: str) -> DrawnExercise:
    for drawn in DRAWN.values():
        if normalise(name) in (drawn.name, drawn.entry.name, drawn.entry.name_ko):
            return drawn
    known = ', '.join(f'{name} ({drawn.entry.name_ko})' for name, drawn in DRAWN.items())
    raise FitnessError(f'the sample has no movement for {name!r}; it has: {known}')


def _find_condition(exercise: Exercise, name: str) -> str:
    conditions = conditions_of([exercise])
    for condition in conditions:
        if name.strip().lower() == condition.name_en.lower():
            return condition.name_ko
    try:
        return exercise.conditions[condition_position(exercise, name)]
    except KeyError:
        known = ', '.join(f'{condition.name_ko} ({condition.name_en})' for condition in conditions)
        raise FitnessError(f'{exercise.name} ({exercise.name_ko}) has no condition {name!r}; it '
                           f'has: {known}') from None
