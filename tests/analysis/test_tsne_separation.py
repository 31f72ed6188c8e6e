import numpy as np
import pytest

from fitness_mm.analysis.features.separation import knn_purity, linear_probe, separation, silhouette


def test_silhouette_of_four_points_on_a_line():
    # 0 and 1 against 10 and 11. From 0: a = 1, b = 10.5; from 1: a = 1, b = 9.5; symmetric.
    values = np.array([[0.0], [1.0], [10.0], [11.0]])
    expected = ((10.5 - 1) / 10.5 + (9.5 - 1) / 9.5) / 2
    assert silhouette(values, np.array([0, 0, 1, 1])) == pytest.approx(expected)


@pytest.mark.parametrize('labels', [[0, 0, 0, 0], [0, 1, 2, 3]])
def test_silhouette_is_undefined(labels):
    assert silhouette(np.arange(4.0)[:, None], np.array(labels)) is None


def test_purity_leaves_the_other_views_of_a_clip_out():
    # Clips a and b are of class 0, c and d of class 1, each with two views next to each other.
    # b lies at c, so the nearest of b that is not b is of the wrong class.
    values = np.array([[0.0], [0.1], [5.0], [5.1], [5.3], [5.4], [20.0], [20.1]])
    clips = np.array(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'])
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    # nearest of others: a -> b, b (right); b -> c, c (wrong); c -> b, b (wrong); d -> c, c (right)
    assert knn_purity(values, labels, clips) == pytest.approx(0.5)
    # clips unknown: everyone's nearest is the other view, right for all
    assert knn_purity(values, labels, np.full(8, ''), neighbours=1) == 1


def test_purity_reaches_one_with_few_clips_and_is_undefined_with_one_a_class():
    values = np.array([[0.0], [1.0], [50.0], [51.0]])
    labels = np.array([0, 0, 1, 1])
    assert knn_purity(values, labels, np.array(['a', 'b', 'c', 'd'])) == 1
    assert knn_purity(values, labels, np.array(['a', 'a', 'c', 'c'])) is None


def test_probe_is_tried_on_other_performers():
    # Within a performer the classes are apart, but 1 does it the other way round than 0.
    values = np.array([[-1.0], [-1.1], [1.0], [1.1], [1.0], [1.1], [-1.0], [-1.1]])
    labels = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    performers = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    assert linear_probe(values, labels, performers) == 0
    same = np.concatenate([values[:4], values[:4]])
    assert linear_probe(same, labels, performers) == 1


@pytest.mark.parametrize('performers', [[7] * 4, [-1, -1, 7, 8]])
def test_probe_needs_two_known_performers(performers):
    values = np.arange(4.0)[:, None]
    assert linear_probe(values, np.array([0, 0, 1, 1]), np.array(performers)) is None


def test_a_performer_with_one_class_teaches_nothing():
    values = np.arange(4.0)[:, None]
    assert linear_probe(values, np.array([0, 0, 0, 1]), np.array([1, 1, 2, 2])) is None


def test_summary_counts_known_performers():
    apart = separation(np.arange(4.0)[:, None], np.array([0, 0, 1, 1]), np.full(4, ''),
                       np.array([-1, 3, 4, 4]))
    assert (apart['samples'], apart['performers'], apart['linear_probe']) == (4, 2, None)
