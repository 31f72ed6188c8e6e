"""Condition logits of single repetitions, which say when a fault shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fitness_mm.apis.networks.recogniser import PostureRecogniser, Window, WindowScores
from fitness_mm.apis.result import Counted
from fitness_mm.apis.video.crops import framing_of

from .track import Track
from .windows import MOMENTS


def repetition_windows(track: Track, repetitions: Sequence[Counted], box: np.ndarray,
                       size: tuple[int, int]) -> list[Window]:
    """A window over each repetition, of keypoints only: these are known at any moment.

    Args:
        track: The person's keypoints.
        repetitions: Of the person.
        box: The person's box in pixels of the video, (4,).
        size: Width and height of the video in pixels.
    """
    windows = []
    for repetition in repetitions:
        span = repetition.stop - repetition.start
        moments = track.at(repetition.start + span * (np.arange(MOMENTS) + 0.5) / MOMENTS)
        windows.append(Window(moments.times, moments.keypoints, moments.scores, (), size,
                              framing_of(box, size)))
    return windows


def repetition_logits(recogniser: PostureRecogniser, scores: Sequence[WindowScores],
                      repetitions: Sequence[Counted],
                      windows: Sequence[Window]) -> np.ndarray | None:
    """Condition logits of each repetition, (R, P); NaN where nothing is known.

    Of a network with logits by frame, the mean of the frames in the repetition; of one that sees
    only keypoints, those of the repetition's own window; else None.
    """
    if not repetitions or scores[0].conditions is None:
        return None
    if all(s.frame_conditions is not None for s in scores):
        times = np.concatenate([s.times for s in scores])
        logits = np.concatenate([s.frame_conditions for s in scores])  # (M, P)
        found = np.full((len(repetitions), logits.shape[1]), np.nan)
        for i, repetition in enumerate(repetitions):
            inside = (times >= repetition.start) & (times <= repetition.stop)
            if inside.any():
                found[i] = logits[inside].mean(0)
        return found
    if recogniser.needs_pixels:
        return None
    return np.stack([s.conditions for s in recogniser(windows)])
