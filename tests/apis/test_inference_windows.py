import numpy as np
import pytest

from fitness_mm.aihub.index import select_exercises
from fitness_mm.apis.networks.recogniser import WindowScores
from fitness_mm.apis.stages.pose import PoseResult
from fitness_mm.apis.stages.recognition import recognise
from fitness_mm.apis.stages.track import Track
from fitness_mm.apis.stages.windows import MOMENTS, KeptFrames, plan_windows
from fitness_mm.keypoints.box import Box
from fitness_mm.posture.calibration import PostureCalibration


def test_a_short_video_is_one_window():
    plan = plan_windows(4.0, 10.0, None)
    assert plan.step == pytest.approx(0.25)
    assert plan.time_of(0) == pytest.approx(0.125)
    assert plan.time_of(15) == pytest.approx(3.875)
    assert plan.windows(MOMENTS) == [range(16)]


def test_windows_share_their_moments_and_end_with_the_video():
    plan = plan_windows(21.5, 10.0, 5.0)
    assert plan.step == pytest.approx(0.625)
    # 34 moments fit; the stride is 8 of them
    assert plan.windows(34) == [range(0, 16), range(8, 24), range(16, 32), range(18, 34)]
    assert plan.windows(32) == [range(0, 16), range(8, 24), range(16, 32)]
    assert plan.windows(17) == [range(0, 16), range(1, 17)]


def test_fewer_moments_than_planned_are_one_window():
    assert plan_windows(10, 10, None).windows(5) == [range(5)]
    assert plan_windows(0, 10, None).windows(1) == [range(1)]


@pytest.mark.parametrize('there, asked', [(range(160), 19), (range(80), 10), ((), 19)])
def test_windows_in_which_nobody_is_say_nothing(there, asked):
    scores = np.full((160, 24), 0.1, np.float32)
    scores[list(there)] = 0.9
    track = Track(np.arange(160) / 1.6, np.zeros((160, 24, 2), np.float32), scores)
    box = Box(0, 0, 9, 9)
    poses = PoseResult(track, KeptFrames(list(range(160))), track.times, [box] * 160)
    windows = []

    def recogniser(given):
        windows.extend(given)
        for window in given:
            yield WindowScores(window.times, np.zeros(12, np.float32), None, None)

    recogniser.exercises = select_exercises('study')
    unknown = PostureCalibration.unknown([e.name for e in recogniser.exercises],
                                         [e.conditions for e in recogniser.exercises])
    recognise(poses, plan_windows(100, 10, None), (9, 9), recogniser, unknown, lambda *n: None)
    assert len(windows) == asked
