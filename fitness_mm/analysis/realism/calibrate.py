"""What the generator's tables say, measured in real labels.

A clip's keypoints in space (:mod:`factorization`) are directions of bones, and those of a frame are
near a mixture of a few *key postures*, such as standing and the bottom of a squat. Per exercise:
the key postures are found as the corners of the region that the frames fill; every clip's own ones
follow by least squares; and what a clip's differ by from the mean is explained by who it is and by
the conditions that it breaks. What is left are spreads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment, nnls

from fitness_mm.action.models.factorization import factorized
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.analysis.audit.blocks import clip_blocks
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.sample.exercises.drawn import DrawnExercise
from fitness_mm.sample.performer.geometry import unit
from fitness_mm.sample.performer.posture import (
    BONE_INDEX,
    BONES,
    PLACES,
    mirrored,
    trunk_axes,
)

FEWEST_PEOPLE = 5
_CORNER = 0.04  # of all frames: so many are averaged at a corner
_OUTWARD = 1.12  # for the mean of frames near a corner is inside of it
_FARTHEST = 2  # frames of a clip that are as far as it goes
_SHRINK = 0.3  # frames of the mean that a clip's own postures count as much as
_SHRINK_FAULTS = 2.0  # clips of the mean that a person's own faults count as much as
_COURSES = 5  # directions in which frames are off the mixtures
_DIRECTIONS = 2  # in which people differ in how they break a condition
SAMPLE = 1500  # frames of an exercise, for the spread from one to the next


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
        clips: What is left of clips that break few conditions, (N', M, B, 3).
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
    if len(people) < FEWEST_PEOPLE:
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
    certain = np.sqrt(1 - _uncertain(weights, left[known].var(0), own.var(0)))
    own = _ends(weights, known, {*both[0], *both[drawn.path - 1]}) @ own
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
    # People break a condition in more ways than the mean: those who break few say how clips differ.
    few = broken.sum(1) <= np.median(broken.sum(1))
    rest = rest[few] * certain.ravel()
    shape = (-1, len(drafts), len(BONES), 3)
    aside = _folded(faults.reshape(shape), both, -1)
    varies = np.stack([np.stack([_folded(directions(one, _DIRECTIONS).reshape(shape), both,
                                         sign)
                                 for sign in (1, -1)], 1) for one in differ])
    habits, faults, rest = (_folded(values.reshape(shape), both)
                            for values in (habits, faults, rest))
    off = np.random.default_rng(0).permutation(left[known])[:SAMPLE]
    courses = directions(off, _COURSES)
    axes = unit(courses)
    off = off - off @ axes.T @ axes
    return Measured(habits.mean(0), faults, aside, varies, strengths.std(0),
                    habits - habits.mean(0), rest, courses.reshape(-1, len(BONES), 3),
                    off.reshape(-1, len(BONES), 3),
                    np.stack([weights[known[:, 0], 0].mean(0), _last(weights, known).mean(0)]))


def _ends(weights: np.ndarray, known: np.ndarray, ends: Iterable[int]) -> np.ndarray:
    """How far clips go towards the corners that a path begins and ends at, on average: mixtures
    (M, M), of which the other corners' rows are these themselves."""
    mixed = np.eye(weights.shape[-1])
    for corner in ends:
        share = np.where(known, weights[..., corner], -1)
        farthest = np.argsort(share, 1)[:, -_FARTHEST:]
        mixed[corner] = np.take_along_axis(weights, farthest[..., None], 1).mean((0, 1))
    return mixed / mixed.sum(1, keepdims=True)


def _uncertain(weights: np.ndarray, left: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Which share of the variance (M, D) that was found of clips' key postures is that of the
    frames (D) that they were found from, 0.9 at most."""
    square = weights.swapaxes(1, 2) @ weights
    inverse = np.linalg.inv(square + _SHRINK * np.eye(square.shape[-1]))
    by_frame = np.diagonal(inverse @ square @ inverse, axis1=1, axis2=2).mean(0)
    return np.clip(by_frame[:, None] * left / np.maximum(found, 1e-12), 0, 0.9)


def directions(values: np.ndarray, number: int) -> np.ndarray:
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
    mean = np.linalg.lstsq(shares, frames[known])[0]  # of few clips corners may be the same
    left = (seen - weights @ mean) * known[..., None]
    square = weights.swapaxes(1, 2) @ weights + _SHRINK * np.eye(weights.shape[-1])
    return mean + np.linalg.solve(square, weights.swapaxes(1, 2) @ left), mean
