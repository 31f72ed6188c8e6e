"""Wrong labels, planted in some clip-views, of the kinds that are found in the data set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from fitness_mm.keypoints.skeleton import (
    FLIP_INDICES,
    KEYPOINT_INDEX,
    KEYPOINTS,
    NUM_KEYPOINTS,
)

from ..clip_plan import ClipPlan
from ..station.cameras import VIEWS
from .defects import EMPTY_FRAMES

USUALLY_OFF = {
    'Nose': (0.009, 0.018, 0.034), 'Eye': (0.009, 0.015, 0.046), 'Ear': (0.014, 0.041, 0.029),
    'Shoulder': (0.014, 0.025, 0.030), 'Elbow': (0.015, 0.015, 0.025),
    'Wrist': (0.012, 0.015, 0.024), 'Hip': (0.026, 0.051, 0.060), 'Knee': (0.012, 0.018, 0.018),
    'Ankle': (0.011, 0.012, 0.011), 'Neck': (0.016, 0.019, 0.046), 'Palm': (0.015, 0.016, 0.031),
    'Back': (0.019, 0.037, 0.056), 'Waist': (0.022, 0.045, 0.058), 'Foot': (0.011, 0.013, 0.015),
}
"""Median distance of real labels from what all views say, in lengths of the trunk: in front, in the
front-oblique views and in the rear ones; ``docs/realism.md``."""

_COLUMN = {'A': 2, 'B': 1, 'C': 0, 'D': 1, 'E': 2}
MEDIAN_OF_DISTANCE = np.sqrt(2 * np.log(2))
"""Of a place on a plane, in standard deviations of one coordinate."""

# Of the variance: in real labels the line of the hips, which are labelled worst, turns by a third
# of what it would if every frame were labelled by itself.
_FRAME_SHARE = 0.1

MIN_JITTER_PX = 0.5
"""Deviation of the labels of a small image, before rounding to integers, at least."""

MAX_JITTER_DEVIATIONS = 3.0

MOVED = 0.2
"""A joint counts as moved when it is farther from its place than this share of a trunk."""


def jitter_px(trunk_px: np.ndarray) -> np.ndarray:
    """Standard deviation (V, K, 1) in px of labels of all views.

    Args:
        trunk_px: How long in px a trunk is at the performer's distance, in each view, (V,).
    """
    usual = np.array([[USUALLY_OFF[name.split()[-1]][_COLUMN[view]] for name in KEYPOINTS]
                      for view in VIEWS])
    deviation = usual / MEDIAN_OF_DISTANCE * trunk_px[:, None]
    return np.maximum(deviation, MIN_JITTER_PX)[..., None]


def jitter(keypoints: np.ndarray, trunk_px: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Keypoints (V, T, K, 2) as people click them, in px, not yet rounded: a joint is off much the
    same way in all frames of a view."""
    clip, frame = rng.normal(size=keypoints[:, :1].shape), rng.normal(size=keypoints.shape)
    draws = np.sqrt(1 - _FRAME_SHARE) * clip + np.sqrt(_FRAME_SHARE) * frame
    draws = np.clip(draws, -MAX_JITTER_DEVIATIONS, MAX_JITTER_DEVIATIONS)
    return keypoints + draws * jitter_px(trunk_px)[:, None]


