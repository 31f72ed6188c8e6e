"""From keypoints over time to the stretches in which somebody moves, and one signal for each.

Where a limb is does not matter here, only how it moves. So left and right joints are joined into
their middle and their distance: exchanged sides, the mirrored image and exercises that are done
left and right in turn then make no difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import (
    binary_closing,
    gaussian_filter1d,
    maximum_filter1d,
    median_filter,
    minimum_filter1d,
)

from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, KEYPOINTS, LEFT_KEYPOINTS, RIGHT_KEYPOINTS

RATE_HZ = 20.0
"""Rate of all signals, whatever that of the video."""

_SINGLE = tuple(sorted(set(range(len(KEYPOINTS))) - {*LEFT_KEYPOINTS, *RIGHT_KEYPOINTS}))
_NAMES = [KEYPOINTS[k] for k in _SINGLE] + [KEYPOINTS[k][len('Left '):] for k in LEFT_KEYPOINTS]
_FEET = [_NAMES.index(name) for name in ('Ankle', 'Foot')]
_HANDS = [_NAMES.index(name) for name in ('Wrist', 'Palm')]

_SPIKE_SEC, _MEDIAN_SEC, _SMOOTH_SEC = 0.4, 0.24, 0.10
_SHORTEST_SEC = 0.8
# Share of the joints without which nobody is there, and of the time for a joint to be of use.
_LEAST_JOINTS, _LEAST_SEEN = 0.25, 0.5
_LONGEST_ABSENCE_SEC = 1.5
_STILL_SEC, _LONGEST_PAUSE_SEC = 2.0, 4.0
# In lengths of the trunk: what counts as moving at all, and how far from the median around it a
# joint is a spike.
_LEAST_RANGE, _SPIKE = 0.25, 0.2
# What a smooth movement has in second differences.
_USUAL_SHAKE = 0.02


@dataclass(frozen=True)
class Stretch:
    """A stretch of time in which somebody moves, with some rest at either end.

    Attributes:
        begin_sec: Time of its first sample.
        signal: (S,) how far the movement is, at :data:`RATE_HZ`; of unknown sign.
        hands_up: (S,) height of the hands in the image, in lengths of the trunk; NaN where they
            are not seen.
    """

    begin_sec: float
    signal: np.ndarray
    hands_up: np.ndarray


def find_stretches(keypoints: np.ndarray, seen: np.ndarray, fps: float) -> list[Stretch]:
    """The stretches of a video in which somebody moves.

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
    return [stretch for begin, end in _runs(there) if end - begin >= _SHORTEST_SEC * fps
            for stretch in _moving(keypoints[begin:end] / size, seen[begin:end], fps, begin / fps)]


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


def _moving(points: np.ndarray, seen: np.ndarray, fps: float, begin_sec: float) -> list[Stretch]:
    joined = _smoothed(_joined(_bridged(points, seen)), fps)
    if np.isfinite(joined[0, _FEET, 0]).any():
        # What the camera does, the feet do as well; what they do in a moment they do themselves.
        feet = np.nanmean(joined[:, _FEET, :2], 1)
        joined[..., :2] -= _median(feet, RATE_HZ)[:, None]
    window = round(_STILL_SEC * RATE_HZ)
    ranges = (maximum_filter1d(joined, window, axis=0, mode='nearest')
              - minimum_filter1d(joined, window, axis=0, mode='nearest'))
    # Whatever the exercise, two joints or more move; one alone may be a mistake of the network.
    active = np.sort(np.nan_to_num(ranges).max(-1), 1)[:, -2] > _LEAST_RANGE
    pause = 2 * round((_LONGEST_PAUSE_SEC - _STILL_SEC) * RATE_HZ / 2) + 1
    active |= binary_closing(active, np.ones(pause))
    features = joined.reshape(len(joined), -1)
    features = features[:, np.isfinite(features).all(0)]
    hands = joined[:, _HANDS, 1]
    hands = np.nanmean(hands, 1) if np.isfinite(hands[0]).any() else hands[:, 0]
    return [Stretch(begin_sec + begin / RATE_HZ, _principal(features[begin:end]), -hands[begin:end])
            for begin, end in _runs(active) if end - begin >= _SHORTEST_SEC * RATE_HZ]


def _bridged(points: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(T, 24, 2) with gaps bridged by straight lines; NaN for joints that are seen too seldom."""
    bridged = np.full(points.shape, np.nan)
    frames = np.arange(len(points))
    for k in np.flatnonzero(seen.mean(0) >= _LEAST_SEEN):
        known = np.flatnonzero(seen[:, k])
        for axis in (0, 1):
            bridged[:, k, axis] = np.interp(frames, known, points[known, k, axis])
    return bridged


def _joined(points: np.ndarray) -> np.ndarray:
    """(T, J, 3): where each single joint and the middle of each pair is, and a pair's distance.

    Of a pair of which one joint is not seen, the other one is taken; NaN where there is nothing.
    """
    left, right = points[:, LEFT_KEYPOINTS], points[:, RIGHT_KEYPOINTS]
    middle = np.where(np.isnan(left), right, np.where(np.isnan(right), left, (left + right) / 2))
    apart = np.linalg.norm(left - right, axis=-1, keepdims=True)
    single = points[:, _SINGLE]
    return np.concatenate([np.concatenate([single, np.full_like(single[..., :1], np.nan)], -1),
                           np.concatenate([middle, apart], -1)], 1)


def _smoothed(joined: np.ndarray, fps: float) -> np.ndarray:
    """(S, J, 3) without spikes, smooth, and at the working rate."""
    frames = np.arange(len(joined))
    samples = np.arange(0.0, len(joined) - 1 + 1e-9, fps / RATE_HZ)
    smoothed = np.full((len(samples), *joined.shape[1:]), np.nan)
    for j in range(joined.shape[1]):
        columns = np.flatnonzero(np.isfinite(joined[0, j]))
        if not len(columns):
            continue
        track = joined[:, j, columns]
        off = np.abs(track - _median(track, _SPIKE_SEC * fps)).max(1)
        known = np.flatnonzero(off <= _SPIKE)
        for column, values in zip(columns, track.T, strict=True):
            values = np.interp(frames, known, values[known]) if len(known) else values
            values = _median(values[:, None], _MEDIAN_SEC * fps)[:, 0]
            values = gaussian_filter1d(values, _SMOOTH_SEC * fps, mode='nearest')
            smoothed[:, j, column] = np.interp(samples, frames, values)
    return smoothed


def _median(track: np.ndarray, frames: float) -> np.ndarray:
    return median_filter(track, size=(2 * max(round(frames / 2), 1) + 1, 1), mode='nearest')


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Begin and end of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _principal(features: np.ndarray) -> np.ndarray:
    """(S,) the direction in which most of the movement happens.

    The more a feature shakes, the less it counts.
    """
    shake = np.abs(np.diff(features, 2, axis=0)).mean(0)
    weighted = (features - np.median(features, 0)) / (_USUAL_SHAKE + shake)
    # The eigenvector of a small matrix costs less than a decomposition of the long one.
    _, vectors = np.linalg.eigh(weighted.T @ weighted)
    return weighted @ vectors[:, -1]
