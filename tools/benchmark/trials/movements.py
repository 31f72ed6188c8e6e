"""Trials for counting repetitions: generated movements with known repetitions and noisy poses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.catalog import STUDY_EXERCISES, exercise_by_name
from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINT_INDEX
from fitness_mm.sample.dense_tempo import Schedule
from fitness_mm.sample.station.cameras import VIEWS
from fitness_mm.sample.video import Script, rehearse

FPS = 30.0
_SCORE, _UNSEEN_SCORE = 0.9, 0.05


@dataclass(frozen=True)
class Trial:
    """One generated movement.

    Attributes:
        script: What was asked of the generator.
        keypoints: (T, 24, 2) px as a pose estimator might give them.
        scores: (T, 24).
        bounds: (N, 3) start, turn and stop of the repetitions that are in it as a whole, seconds.
    """

    script: Script
    keypoints: np.ndarray
    scores: np.ndarray
    bounds: np.ndarray


def draw_trial(number: int, seed: int, noise: float) -> Trial:
    """A trial; twelve exercises times five views come in turn.

    A seventh of the trials has nobody moving. Of the others half has faults, a third a pause, a
    fifth begins or ends in the middle of a repetition, and a fifth has no time before and after.

    Args:
        number: Number of the trial.
        seed: Trials of one seed are others than those of another.
        noise: How bad the pose is, as a share of the length of the trunk.
    """
    rng = np.random.default_rng([seed, number])
    names = [exercise.name for exercise in STUDY_EXERCISES]
    exercise = exercise_by_name(names[number % len(names)])
    still = number % 7 == 6
    reps = 0 if still else int(rng.integers(1, 16))
    faults = ()
    if rng.random() < 0.5:
        faults = tuple(rng.choice(exercise.conditions, rng.integers(1, 3), replace=False).tolist())
    cut = rng.random() < 0.2 and reps > 1
    before, after = rng.uniform(0.3, 6.0, 2) if rng.random() < 0.8 or still else (0.05, 0.05)
    pauses = ()
    if rng.random() < 1 / 3 and reps > 1:
        pauses = ((int(rng.integers(1, reps)), float(rng.uniform(1.0, 8.0))),)
    script = Script(
        exercise.name, reps, float(rng.uniform(1.5, 5.0)), float(before), float(after), pauses,
        faults, performer=int(rng.integers(1, 10_000)), seed=seed, fps=FPS,
        view=VIEWS[number % len(VIEWS)])
    take = rehearse(script)
    schedule = take.schedule
    bounds = np.stack([schedule.start, schedule.turn, schedule.stop], -1)
    keypoints = take.keypoints
    if cut:
        first, last = _cut(rng, schedule)
        keypoints = keypoints[int(first * FPS):int(last * FPS)]
        whole = (bounds[:, 0] >= first) & (bounds[:, 2] <= last)
        bounds = bounds[whole] - int(first * FPS) / FPS
    keypoints, scores = spoil(keypoints, noise, rng)
    return Trial(script, keypoints, scores, bounds)


def _cut(rng: np.random.Generator, schedule: Schedule) -> tuple[float, float]:
    """Times half-way, to begin in the first repetition or to end in the last, or both."""
    share = rng.uniform(0.4, 0.6, 2)
    first = schedule.start[0] + share[0] * (schedule.reach - schedule.start)[0]
    last = schedule.leave[-1] + share[1] * (schedule.stop - schedule.leave)[-1]
    which = rng.integers(3)
    return (first if which < 2 else 0.0), (last if which > 0 else schedule.total_sec)


def spoil(keypoints: np.ndarray, noise: float,
          rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints as an estimator might give them, and their scores.

    Each joint shakes from frame to frame and drifts over half a second, by ``noise`` lengths of
    the trunk each. In proportion to the noise, joints are lost for a while or land anywhere for a
    few frames, and left and right are exchanged for a few frames.

    Args:
        keypoints: (T, 24, 2) px.
        noise: Share of the length of the trunk.
        rng: Draws all of it.
    """
    num_frames = len(keypoints)
    hips = keypoints[:, [KEYPOINT_INDEX['Left Hip'], KEYPOINT_INDEX['Right Hip']]].mean(1)
    trunk = np.quantile(np.linalg.norm(keypoints[:, KEYPOINT_INDEX['Neck']] - hips, axis=-1), 0.9)
    spoilt = keypoints + noise * trunk * (
        rng.normal(size=keypoints.shape) + _drift(rng, keypoints.shape))
    scores = np.full(keypoints.shape[:2], _SCORE)

    def events(per_minute: float, longest: int) -> list[slice]:
        number = rng.poisson(per_minute * noise * num_frames / FPS / 60)
        starts = rng.integers(0, num_frames, number)
        return [slice(start, start + int(rng.integers(1, longest + 1))) for start in starts]

    for part in events(400, 6):
        spoilt[part] = spoilt[part][:, FLIP_INDICES]
    for k in range(keypoints.shape[1]):
        for part in events(150, 4):
            spoilt[part, k] += rng.normal(0.0, 0.8 * trunk, 2)
        for part in events(100, 40):
            spoilt[part, k], scores[part, k] = np.nan, _UNSEEN_SCORE
    return spoilt, scores


def _drift(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Noise of unit variance that changes over about half a second."""
    knots = rng.normal(size=(int(shape[0] / FPS * 2) + 2, *shape[1:]))
    position = np.arange(shape[0]) / FPS * 2
    i, share = position.astype(int), (position % 1.0).reshape(-1, *[1] * (len(shape) - 1))
    mixed = (1 - share) * knots[i] + share * knots[i + 1]
    return mixed / np.sqrt((1 - share)**2 + share**2)
