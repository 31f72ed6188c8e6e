import pytest

from fitness_mm.apis.errors import InferenceError
from fitness_mm.apis.stages.windows import MOMENTS, plan_windows


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


@pytest.mark.parametrize('window, stride, name', [(0, None, 'window'), (10, -1, 'stride')])
def test_lengths_have_to_be_positive(window, stride, name):
    with pytest.raises(InferenceError, match=f'{name} has to be positive'):
        plan_windows(10, window, stride)
