"""Which exercise the windows of a video show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fitness_mm.apis.networks.recogniser import PostureRecogniser, Window, WindowScores
from fitness_mm.keypoints.measures import shows_person
from fitness_mm.posture.calibration import PostureCalibration

from .by_repetition import windows_of_sets
from .judgement import Judgement, judge_exercise
from .pose import PoseResult
from .windows import WindowPlan

_SHOWN = 0.5  # share of a window's moments


@dataclass(frozen=True, eq=False)
class Recognition:
    """What the windows of a video show.

    Attributes:
        judged: What all of them say together.
        windows: Those that were taken for the exercise.
        scores: What the network says of these.
    """

    judged: Judgement
    windows: list[Window]
    scores: list[WindowScores]


def recognise(poses: PoseResult, plan: WindowPlan, size: tuple[int, int],
              recogniser: PostureRecogniser, calibration: PostureCalibration,
              progress: Callable[[int, int], None], given: int | None = None) -> Recognition:
    """Recognises the exercise in the windows of a plan.

    Args:
        poses: What the pass over the video left.
        plan: The windows.
        size: Width and height of the video in pixels.
        recogniser: The network.
        calibration: Of it.
        progress: Told the numbers of windows done and in all.
        given: The exercise's position among the network's, if the user has said it.
    """
    windows = [_window(poses, moments, size)
               for moments in _showing(poses, plan.windows(len(poses.kept.numbers)))]
    scores: list[WindowScores] = []
    for said in recogniser(windows):
        scores.append(said)
        progress(len(scores), len(windows))
    judged = judge_exercise(scores, recogniser.exercises, calibration, given)
    if given is None:
        showing = windows_of_sets(poses.track, judged, recogniser.exercises)
        if showing is not None:
            judged = judge_exercise(scores, recogniser.exercises, calibration, voting=showing)
    return Recognition(judged, [windows[i] for i in judged.agreeing],
                       [scores[i] for i in judged.agreeing])


def _showing(poses: PoseResult, windows: list[range]) -> list[Sequence[int]]:
    """Windows without the moments at which nobody is seen; those with few others are left out.

    Keypoints of a place where nobody is say anything. If nobody is seen at all, all windows stay.
    """
    shown = shows_person(poses.track.scores)
    kept = [[m for m in window if shown[poses.kept.numbers[m]]] for window in windows]
    return [some for some, window in zip(kept, windows, strict=True)
            if len(some) >= _SHOWN * len(window)] or windows


def _window(poses: PoseResult, moments: Sequence[int], size: tuple[int, int]) -> Window:
    first: dict[int, int] = {}  # several moments can share a frame
    for moment in moments:
        first.setdefault(poses.kept.numbers[moment], moment)
    numbers, track = list(first), poses.track
    box, *others = (poses.boxes[number] for number in numbers)
    return Window(track.times[numbers], track.keypoints[numbers], track.scores[numbers],
                  poses.kept.crops(list(first.values())), size, box.union(*others))
