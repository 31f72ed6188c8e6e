"""How well classes lie apart in a feature space, as numbers."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import silhouette_score
from sklearn.model_selection import GroupKFold
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# The silhouette compares every clip with every other.
_MOST_CLIPS = 5000


def separation(values: np.ndarray, labels: np.ndarray, clips: np.ndarray,
               performers: np.ndarray) -> dict:
    """Silhouette, k-NN purity and linear-probe accuracy of features.

    Args:
        values: Features, shape (N, C).
        labels: Class of every clip-view, (N,).
        clips: Clip of every clip-view, (N,); '' if unknown.
        performers: Performer of every clip-view, int (N,); -1 if unknown.

    Returns:
        JSON-ready: ``samples``, ``performers`` and the three numbers, None where they are not
        defined.
    """
    known = performers[performers >= 0]
    return {
        'samples': len(labels),
        'performers': len(np.unique(known)),
        'silhouette': silhouette(values, labels),
        'knn_purity': knn_purity(values, labels, clips),
        'linear_probe': linear_probe(values, labels, performers),
    }


def silhouette(values: np.ndarray, labels: np.ndarray) -> float | None:
    """Mean silhouette: from -1 over 0, clusters on top of each other, to 1, far apart.

    Euclidean, in the feature space and not in a map of it. None with fewer than two classes, or
    if every clip is a class of its own.
    """
    if not 2 <= len(np.unique(labels)) < len(labels):
        return None
    return float(silhouette_score(values, labels, sample_size=min(len(labels), _MOST_CLIPS),
                                  random_state=0))


def knn_purity(values: np.ndarray, labels: np.ndarray, clips: np.ndarray,
               neighbours: int = 10) -> float | None:
    """Share of a clip-view's nearest neighbours that are of its class, on average.

    Other views of the same clip do not count as neighbours: they show the same movement, and
    always lie near. A clip-view with fewer others of its class is given as many neighbours as
    there are, so that 1 can always be reached. None if no clip-view has another of its class.

    Args:
        values: Features, shape (N, C).
        labels: Class of every clip-view, (N,).
        clips: Clip of every clip-view, (N,); one that is '' is a clip of its own.
        neighbours: How many neighbours to look at, if there are so many.
    """
    n = len(labels)
    names, codes = np.unique(clips, return_inverse=True)
    codes = np.where(clips == '', len(names) + np.arange(n), codes)
    _, clip_of, views = np.unique(codes, return_inverse=True, return_counts=True)
    _, class_of, class_sizes = np.unique(labels, return_inverse=True, return_counts=True)
    # A clip shows one exercise.
    wanted = np.minimum(neighbours, class_sizes[class_of] - views[clip_of])  # (N,)
    counted = wanted > 0
    if not counted.any():
        return None
    # Nearest first, the same clip among them; enough of them are of other clips.
    near = NearestNeighbors(n_neighbors=int(min(n, wanted.max() + views.max()))).fit(
        values).kneighbors(values, return_distance=False)
    same_clip = clip_of[near] == clip_of[:, None]
    near = np.take_along_axis(near, np.argsort(same_clip, axis=1, kind='stable'), axis=1)
    looked_at = np.arange(near.shape[1]) < wanted[:, None]
    same_class = (labels[near] == labels[:, None]) & looked_at
    return float((same_class.sum(1)[counted] / wanted[counted]).mean())


def linear_probe(values: np.ndarray, labels: np.ndarray, performers: np.ndarray,
                 folds: int = 5) -> float | None:
    """Accuracy of a logistic regression on performers that it has not been fitted to.

    Grouped cross-validation: every performer is held out once. None if fewer than two performers
    are known, or a part without one of them has a single class.
    """
    groups = len(np.unique(performers))
    if groups < 2 or (performers < 0).any():
        return None
    correct = np.zeros(len(labels), bool)
    for fit, held_out in GroupKFold(min(folds, groups)).split(values, labels, performers):
        if len(np.unique(labels[fit])) < 2:
            return None
        probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        with warnings.catch_warnings():
            # Features that a line separates have no best line; the found one is good enough.
            warnings.simplefilter('ignore', ConvergenceWarning)
            probe.fit(values[fit], labels[fit])
        correct[held_out] = probe.predict(values[held_out]) == labels[held_out]
    return float(correct.mean())
