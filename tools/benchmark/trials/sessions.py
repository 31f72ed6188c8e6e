"""Sessions: sets of repetitions amid what people do before, between and after them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fitness_mm.analysis.repetitions.learn import ARMS, MOVING, one_arm_rests
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.station.cameras import ANYWHERE, VIEWS, sample_cameras
from fitness_mm.sample.video import Script, Take, rehearse

from .noise import UNSEEN_SCORE, spoil, trunk_px

FPS = 15.0
"""As the pose estimator looks at videos."""

_HANDS = [KEYPOINT_INDEX[f'{side} {joint}'] for side in ('Left', 'Right')
          for joint in ('Wrist', 'Palm')]
_WALK_TRUNKS_SEC = 2.4  # 1.2 m a second
_TURN_SEC = (0.5, 1.0)

TALKING, WALKING = 'standing and talking', 'walking with long strides'
PUTTING_DOWN = 'putting a weight down'
EVERYDAY = (TALKING, 'walking on the spot', 'drinking and waving', 'looking at a phone',
            'reaching up to a shelf', 'picking something up', PUTTING_DOWN,
            'stretching overhead and to the side', 'tying shoes on one knee')
"""What people do between sets, of the other movements that the sample has."""

# A window of the recogniser is of the exercise if it is done in this share of it.
_WINDOW_SEC, _STRIDE_SEC, _SHOWS = 10.0, 5.0, 0.4


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a session.

    Attributes:
        keypoints: (T, 24, 2) px.
        exercise: English name; None of what is no exercise.
        bounds: (N, 3) start, turn and stop of its repetitions, in frames.
    """

    keypoints: np.ndarray
    exercise: str | None = None
    bounds: np.ndarray = field(default_factory=lambda: np.empty((0, 3)))


@dataclass(frozen=True, eq=False)
class Session:
    """What happens before a camera, as a pose estimator might see it.

    Attributes:
        case: One of :data:`CASES`.
        exercise: The (first) exercise that is done; of a session in which nobody exercises, one
            that might have been.
        view: Camera letter, or :data:`ANYWHERE`.
        keypoints: (T, 24, 2) px.
        scores: (T, 24).
        sets: Exercise and bounds (N, 3) in seconds of every set.
    """

    case: str
    exercise: str
    view: str
    keypoints: np.ndarray
    scores: np.ndarray
    sets: tuple[tuple[str, np.ndarray], ...]

    @property
    def bounds(self) -> np.ndarray:
        """(N, 3) of the repetitions in all sets."""
        return np.concatenate([np.empty((0, 3)), *(bounds for _, bounds in self.sets)])

    def doing(self, exercise: str) -> np.ndarray:
        """bool (T,), when a recogniser of windows that is always right would say an exercise."""
        seconds = len(self.keypoints) / FPS
        starts = [*np.arange(0, max(seconds - _WINDOW_SEC, 0), _STRIDE_SEC),
                  max(seconds - _WINDOW_SEC, 0)]
        said, windows = np.zeros((2, len(self.keypoints)))
        for start in starts:
            stop = min(start + _WINDOW_SEC, seconds)
            done = sum(max(0.0, min(stop, bounds[-1, 2]) - max(start, bounds[0, 0]))
                       for name, bounds in self.sets if name == exercise and len(bounds))
            frames = slice(int(start * FPS), int(np.ceil(stop * FPS)))
            windows[frames] += 1
            said[frames] += done >= _SHOWS * (stop - start)
        return said >= windows / 2


