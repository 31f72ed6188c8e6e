"""All checks of the labels on a whole index."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.analysis.audit.blocks import ClipBlock, clip_blocks

from .agreement import agreement_scores
from .limbs import limb_scores
from .place import place_scores
from .sides import side_scores

CHECKS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    'limbs': limb_scores,
    'place': place_scores,
    'sides': side_scores,
    'views': agreement_scores,
}
"""Name -> function of keypoints (N, V, T, K, 2) and visibility to scores (N, V, T)."""

MEANINGS = {
    'limbs': "limb lengths unlike the clip-view's median",
    'place': "outside the clip-view's usual box, or of another size",
    'sides': 'the other views say that left and right are swapped',
    'views': 'the other views of the moment agree with each other, not with this one',
}


@dataclass(frozen=True, eq=False)
class Suspicions:
    """Scores of all S labelled frames of an index, in its order.

    Attributes:
        row: Row of each frame in the index, int32 (S,).
        frame_number: Image number, int16 (S,).
        scores: float32 (S, C), a column a check of :data:`CHECKS`, 1 at the threshold; 0 where a
            check has nothing to go by.
        checked: bool (S, C): where it has.
    """

    row: np.ndarray
    frame_number: np.ndarray
    scores: np.ndarray
    checked: np.ndarray

    @property
    def flagged(self) -> np.ndarray:
        """bool (S, C): at or beyond the threshold."""
        return self.scores >= 1

    @property
    def suspicious(self) -> np.ndarray:
        """bool (S,): flagged by any check."""
        return self.flagged.any(axis=1)

    def ranked(self) -> np.ndarray:
        """Suspicious frames, those flagged by most checks and then of the highest score first."""
        frames = np.flatnonzero(self.suspicious)
        return frames[np.lexsort((frames, -self.scores[frames].max(axis=1, initial=0),
                                  -self.flagged[frames].sum(axis=1)))]

    def first_of_each_clip_view(self, frames: np.ndarray) -> np.ndarray:
        """Of some frames the first one of every clip-view: its frames resemble each other."""
        _, first = np.unique(self.row[frames], return_index=True)
        return frames[np.sort(first)]


def find_suspicious(index: FitnessIndex, workers: int = 1,
                    on_progress: Callable[[int, int], None] | None = None) -> Suspicions:
    """Runs every check on every labelled frame.

    Args:
        index: The index.
        workers: Threads; each takes about 50 MB.
        on_progress: Called with the numbers of frames done and in all, first with 0.
    """
    counts = index.num_frames
    total = int(counts.sum())
    scores = np.zeros((total, len(CHECKS)), np.float32)
    checked = np.zeros((total, len(CHECKS)), bool)
    numbers = np.zeros(total, np.int16)
    done = 0
    if on_progress:
        on_progress(done, total)
    with ThreadPoolExecutor(workers) as threads:
        for block, found in _lookahead(threads, _check, clip_blocks(index), 2 * workers):
            labelled = block.frame >= 0
            frames = block.frame[labelled]
            found = found[labelled]  # (frames, C)
            numbers[frames] = block.number[labelled]
            checked[frames] = ~np.isnan(found)
            scores[frames] = np.nan_to_num(found, nan=0.0)
            done += len(frames)
            if on_progress:
                on_progress(done, total)
    return Suspicions(np.repeat(np.arange(len(index), dtype=np.int32), counts),
                      numbers, scores, checked)


def _check(block: ClipBlock) -> np.ndarray:
    """float32 (N, V, T, C)."""
    return np.stack([check(block.keypoints, block.visible) for check in CHECKS.values()], axis=-1)


def _lookahead(threads: ThreadPoolExecutor, function: Callable[[ClipBlock], np.ndarray],
               blocks: Iterable[ClipBlock],
               most: int) -> Iterator[tuple[ClipBlock, np.ndarray]]:
    """Blocks and results in order, with no more than so many blocks in memory."""
    pending: deque[tuple[ClipBlock, Future[np.ndarray]]] = deque()
    for block in blocks:
        pending.append((block, threads.submit(function, block)))
        if len(pending) >= most:
            first, result = pending.popleft()
            yield first, result.result()
    for first, result in pending:
        yield first, result.result()


def exclusions(index: FitnessIndex, suspicions: Suspicions) -> dict[str, list[int]]:
    """Clip-view to the image numbers of its suspicious frames, both sorted: what
    :func:`~fitness_mm.aihub.index.exclusions.read_exclusions` reads."""
    excluded: dict[str, list[int]] = {}
    for frame in np.flatnonzero(suspicions.suspicious):
        name = index.clip_view_id(int(suspicions.row[frame]))
        excluded.setdefault(name, []).append(int(suspicions.frame_number[frame]))
    return {name: sorted(excluded[name]) for name in sorted(excluded)}
