"""Keypoints as a pose estimator might give them: shaken, drifting, lost, exchanged."""

from __future__ import annotations

import numpy as np

from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINT_INDEX

UNSEEN_SCORE = 0.05
_SCORE = 0.9


def trunk_px(keypoints: np.ndarray) -> float:
    """How long the trunk is where it is seen in its length, of keypoints (T, 24, 2) px."""
    hips = keypoints[:, [KEYPOINT_INDEX['Left Hip'], KEYPOINT_INDEX['Right Hip']]].mean(1)
    return float(np.quantile(
        np.linalg.norm(keypoints[:, KEYPOINT_INDEX['Neck']] - hips, axis=-1), 0.9))


def spoil(keypoints: np.ndarray, noise: float, rng: np.random.Generator,
          fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints as an estimator might give them, and their scores.

    Each joint shakes from frame to frame and drifts over half a second, by ``noise`` lengths of
    the trunk each. In proportion to the noise, joints are lost for a while or land anywhere for a
    few frames, and left and right are exchanged for a few frames.

    Args:
        keypoints: (T, 24, 2) px.
        noise: Share of the length of the trunk.
        rng: Draws all of it.
        fps: Frames per second.
    """
    num_frames = len(keypoints)
    trunk = trunk_px(keypoints)
    spoilt = keypoints + noise * trunk * (
        rng.normal(size=keypoints.shape) + _drift(rng, keypoints.shape, fps))
    scores = np.full(keypoints.shape[:2], _SCORE)

    def events(per_minute: float, longest_sec: float) -> list[slice]:
        number = rng.poisson(per_minute * noise * num_frames / fps / 60)
        starts = rng.integers(0, num_frames, number)
        longest = max(1, round(longest_sec * fps))
        return [slice(start, start + int(rng.integers(1, longest + 1))) for start in starts]

    for part in events(400, 0.2):
        spoilt[part] = spoilt[part][:, FLIP_INDICES]
    for k in range(keypoints.shape[1]):
        for part in events(150, 0.13):
            spoilt[part, k] += rng.normal(0.0, 0.8 * trunk, 2)
        for part in events(100, 1.33):
            spoilt[part, k], scores[part, k] = np.nan, UNSEEN_SCORE
    return spoilt, scores


def _drift(rng: np.random.Generator, shape: tuple[int, ...], fps: float) -> np.ndarray:
    """Noise of unit variance that changes over about half a second."""
    knots = rng.normal(size=(int(shape[0] / fps * 2) + 2, *shape[1:]))
    position = np.arange(shape[0]) / fps * 2
    i, share = position.astype(int), (position % 1.0).reshape(-1, *[1] * (len(shape) - 1))
    mixed = (1 - share) * knots[i] + share * knots[i + 1]
    return mixed / np.sqrt((1 - share)**2 + share**2)