def _swap_sides(frame: np.ndarray, others: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return frame[list(FLIP_INDICES)]


def _scramble(frame: np.ndarray, others: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    chosen = rng.permutation(NUM_KEYPOINTS)[:int(rng.integers(12, NUM_KEYPOINTS + 1))]
    wrong = frame.copy()
    wrong[chosen] = frame[np.roll(chosen, int(rng.integers(1, len(chosen))))]
    return wrong


def _extent(frame: np.ndarray) -> float:
    return float(np.ptp(frame, axis=0).max())


def _displace(frame: np.ndarray, others: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    a = rng.uniform(0, 2 * np.pi)
    return frame + rng.uniform(0.18, 0.4) * _extent(frame) * np.array([np.cos(a), np.sin(a)])


def _scale(frame: np.ndarray, others: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    factor = rng.uniform(0.4, 0.62) if rng.random() < 0.5 else rng.uniform(1.45, 1.8)
    return frame.mean(0) + factor * (frame - frame.mean(0))


def _other_frame(frame: np.ndarray, others: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # One of the frames in which the body is in another position.
    distance = np.linalg.norm(others - frame, axis=-1).mean(-1)
    unlike = np.argsort(-distance, kind='stable')[:max(len(others) // 3, 1)]
    return others[int(rng.choice(unlike))]


SKELETONS: dict[str, Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]] = {
    'sides swapped': _swap_sides,
    'scrambled': _scramble,
    'displaced': _displace,
    'wrong scale': _scale,
    'other frame': _other_frame,
}
"""Errors of whole skeletons: kind -> function of a frame (K, 2), all frames of the view (T, K, 2)
and a stream."""

JOINTS, GROUP, CLIP = 'a few joints', 'sides of a group swapped', 'whole clip'
MIXTURES: dict[str, dict[str, float]] = {
    'real': {JOINTS: 0.85, GROUP: 0.1, CLIP: 0.05},
    'skeletons': dict.fromkeys(SKELETONS, 1 / len(SKELETONS)),
}
"""What share of the clip-views with errors has each kind. ``real`` is what is found in real labels
(``docs/sample.md``): one to five joints of a limb in one view, mostly a rear one; now and then left
and right of the arms, the legs or the head exchanged; rarely a whole clip, wrong in all views."""

_GROUPS = {  # name -> joints from the body outward, and how often it is this one
    'arm': (('Elbow', 'Wrist', 'Palm'), 0.62), 'leg': (('Knee', 'Ankle', 'Foot'), 0.14),
    'head': (('Nose', 'Eye', 'Ear'), 0.1), 'trunk': (('Hip', 'Waist', 'Back'), 0.14),
}
_VIEWS = {'A': 2.7, 'B': 1.3, 'C': 1.0, 'D': 1.3, 'E': 2.7}  # how often one is in each
_OFF = (0.35, 1.2)  # in lengths of the trunk


def assign_errors(clips: Sequence[ClipPlan], rate: float, mixture: str,
                  rng: np.random.Generator) -> list[ClipPlan]:
    """Spreads errors over a share of all clip-views that have labels.

    Args:
        clips: All clips.
        rate: Share of their clip-views.
        mixture: A key of :data:`MIXTURES`.
        rng: Draws the places.
    """
    labelled = [i for i, clip in enumerate(clips) if EMPTY_FRAMES not in clip.defects]
    number = round(rate * len(labelled) * len(VIEWS))
    found: dict[int, dict[str, str]] = {}
    free = [(i, view) for i in labelled for view in VIEWS]
    counts = {kind: round(share * number) for kind, share in MIXTURES[mixture].items()}
    first = next(iter(counts))
    counts[first] += number - sum(counts.values())
    whole = rng.permutation(labelled)[:round(counts.pop(CLIP, 0) / len(VIEWS))].tolist()
    for i in whole:
        found[i] = dict.fromkeys(VIEWS, CLIP)
    free = [place for place in free if place[0] not in found]
    weights = np.array([_VIEWS[view] if mixture == 'real' else 1.0 for _, view in free])
    order = np.argsort(-np.log(rng.random(len(free))) / weights, kind='stable')
    places = iter(order[:number - len(whole) * len(VIEWS)].tolist())
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    for kind, place in zip(rng.permutation(kinds).tolist(), places, strict=False):
        i, view = free[place]
        found.setdefault(i, {})[view] = kind
    return [replace(clip, errors=tuple(sorted(found.get(i, {}).items())))
            for i, clip in enumerate(clips)]


def _few_joints(keypoints: np.ndarray, trunk_px: float, rng: np.random.Generator) -> np.ndarray:
    """Some joints of a limb, in some frames, elsewhere, or where the other side has them."""
    names, shares = zip(*((joints, share) for joints, share in _GROUPS.values()), strict=True)
    group = names[int(rng.choice(len(names), p=np.array(shares) / sum(shares)))]
    number, side = int(rng.integers(1, len(group) + 1)), str(rng.choice(['Left ', 'Right ']))
    outer = group[-number:] if group == _GROUPS['arm'][0] or rng.random() < 0.5 else group[:number]
    joints = [KEYPOINT_INDEX.get(side + name, KEYPOINT_INDEX.get(name)) for name in outer]
    wrong, across = keypoints.copy(), rng.random() < 0.4
    for t in _some_frames(len(keypoints), rng):
        a, far = rng.uniform(0, 2 * np.pi), rng.uniform(*_OFF) * trunk_px
        moved = keypoints[t, joints] + far * np.array([np.cos(a), np.sin(a)])
        other = keypoints[t, [FLIP_INDICES[joint] for joint in joints]]
        apart = np.linalg.norm(other - keypoints[t, joints], axis=-1).min() > _OFF[0] * trunk_px
        wrong[t, joints] = other if across and apart else moved
    return wrong


def _swap_group(keypoints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Left and right of arms, legs or head exchanged in some frames."""
    group = (('Shoulder', *_GROUPS['arm'][0]), ('Hip', *_GROUPS['leg'][0]), ('Eye', 'Ear'))[
        int(rng.integers(3))]
    joints = [KEYPOINT_INDEX[f'{side} {name}'] for side in ('Left', 'Right') for name in group]
    wrong = keypoints.copy()
    frames = _some_frames(len(keypoints), rng)
    wrong[np.ix_(frames, joints)] = keypoints[np.ix_(frames, [FLIP_INDICES[j] for j in joints])]
    return wrong


def _some_frames(number: int, rng: np.random.Generator) -> list[int]:
    """A few of them, in a row or not."""
    count = int(np.clip(rng.geometric(0.3), 1, number))
    if rng.random() < 0.5:
        start = int(rng.integers(0, number - count + 1))
        return list(range(start, start + count))
    return sorted(rng.permutation(number)[:count].tolist())


def plant(kind: str, keypoints: np.ndarray, trunk_px: float, rng: np.random.Generator,
          clip_rng: np.random.Generator) -> np.ndarray:
    """Plants an error in a clip-view.

    Args:
        kind: A key of one of :data:`MIXTURES`.
        keypoints: (T, K, 2), left as it is.
        trunk_px: How long a trunk is.
        rng: Draws the extent and the error.
        clip_rng: Draws what is the same in all views of a clip.

    Returns:
        A changed copy.
    """
    num_frames = len(keypoints)
    if kind == JOINTS:
        return _few_joints(keypoints, trunk_px, rng)
    if kind == GROUP:
        return _swap_group(keypoints, rng)
    if kind == CLIP:  # labels of other images, of another size or place
        turned = np.roll(keypoints, int(clip_rng.integers(3, num_frames - 3)), 0)
        wrong = SKELETONS[('displaced', 'wrong scale')[int(clip_rng.integers(2))]]
        return np.stack([wrong(frame, keypoints, np.random.default_rng(0)) for frame in turned])
    if rng.random() < 0.5:
        frames = range(num_frames)
    else:
        length = int(rng.integers(3, 9))
        start = int(rng.integers(0, num_frames - length + 1))
        frames = range(start, start + length)
    wrong = keypoints.copy()
    for t in frames:
        wrong[t] = SKELETONS[kind](keypoints[t], keypoints, rng)
    return wrong
