"""Wrong labels, planted in some clip-views, of the kinds that people found in the data set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle

import numpy as np

from fitness_mm.keypoints.skeleton import FLIP_INDICES, NUM_KEYPOINTS

from ..clip_plan import ClipPlan
from ..station.cameras import VIEWS
from .defects import EMPTY_FRAMES

JITTER_SHARE = 2.0 / 1080.0
"""Standard deviation of the label jitter: 2 px of an image 1080 px high, ..."""

MIN_JITTER_PX = 0.5
"""... but not less than this in a small one, before rounding to integers."""

MAX_JITTER_DEVIATIONS = 3.0

MOVED_SHARE = 0.025
"""A joint counts as moved when it is farther from its place than this share of image height."""


def jitter(keypoints: np.ndarray, image_height: int, rng: np.random.Generator) -> np.ndarray:
    """Keypoints (..., 2) as a person would have clicked them, in px, not yet rounded."""
    deviation = max(JITTER_SHARE * image_height, MIN_JITTER_PX)
    limit = MAX_JITTER_DEVIATIONS * deviation
    return keypoints + np.clip(rng.normal(0.0, deviation, keypoints.shape), -limit, limit)


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


KINDS: dict[str, Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]] = {
    'sides swapped': _swap_sides,
    'scrambled': _scramble,
    'displaced': _displace,
    'wrong scale': _scale,
    'other frame': _other_frame,
}
"""Kind -> function of a frame (K, 2), all frames of the view (T, K, 2) and a stream."""


def assign_errors(clips: Sequence[ClipPlan], rate: float,
                  rng: np.random.Generator) -> list[ClipPlan]:
    """Spreads errors over a share of all clip-views that have labels, all kinds equally often."""
    places = [(i, view) for i, clip in enumerate(clips) if EMPTY_FRAMES not in clip.defects
              for view in VIEWS]
    chosen = rng.permutation(len(places))[:round(rate * len(places))]
    planted = list(clips)
    for place, kind in zip(chosen, cycle(KINDS)):
        i, view = places[place]
        planted[i] = replace(planted[i], errors=tuple(sorted((*planted[i].errors, (view, kind)))))
    return planted


def plant(kind: str, keypoints: np.ndarray,
          rng: np.random.Generator) -> tuple[np.ndarray, list[int]]:
    """Plants an error in a whole clip-view or in a run of its frames.

    Args:
        kind: A key of :data:`KINDS`.
        keypoints: (T, K, 2), left as it is.
        rng: Draws the extent and the error.

    Returns:
        A changed copy and the numbers of the labelled frames that changed.
    """
    num_frames = len(keypoints)
    if rng.random() < 0.5:
        frames = range(num_frames)
    else:
        length = int(rng.integers(3, 9))
        start = int(rng.integers(0, num_frames - length + 1))
        frames = range(start, start + length)
    wrong = keypoints.copy()
    for t in frames:
        wrong[t] = KINDS[kind](keypoints[t], keypoints, rng)
    return wrong, list(frames)
