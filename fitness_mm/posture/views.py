"""From which side a person is seen, by the pose alone."""

from __future__ import annotations

import numpy as np

from fitness_mm.keypoints.quantiles import nan_quantile

from .angles import Body, length

FRONT, OBLIQUE, SIDE = VIEWS = 'front', 'oblique', 'side'
"""Seen from before or behind, from in between, and from the side."""

BORDERS_DEG = (22.5, 67.5)
"""Azimuths between :data:`VIEWS`."""

_WIDTH = 0.52
"""Of shoulders and hips, on average, in trunk lengths. With it, the azimuths of the five cameras of
7,500 real clip-views, 133, 36, 0, 41 and 134 degrees, come out, turned to the front, as 43, 36, 11,
40 and 41 in the median."""


def azimuth_deg(body: Body, moments: np.ndarray | None = None) -> np.ndarray:
    """How far the camera is from straight before or behind the person, 0 to 90 degrees, (N,): a
    body looks the narrower the more it is seen from the side.

    Args:
        body: Of a picture.
        moments: To look at, bool (T,); all if None.

    Returns:
        NaN where shoulders or hips are not seen.
    """
    across = body.across if moments is None else body.across[:, moments]
    width = nan_quantile(length(across), 0.5, 1)[:, 0] / body.trunk[:, 0]
    return np.degrees(np.arccos(np.clip(width / _WIDTH, 0, 1)))


def view_of(azimuth: float) -> str | None:
    """One of :data:`VIEWS`; None if the azimuth is not known."""
    return None if np.isnan(azimuth) else VIEWS[np.searchsorted(BORDERS_DEG, azimuth)]