class _Actor:
    """Somebody before a camera.

    Args:
        rng: Draws what happens.
        exercise: What is exercised, if nothing else is said.
        view: Camera letter, or :data:`ANYWHERE` for one that stands anywhere.
    """

    def __init__(self, rng: np.random.Generator, exercise: str, view: str) -> None:
        self.rng, self.exercise = rng, exercise
        self._script = Script(exercise, performer=int(rng.integers(1, 10_000)),
                              seed=int(rng.integers(10_000)), fps=FPS,
                              view=view if view in VIEWS else VIEWS[0])
        self.width = self._script.size[0]
        self._camera = None
        if view == ANYWHERE:
            self._camera = sample_cameras(rng, self._script.size, ANYWHERE)[VIEWS[0]]
        self.reps = int(rng.integers(3, 11))

    def _seen(self, take: Take) -> np.ndarray:
        if self._camera is None:
            return take.keypoints
        return self._camera.project(take.joints.keypoints)[0]

    def set(self, rep_sec: float | None = None, exercise: str | None = None,
            **script) -> Piece:
        """A set; at a usual tempo if none is given."""
        exercise = exercise or self.exercise
        conditions = DRAWN[exercise].entry.conditions
        faults = ()
        if self.rng.random() < 0.5 and conditions:
            faults = (str(self.rng.choice(conditions)), )
        before, after = self.rng.uniform(0.3, 1.5, 2)
        script = {'before_sec': before, **script}
        take = rehearse(replace(self._script, **{
            'exercise': exercise, 'reps': self.reps, 'rep_sec': rep_sec or self.rng.uniform(1.5, 5),
            'after_sec': after, 'faults': faults, **script}))
        bounds = np.stack([take.schedule.start, take.schedule.turn, take.schedule.stop], 1)
        return Piece(self._seen(take), exercise, bounds * FPS)

    def other(self, movement: str, seconds: float) -> Piece:
        """An everyday movement for some time, at its own tempo."""
        rep_sec = self.rng.uniform(1.0, 1.5) if movement == WALKING else self.rng.uniform(2.5, 5.0)
        take = rehearse(replace(self._script, exercise=movement, rep_sec=rep_sec,
                                reps=max(1, round(seconds / rep_sec)), before_sec=0.0,
                                after_sec=0.2, take=int(self.rng.integers(1000))))
        if movement == PUTTING_DOWN:  # and not taking it up again
            return Piece(self._seen(take)[:round(take.schedule.turn[0] * FPS)])
        return Piece(self._seen(take))

    def walking_in(self) -> Piece:
        """Comes from beside the picture."""
        walking = self.other(WALKING, 10.0).keypoints
        trunk = trunk_px(walking)
        side = self.rng.choice([-1, 1])
        step = side * _WALK_TRUNKS_SEC * trunk / FPS
        frames = min(int((self.width / 2 + trunk) / abs(step)), len(walking))
        away = step * np.arange(frames)[::-1]
        return Piece(walking[:frames] + away[:, None, None] * (1, 0))

    def walking_out(self) -> Piece:
        """Leaves the picture."""
        return Piece(self.walking_in().keypoints[::-1])

    def idle(self, seconds: float) -> list[Piece]:
        """One everyday movement after the other."""
        found = []
        while sum(len(piece.keypoints) for piece in found) < seconds * FPS:
            found.append(self.other(str(self.rng.choice(EVERYDAY)), self.rng.uniform(4, 10)))
        return found


def _held(piece: Piece, seconds: float) -> Piece:
    """A stay at the far end of every repetition."""
    extra = round(seconds * FPS)
    repeats = np.ones(len(piece.keypoints), int)
    repeats[np.rint(piece.bounds[:, 1]).astype(int)] += extra
    bounds = piece.bounds + extra * (np.arange(len(piece.bounds))[:, None] + (0, 0.5, 1))
    return replace(piece, keypoints=np.repeat(piece.keypoints, repeats, 0), bounds=bounds)


def _cut(piece: Piece, share: float) -> Piece:
    """Ends in the last repetition, on its way out or back."""
    start, _, stop = piece.bounds[-1]
    return replace(piece, keypoints=piece.keypoints[:round(start + share * (stop - start))],
                   bounds=piece.bounds[:-1])


def _begun(piece: Piece, share: float) -> Piece:
    """Begins in the first repetition."""
    start, _, stop = piece.bounds[0]
    first = round(start + share * (stop - start))
    return replace(piece, keypoints=piece.keypoints[first:], bounds=piece.bounds[1:] - first)


