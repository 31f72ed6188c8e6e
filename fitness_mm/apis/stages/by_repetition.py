"""Repetitions, and condition logits of each one, which say when a fault shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fitness_mm.apis.networks.recogniser import PostureRecogniser, Window, WindowScores
from fitness_mm.apis.result import Counted, PerformedSet
from fitness_mm.keypoints.box import Box

from .judgement import Judgement
from .sets import sets_of
from .track import Track
from .windows import MOMENTS


@dataclass(frozen=True, eq=False)
class Repetitions:
    """The repetitions of a video.

    Attributes:
        counted: Those of the exercise, in order; None if the video is too short to count.
        windows: One over each, of keypoints only: these are known at any moment.
        logits: Of the conditions, (R, P); NaN where nothing is known, None if nothing is at all.
        sets: Of this and other exercises.
    """

    counted: list[Counted] | None
    windows: list[Window]
    logits: np.ndarray | None
    sets: list[PerformedSet] = field(default_factory=list)


def find_repetitions(track: Track, judged: Judgement, box: Box, size: tuple[int, int],
                     recogniser: PostureRecogniser,
                     scores: Sequence[WindowScores]) -> Repetitions:
    """Counts repetitions and looks at each of the exercise that was judged.

    Args:
        track: The person's keypoints.
        judged: What the windows say.
        box: The person's box in pixels of the video.
        size: Width and height of the video in pixels.
        recogniser: The network.
        scores: What it says of the windows that show the exercise.
    """
    sets = sets_of(track, judged, recogniser.exercises)
    exercise = recogniser.exercises[judged.exercise]
    counted = None if sets is None else [
        repetition for one in sets if one.exercise == exercise for repetition in one.repetitions]
    windows = repetition_windows(track, counted or (), box, size)
    return Repetitions(counted, windows,
                       repetition_logits(recogniser, scores, counted or (), windows), sets or [])


def repetition_windows(track: Track, repetitions: Sequence[Counted], box: Box,
                       size: tuple[int, int]) -> list[Window]:
    """A window over each repetition, of keypoints only."""
    windows = []
    for repetition in repetitions:
        span = repetition.stop - repetition.start
        moments = track.at(repetition.start + span * (np.arange(MOMENTS) + 0.5) / MOMENTS)
        windows.append(Window(moments.times, moments.keypoints, moments.scores, (), size, box))
    return windows


def repetition_logits(recogniser: PostureRecogniser, scores: Sequence[WindowScores],
                      repetitions: Sequence[Counted],
                      windows: Sequence[Window]) -> np.ndarray | None:
    """Condition logits of each repetition, (R, P); see :class:`Repetitions`.

    Of a network with logits by frame, the mean of the frames in the repetition; of one that sees
    only keypoints, those of the repetition's own window; else None.
    """
    if not repetitions or scores[0].condition_logits is None:
        return None
    if all(s.frame_condition_logits is not None for s in scores):
        times = np.concatenate([s.times for s in scores])
        logits = np.concatenate([s.frame_condition_logits for s in scores])  # (M, P)
        inside = [(times >= r.start) & (times <= r.stop) for r in repetitions]
        nothing = np.full(logits.shape[1], np.nan)
        return np.stack([logits[i].mean(0) if i.any() else nothing for i in inside])
    if recogniser.facts.loads_frames:
        return None
    return np.stack([s.condition_logits for s in recogniser(windows)])
