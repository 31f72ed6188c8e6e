"""Independent streams of random numbers, one for each thing that is drawn.

A clip draws the same numbers whichever process makes it, and in whatever order.
"""

from __future__ import annotations

import numpy as np

_PURPOSES = ('types', 'slots', 'defects', 'errors', 'body', 'look', 'clothes', 'day', 'station',
             'equipment', 'movement', 'faults', 'place', 'jitter', 'label error', 'images', 'tempo')


def stream(seed: int, purpose: str, *ids: int) -> np.random.Generator:
    """The stream for one purpose and thing, such as the body of performer 3."""
    return np.random.default_rng([seed, _PURPOSES.index(purpose), *ids])
