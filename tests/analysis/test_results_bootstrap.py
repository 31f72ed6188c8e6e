import numpy as np
import pytest

from fitness_mm.analysis.study.bootstrap import paired_difference


def study(performers: int, clips_each: int, views: int = 1):
    """Clip and performer of every clip-view."""
    clip = np.repeat(np.arange(performers * clips_each), views)
    return clip.astype(str), clip // clips_each


def test_the_value_is_the_difference_of_the_accuracies():
    clips, performers = study(6, 2)
    first = np.array([1, 1, 1, 0] * 3, bool)
    second = np.array([1, 0, 0, 0] * 3, bool)
    d = paired_difference(first, second, clips, performers)
    assert d.value == pytest.approx(0.5)
    assert d.low < 0.5 < d.high
    assert (d.resampled, d.performers) == ('performers', 6)


def test_equal_models_differ_by_nothing_however_often_they_are_wrong():
    clips, performers = study(6, 5)
    right = np.arange(30) % 3 == 0
    d = paired_difference(right, right, clips, performers)
    assert (d.value, d.low, d.high) == (0, 0, 0)


def test_views_of_a_clip_stay_together():
    # 40 clips, the first model better on half of them: about +-1.96 * sqrt(.25 / 40). Taken as
    # independent, ten views of each would make the interval sqrt(10) times narrower.
    clips, performers = study(1, 40, views=10)
    first = np.repeat(np.arange(40) % 2 == 0, 10)
    d = paired_difference(first, np.zeros(400, bool), clips, performers)
    assert d.high - d.low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 40), rel=0.12)


def test_performers_are_drawn_as_a_whole():
    # All clips of a performer agree, so ten performers are ten observations.
    clips, performers = study(10, 20)
    first = performers % 2 == 0
    d = paired_difference(first, np.zeros(200, bool), clips, performers)
    assert d.high - d.low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 10), rel=0.12)


def test_with_few_performers_only_clips_are_drawn():
    clips, performers = study(2, 20)
    d = paired_difference(performers == 0, np.zeros(40, bool), clips, performers)
    # two performers would give an interval from 0 to 1
    assert (d.resampled, d.performers) == ('clips', 2)
    assert d.high - d.low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 40), rel=0.12)


def test_a_seed_makes_it_repeatable():
    clips, performers = study(7, 3)
    first, second = (np.random.default_rng(i).random(21) < 0.6 for i in (0, 1))
    assert paired_difference(first, second, clips, performers) == paired_difference(
        first, second, clips, performers)


def test_nothing_to_compare():
    with pytest.raises(ValueError, match='no clip-views'):
        paired_difference(*[np.zeros(0)] * 4)
