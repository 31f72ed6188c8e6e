"""The person's keypoints over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.signal import savgol_filter

from fitness_mm.keypoints.measures import seen, shows_person
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS

_LONGEST_GAP_SECONDS = 0.5
_ORDER = 2


@dataclass(frozen=True, eq=False)
class Track:
    """Keypoints of the frames at which the pose estimator looked.

    Attributes:
        times: Seconds, ascending, (T,).
        keypoints: Pixels of the video, pixel centres at integers, float32 (T, K, 2).
        scores: float32 (T, K).
    """

    times: np.ndarray
    keypoints: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.times)

    @classmethod
    def seen_at(cls, times: np.ndarray, there: Sequence[int],
                seen: Sequence[tuple[np.ndarray, np.ndarray]]) -> Track:
        """The track of a person who is seen in some frames only. In between keypoints go on from
        where they were to where they are, at no score.

        Args:
            times: Of all frames, (T,).
            there: Positions of the frames with the person, ascending.
            seen: Keypoints (K, 2) and scores (K,) in each of them.
        """
        keypoints = np.zeros((len(times), NUM_KEYPOINTS, 2), np.float32)
        scores = np.zeros((len(times), NUM_KEYPOINTS), np.float32)
        if len(there):
            keypoints[there], scores[there] = map(np.stack, zip(*seen, strict=True))
            flat = keypoints.reshape(len(times), -1)  # a view
            for values in flat.T:
                values[:] = np.interp(times, times[there], values[there])
        return cls(times, keypoints, scores)

    @property
    def fps(self) -> float:
        """Frames per second, the median."""
        return 1 / float(np.median(np.diff(self.times))) if len(self) > 1 else 0.0

    def of_person(self) -> Track:
        """From the first frame that shows the person to the last; all of it if none does."""
        shown = np.flatnonzero(shows_person(self.scores))
        part = slice(shown[0], shown[-1] + 1) if len(shown) else slice(None)
        return Track(self.times[part], self.keypoints[part], self.scores[part])

    def at(self, times: np.ndarray) -> Track:
        """Linearly interpolated; before the first and behind the last frame those stay."""
        times = np.asarray(times, np.float64)
        behind = np.clip(np.searchsorted(self.times, times), 1, max(len(self) - 1, 1))
        before = behind - 1
        behind = np.minimum(behind, len(self) - 1)
        span = np.maximum(self.times[behind] - self.times[before], 1e-9)
        weight = np.clip((times - self.times[before]) / span, 0, 1).astype(np.float32)
        w = weight[:, None]
        return Track(times, self.keypoints[before] * (1 - w[..., None])
                     + self.keypoints[behind] * w[..., None],
                     self.scores[before] * (1 - w) + self.scores[behind] * w)

    def uniform(self) -> Track:
        """At a constant rate, which it has already unless the video's varies."""
        if len(self) < 3:
            return self
        steps = np.diff(self.times)
        if np.ptp(steps) < 0.1 * np.median(steps):
            return self
        count = round((self.times[-1] - self.times[0]) * self.fps) + 1
        return self.at(np.linspace(self.times[0], self.times[-1], count))


def smoothed(track: Track, seconds: float) -> Track:
    """Positions by a Savitzky-Golay filter of second order; scores stay.

    A keypoint that is not seen for a moment is put between where it was and where it is again.

    Args:
        track: At any rate; the filter takes its steps as equal.
        seconds: Length of the filter, 0 to leave all as it is.
    """
    if seconds <= 0 or len(track) < 3:
        return track
    keypoints = _bridged(track)
    length = max(_ORDER + 1, round(seconds * track.fps)) | 1
    if length > len(track):
        length = (len(track) - 1) | 1
    if length <= _ORDER:
        return replace(track, keypoints=keypoints)
    filtered = savgol_filter(keypoints, length, _ORDER, axis=0, mode='nearest')
    return replace(track, keypoints=filtered.astype(np.float32))


def _bridged(track: Track) -> np.ndarray:
    """Keypoints (T, K, 2), those not seen for a short while interpolated."""
    keypoints = track.keypoints.copy()
    for k in range(keypoints.shape[1]):
        for before, behind in pairwise(np.flatnonzero(seen(track.scores[:, k]))):
            if behind - before > 1 and \
                    track.times[behind] - track.times[before] <= _LONGEST_GAP_SECONDS:
                gap = np.arange(before + 1, behind)
                for d in range(2):
                    keypoints[gap, k, d] = np.interp(
                        track.times[gap], track.times[[before, behind]],
                        track.keypoints[[before, behind], k, d])
    return keypoints