def _by_turns(actor: _Actor) -> list[Piece]:
    piece = actor.set(reps=2 * actor.reps)
    return [replace(piece, keypoints=one_arm_rests(
        piece.keypoints, np.rint(piece.bounds[:, 0]), np.rint(piece.bounds[:, 2])))]


def _talk(actor: _Actor) -> Piece:
    return actor.other(TALKING, actor.rng.uniform(5, 12))


CASES: dict[str, Callable[[_Actor], Sequence[Piece]]] = {
    'only the set': lambda a: [a.set()],
    'walking in and out': lambda a: [a.walking_in(), a.set(), a.walking_out()],
    'talking before and after': lambda a: [_talk(a), a.set(), _talk(a)],
    'talking between two sets': lambda a: [a.set(), _talk(a), a.set()],
    'taking the weight from the floor and putting it back': lambda a: [
        a.other('picking something up', 1), a.set(), a.other(PUTTING_DOWN, 1)],
    'nobody exercises for 30 s': lambda a: a.idle(30),
    'stands or lies still': lambda a: [a.set(reps=0, before_sec=a.rng.uniform(5, 20))],
    'a stay of 3 s at the far end': lambda a: [_held(a.set(), 3.0)],
    '12 s a repetition': lambda a: [a.set(12.0)],
    '0.7 s a repetition': lambda a: [a.set(0.7)],
    'hands unseen': lambda a: [a.set()],
    'arms by turns': _by_turns,
    'a pause of 1 to 7 s': lambda a: [a.set(pauses=((a.reps - 1, a.rng.uniform(1, 7)), ))],
    'begins in a repetition': lambda a: [_begun(a.set(), a.rng.uniform(0.25, 0.75))],
    'ends in a repetition': lambda a: [_cut(a.set(), a.rng.uniform(0.25, 0.75))],
    'everyday movements, two sets': lambda a: [
        a.walking_in(), *a.idle(6), a.set(), *a.idle(10), a.set(), *a.idle(5), a.walking_out()],
    'three exercises': lambda a: [
        a.set(), *a.idle(8), a.set(exercise=str(a.rng.choice(MOVING))), *a.idle(8),
        a.set(exercise=str(a.rng.choice(MOVING)))],
}
"""By name, the parts of a session, one after the other."""

EXAMPLES = ('walking in and out', 'talking between two sets', 'three exercises')


def draw_session(case: str, number: int, seed: int, noise: float,
                 exercises: Sequence[str] = MOVING) -> Session:
    """A session; exercises and views come in turn, half of the cameras stand anywhere.

    Args:
        case: One of :data:`CASES`.
        number: Of the session.
        seed: Sessions of one seed are others than those of another.
        noise: As for :func:`~.movements.spoil`.
        exercises: English names.
    """
    rng = np.random.default_rng([seed, number, *case.encode()])
    known = ARMS if case == 'arms by turns' else exercises
    exercise = known[number % len(known)]
    view = VIEWS[number % len(VIEWS)] if rng.random() < 0.5 else ANYWHERE
    actor = _Actor(rng, exercise, view)
    happens = CASES[case]
    sets, parts, begin = [], [], 0
    for piece in happens(actor):
        if parts:
            parts.append(_between(parts[-1][-1], piece.keypoints[0], rng.uniform(*_TURN_SEC)))
            begin += len(parts[-1])
        if piece.exercise:
            sets.append((piece.exercise, (piece.bounds + begin) / FPS))
        parts.append(piece.keypoints)
        begin += len(piece.keypoints)
    keypoints, scores = spoil(np.concatenate(parts), noise, rng, FPS)
    outside = ~((keypoints[..., 0] >= 0) & (keypoints[..., 0] <= actor.width - 1))
    if case == 'hands unseen':
        outside[:, _HANDS] = True
    keypoints[outside], scores[outside] = np.nan, UNSEEN_SCORE
    return Session(case, exercise, view, keypoints, scores, tuple(sets))


def _between(last: np.ndarray, first: np.ndarray, seconds: float) -> np.ndarray:
    """From one posture to another."""
    share = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, round(seconds * FPS)) / round(seconds * FPS))
    return last + share[:, None, None] * (first - last)
