"""Sets: what the windows say is done when, counted by a signal of its own; and condition logits of
each repetition, which say when a fault shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fitness_mm.aihub.catalog import OTHER_MOVEMENT, Exercise, families_of
from fitness_mm.apis.networks.recogniser import PostureRecogniser, Window, WindowScores
from fitness_mm.apis.result import Counted, PerformedSet, WindowResult
from fitness_mm.keypoints.box import Box
from fitness_mm.posture.naming import SURE
from fitness_mm.repetitions.counting import RepetitionSet, find_sets

from .judgement import VERY_SURE, Judgement, named_surely
from .track import Track
from .windows import MOMENTS

_SAID = 0.5  # share of the windows around a moment
# Repetitions of what is not surely the exercise, and of what alone says what is done.
_LEAST_UNSURE, _LEAST_ALONE = 3, 4


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


def sets_of(track: Track, judged: Judgement,
            exercises: Sequence[Exercise]) -> list[PerformedSet] | None:
    """All sets in the order of time, of the exercise that was judged and of others.

    Args:
        track: The person's keypoints.
        judged: What the windows say.
        exercises: The network's.

    Returns:
        None if the video is too short to count.
    """
    even = track.of_person().uniform()
    if len(even) < 3:
        return None
    found = []
    for exercise, doing in _doing(even.times, judged, exercises):
        sets = find_sets(even.keypoints, even.scores, even.fps, exercise.name, doing)
        found += [_performed(one, exercise, even) for one in sets]
    # One or two of something else are what somebody did on the way.
    sure = exercises[judged.exercise] if judged.sure else None
    found = [one for one in found
             if one.exercise == sure or len(one.repetitions) >= _LEAST_UNSURE]
    # What was said to be two things at a time is what more repetitions speak for.
    kept: list[PerformedSet] = []
    for one in sorted(found, key=lambda one: -len(one.repetitions)):
        if not any(one.start < other.stop and other.start < one.stop for other in kept):
            kept.append(one)
    return _numbered(sorted(kept, key=lambda one: one.start))


def windows_of_sets(track: Track, judged: Judgement,
                    exercises: Sequence[Exercise]) -> np.ndarray | None:
    """Which windows show the exercise with the most repetitions, bool (N,).

    It is for videos of which all windows together say nothing, or what is not done even once,
    because several exercises are done in turn: what some windows are very sure of, and is done
    several times, is an exercise.

    Returns:
        None if there is none, or if the exercise that was judged is done.
    """
    sets = sets_of(track, judged, exercises) or []
    if judged.sure and any(one.exercise == exercises[judged.exercise] for one in sets):
        return None
    done: dict[str, int] = {}
    for one in sets:
        if len(one.repetitions) >= _LEAST_ALONE:
            name = one.exercise.family.name
            done[name] = done.get(name, 0) + len(one.repetitions)
    if not done:
        return None
    most = max(done, key=lambda name: done[name])
    names = families_of([e.name for e in exercises])
    probabilities = judged.by_window[:, [name == most for name in names]].sum(1)
    return probabilities >= SURE if (probabilities >= VERY_SURE).any() else None


def _doing(times: np.ndarray, judged: Judgement,
           exercises: Sequence[Exercise]) -> list[tuple[Exercise, np.ndarray]]:
    """The exercises that are done, and at which of the times (T,)."""
    names = families_of([e.name for e in exercises])
    others = [name == OTHER_MOVEMENT.name for name in names]
    own = names[judged.exercise]
    probabilities = {name: judged.by_window[:, [n == name for n in names]].sum(1)
                     for name in dict.fromkeys(names) if name != OTHER_MOVEMENT.name}
    said = {name: p >= (SURE if name == own else VERY_SURE)
            for name, p in probabilities.items() if named_surely(p)}
    said = {name: windows for name, windows in said.items() if windows.any()}
    if judged.given:
        # Whoever names the exercise may know better than the network, but for what is none.
        none = judged.by_window[:, others].sum(1) >= SURE
        said = {own: ~none | none.all()}
        probabilities = {own: np.ones(len(none))}
    elif own not in said and not judged.other:
        said[own] = np.ones(len(judged.windows), bool)
    likely = {name: _around(times, judged.windows, probabilities[name]) for name in said}
    found = []
    for name, windows in said.items():
        best = np.max([likely[other] for other in said], 0)
        doing = (_around(times, judged.windows, windows) >= _SAID) & (likely[name] >= best)
        of_family = np.where([n == name for n in names], judged.by_window[windows].mean(0), -1)
        number = judged.exercise if name == own else int(of_family.argmax())
        found.append((exercises[number], doing))
    return found


def _around(times: np.ndarray, windows: Sequence[WindowResult], values: np.ndarray) -> np.ndarray:
    """(T,) the mean of what windows say (N,) that hold a moment, or of the nearest one."""
    starts, stops = (np.array([getattr(w, end) for w in windows]) for end in ('start', 'stop'))
    away = np.maximum(starts - times[:, None], times[:, None] - stops).clip(0)  # (T, N)
    nearest = away <= away.min(1, keepdims=True)
    return (nearest * values).sum(1) / nearest.sum(1)


def _performed(found: RepetitionSet, exercise: Exercise, even: Track) -> PerformedSet:
    begin = float(even.times[0])
    return PerformedSet(exercise, tuple(
        Counted(i, *(begin + float(frame) / even.fps for frame in (r.start, r.turn, r.stop)))
        for i, r in enumerate(found.repetitions, 1)), found.unfinished)


def _numbered(sets: Sequence[PerformedSet]) -> list[PerformedSet]:
    """Repetitions numbered through all sets of their exercise."""
    done: dict[str, int] = {}
    numbered = []
    for one in sets:
        before = done.get(one.exercise.name, 0)
        done[one.exercise.name] = before + len(one.repetitions)
        numbered.append(PerformedSet(one.exercise, tuple(
            Counted(before + r.number, r.start, r.turn, r.stop) for r in one.repetitions),
            one.unfinished))
    return numbered


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
