"""From the names of clip-views to rows of the index."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fitness_mm.aihub.index import FitnessIndex


def rows_of_clip_views(index: FitnessIndex, clip_views: Iterable[str]) -> dict[str, int]:
    """Row of each named clip-view, without those that the index does not have.

    Args:
        index: The index.
        clip_views: Names as :meth:`~fitness_mm.aihub.index.index.FitnessIndex.clip_view_id` has
        them.
    """
    names = np.char.add(np.char.add(index.clip, '_'), index.view)
    found = np.flatnonzero(np.isin(names, list(clip_views)))
    return {str(names[row]): int(row) for row in found}
