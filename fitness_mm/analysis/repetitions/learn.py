"""Learns how exercises move, for :mod:`fitness_mm.repetitions.exercises`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from fitness_mm.files import replacing
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.repetitions.features import features
from fitness_mm.repetitions.movement import RATE_HZ, find_stretches
from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.station.cameras import ANYWHERE, VIEWS, sample_cameras
from fitness_mm.sample.video import Script, rehearse

MOVING = tuple(name for name, drawn in DRAWN.items()
               if drawn.entry.name == name and name != 'plank')
"""The exercises that have repetitions, by English name."""

_FPS, _REPS = 15.0, 3
_NOISE, _DRIFT_SEC = (0.02, 0.04), 0.5  # the former in lengths of the trunk
_NEAR_END = 0.1
# Numerical ground below the spreads, and arms that go by turns where hands are free to.
_GROUND, _BY_TURNS = 1e-3, 0.15
ARMS = ('dumbbell curl', 'front raise', 'side lateral raise', 'overhead press')
"""What arms may do by turns."""


def learn(path: Path, clips: int, seed: int,
          report: Callable[[int, int], None] = lambda done, total: None,
          names: Sequence[str] = MOVING) -> None:
    """Writes what is known of exercises.

    Args:
        path: The file.
        clips: Generated clips of each exercise.
        seed: Of what is drawn.
        report: Told the numbers of exercises done and of all.
        names: The exercises.
    """
    found = []
    for done, name in enumerate(names, 1):
        found.append(_learned(name, clips, np.random.default_rng([seed, *name.encode()])))
        report(done, len(names))
    arrays = [np.stack(part).astype(np.float32) for part in zip(*found, strict=True)]
    with replacing(path) as unfinished, unfinished.open('wb') as file:
        np.savez_compressed(file, names=np.array(names), **dict(zip(
            ('start', 'far', 'between', 'within'), arrays, strict=True)))


def _learned(name: str, clips: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    starts, fars, moved = [], [], []
    for found, progress in _movements(name, clips, rng):
        starts.append(found[progress < _NEAR_END].mean(0))
        fars.append(found[progress > 1 - _NEAR_END].mean(0))
        moved.append((found - found.mean(0), progress - progress.mean()))
    start, far = np.mean(starts, 0), np.mean(fars, 0)
    within = np.mean([(off.T @ off) / len(off) for off in (
        found - np.outer(progress, far - start) for found, progress in moved)], 0)
    between = (np.cov(np.array(starts).T) + np.cov(np.array(fars).T)) / 2
    upper = np.triu_indices(len(start))
    return start, far, between[upper], (within + _GROUND * np.eye(len(start)))[upper]


def _movements(name: str, clips: int,
               rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Features (S, F) and progress (S,) of sets, half of them by a camera that stands anywhere."""
    conditions = DRAWN[name].entry.conditions
    for number in range(clips):
        faults: Sequence[str] = ()
        if number % 4 > 1 and conditions:
            faults = rng.choice(conditions, min(len(conditions), 2), replace=False).tolist()
        take = rehearse(Script(
            name, _REPS, float(rng.uniform(1.5, 4.0)), 0.3, 0.3, faults=tuple(faults),
            performer=int(rng.integers(1, 10_000)), seed=int(rng.integers(10_000)), fps=_FPS,
            view=str(rng.choice(list(VIEWS)))))
        keypoints = take.keypoints
        if number % 2:
            camera = sample_cameras(rng, take.script.size, ANYWHERE)[VIEWS[0]]
            keypoints = camera.project(take.joints.keypoints)[0]
        if name in ARMS and rng.random() < _BY_TURNS:
            keypoints = one_arm_rests(keypoints, np.rint(take.schedule.start * _FPS),
                                      np.rint(take.schedule.stop * _FPS))
        keypoints = _shaken(keypoints, rng)
        for stretch in find_stretches(keypoints, np.ones(keypoints.shape[:2], bool), _FPS):
            found = features(stretch.points)
            times = stretch.begin_sec + np.arange(len(found)) / RATE_HZ
            inside = ((times >= take.schedule.start[0]) & (times <= take.schedule.stop[-1])
                      & np.isfinite(found).all(1))
            progress = take.schedule.progress(times[inside])
            if (progress < _NEAR_END).any() and (progress > 1 - _NEAR_END).any():
                yield found[inside], progress


def one_arm_rests(keypoints: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """A set in which the arms go by turns: in each repetition one of them stays where it was.

    Args:
        keypoints: (T, 24, 2).
        starts: Frames at which repetitions start, (N,).
        stops: Frames at which they stop.
    """
    keypoints = keypoints.copy()
    arms = [[KEYPOINT_INDEX[f'{side} {joint}'] for joint in ('Elbow', 'Wrist', 'Palm')]
            for side in ('Left', 'Right')]
    for number, (start, stop) in enumerate(zip(starts.astype(int), stops.astype(int), strict=True)):
        ways = [np.ptp(keypoints[start:stop, arm], 0).max() for arm in arms]
        if min(ways) < 0.3 * max(ways):
            continue  # as they go by themselves
        keypoints[start:stop, arms[number % 2]] = keypoints[start, arms[number % 2]]
    return keypoints


def _shaken(keypoints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """By what shakes from frame to frame and what drifts, a few hundredths of the trunk each."""
    hips, shoulders = (keypoints[:, [KEYPOINT_INDEX[f'{side} {name}'] for side in
                                     ('Left', 'Right')]].mean(1) for name in ('Hip', 'Shoulder'))
    size = rng.uniform(*_NOISE) * np.quantile(np.linalg.norm(hips - shoulders, axis=-1), 0.9)
    sigma = _DRIFT_SEC * _FPS / 2
    drift = gaussian_filter1d(rng.normal(size=keypoints.shape), sigma, axis=0)
    drift *= np.sqrt(2 * np.sqrt(np.pi) * sigma)  # to unit variance
    return keypoints + size * (rng.normal(size=keypoints.shape) + drift)
