"""Features to points in the plane."""

from __future__ import annotations

import numpy as np
from sklearn.manifold import TSNE

from fitness_mm.errors import ArgumentError

from .options import SEED

FEWEST_POINTS = 5


def tsne_map(values: np.ndarray, seed: int = SEED, perplexity: float = 30.0) -> np.ndarray:
    """Two-dimensional t-SNE, the same every time for the same features.

    It is chaotic: features that differ in their last digit give another arrangement of the same
    neighbourhoods. So numbers about classes are taken from features, not from maps.

    Args:
        values: Features, shape (N, C).
        seed: For scikit-learn; the original study's by default.
        perplexity: About how many neighbours a point keeps; lowered to (N - 1) / 3 for few points.

    Returns:
        Points, float32 (N, 2). Their axes and units have no meaning.

    Raises:
        ArgumentError: If there are too few points.
    """
    if len(values) < FEWEST_POINTS:
        raise ArgumentError(f't-SNE needs at least {FEWEST_POINTS} clips, but got {len(values)}; '
                            'ask for more classes, views or clips per class')
    tsne = TSNE(n_components=2, perplexity=min(perplexity, (len(values) - 1) / 3), init='pca',
                learning_rate='auto', random_state=seed)
    return tsne.fit_transform(np.asarray(values, np.float32))
