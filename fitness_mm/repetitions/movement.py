"""From keypoints over time to the stretches in which somebody is seen, in lengths of the trunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_closing, gaussian_filter1d, median_filter

from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX

RATE_HZ = 20.0
"""Rate of all signals, whatever that of the video."""

_SPIKE_SEC, _SMOOTH_SEC = 0.27, 0.06
_SHORTEST_SEC = 0.8
# Share of the joints without which nobody is there, and of the time for a joint to be of use.
_LEAST_JOINTS, _LEAST_SEEN = 0.25, 0.1
# A person is bridged over this time, a joint over that.
_LONGEST_ABSENCE_SEC, _LONGEST_GAP_SEC = 1.5, 0.25
# In lengths of the trunk, how far from the median around it a joint is a spike.
_SPIKE = 0.2


@dataclass(frozen=True)
class Stretch:
    """A stretch of time in which somebody is seen.

    Attributes:
        begin_sec: Time of its first sample.
        points: (S, 24, 2) in lengths of the trunk, smooth, at :data:`RATE_HZ`; NaN where a joint
            is not seen for a while.
    """

    begin_sec: float
    points: np.ndarray


def find_stretches(keypoints: np.ndarray, seen: np.ndarray, fps: float) -> list[Stretch]:
    """The stretches of a video in which somebody is seen.

    Args:
        keypoints: (T, 24, 2) px.
        seen: bool (T, 24).
        fps: Frames per second.
    """
    size = body_size(np.where(seen[..., None], keypoints, np.nan))
    if not size > 0:
        return []
    there = seen.mean(1) >= _LEAST_JOINTS
    there |= binary_closing(there, np.ones(2 * round(_LONGEST_ABSENCE_SEC * fps / 2) + 1))
    return [Stretch(begin / fps, _smoothed(keypoints[begin:end] / size, seen[begin:end], fps))
            for begin, end in runs(there) if end - begin >= _SHORTEST_SEC * fps]


def body_size(keypoints: np.ndarray) -> float:
    """Length of the trunk in px, from whichever of trunk, legs and shoulders is seen longest.

    Args:
        keypoints: (T, 24, 2) px, NaN where a joint is not seen.

    Returns:
        NaN if none of them is seen.
    """
    def joint(name: str) -> np.ndarray:
        return keypoints[:, KEYPOINT_INDEX[name]]

    def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.linalg.norm(a - b, axis=-1)

    lengths = [distance(joint('Neck'), (joint('Left Hip') + joint('Right Hip')) / 2)]
    for side in ('Left', 'Right'):
        hip, knee, ankle = (joint(f'{side} {name}') for name in ('Hip', 'Knee', 'Ankle'))
        # A leg has 1.6 times the length of the trunk, the shoulders are 0.7 of it apart.
        lengths.append((distance(hip, knee) + distance(knee, ankle)) / 1.6)
    lengths.append(distance(joint('Left Shoulder'), joint('Right Shoulder')) / 0.7)
    sizes = [np.quantile(length[np.isfinite(length)], 0.9) for length in lengths
             if np.isfinite(length).any()]
    return float(max(sizes, default=np.nan))


def _smoothed(points: np.ndarray, seen: np.ndarray, fps: float) -> np.ndarray:
    """(S, 24, 2) without spikes, smooth, and at the working rate; NaN in longer gaps."""
    frames = np.arange(len(points))
    samples = np.arange(0.0, len(points) - 1 + 1e-9, fps / RATE_HZ)
    smoothed = np.full((len(samples), *points.shape[1:]), np.nan)
    for k in range(points.shape[1]):
        known = np.flatnonzero(seen[:, k])
        if len(known) < max(2, _LEAST_SEEN * len(points)):
            continue
        track = _bridged(frames, known, points[known, k])
        known = known[np.abs(track - _median(track, _SPIKE_SEC * fps)).max(1)[known] <= _SPIKE]
        if len(known) < 2:
            continue
        track = gaussian_filter1d(_bridged(frames, known, points[known, k]), _SMOOTH_SEC * fps,
                                  axis=0, mode='nearest')
        smoothed[:, k] = _bridged(samples, frames, track)
        nearest = np.interp(samples, known, known)  # the known frames before and behind
        at = np.clip(np.searchsorted(known, nearest), 1, len(known) - 1)
        away = np.minimum(np.abs(samples - known[at - 1]), np.abs(samples - known[at]))
        smoothed[away > _LONGEST_GAP_SEC * fps / 2 + 0.5, k] = np.nan
    return smoothed


def _bridged(at: np.ndarray, known: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(at, known, column) for column in places.T], 1)


def _median(track: np.ndarray, frames: float) -> np.ndarray:
    return median_filter(track, size=(2 * max(round(frames / 2), 1) + 1, 1), mode='nearest')


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Begin and end of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
