"""Features to points in the plane."""

from __future__ import annotations

import numpy as np
from sklearn.manifold import TSNE

from .options import SEED

FEWEST_POINTS = 5


def tsne_map(values: np.ndarray, seed: int = SEED, perplexity: float = 30.0) -> np.ndarray:
    """Two-dimensional t-SNE, the same every time for the same features.

    It is chaotic: features that differ in their last digit give another arrangement of the same
    neighbourhoods. So numbers about classes are taken from features, not from maps.

    Args:
        values: Features, shape (N, C), N at least :data:`FEWEST_POINTS`.
        seed: For scikit-learn; the original study's by default.
        perplexity: About how many neighbours a point keeps; lowered to (N - 1) / 3 for few points.

    Returns:
        Points, float32 (N, 2). Their axes and units have no meaning.
    """
    tsne = TSNE(n_components=2, perplexity=min(perplexity, (len(values) - 1) / 3), init='pca',
                learning_rate='auto', random_state=seed)
    return tsne.fit_transform(np.asarray(values, np.float32))
