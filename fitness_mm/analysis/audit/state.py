"""Everything an audit finds, and how it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fitness_mm.aihub.catalog import MOVEMENTS
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.errors import FitnessError

from .checks.suspicious import CHECKS, MEANINGS, Suspicions, find_suspicious
from .counts import (
    Amount,
    ConditionCount,
    amounts,
    condition_counts,
    exercise_names,
    histogram,
    incomplete_rows,
    visible_shares,
)
from .folders import FolderComparison, compare_folders
from .rejects import Reject, read_rejects


@dataclass(frozen=True, eq=False)
class DataState:
    """The state of a data set.

    Attributes:
        index: The index.
        amounts: What is counted by -> groups.
        rejects: What prepare.py left out or noticed, None if its report cannot be read.
        rejects_error: Why not.
        days_without_labels: Days with images and no usable label.
        visible: Share of frames in which a keypoint is visible, (K, V).
        frames_per_clip_view: Number of labelled frames -> clip-views.
        images_per_clip_view: Number of images -> clip-views.
        incomplete: Rows with fewer images than another view of their clip.
        condition_counts: Conditions by exercise.
        folders: The tree against the index.
        suspicions: Scores of all labelled frames.
    """

    index: FitnessIndex
    amounts: dict[str, list[Amount]]
    rejects: list[Reject] | None
    rejects_error: str
    days_without_labels: list[str]
    visible: np.ndarray
    frames_per_clip_view: dict[int, int]
    images_per_clip_view: dict[int, int]
    incomplete: np.ndarray
    condition_counts: list[ConditionCount]
    folders: FolderComparison
    suspicions: Suspicions

    def suspicious_shares(self) -> dict[str, np.ndarray]:
        """Exercise -> share of its labelled frames that each check flags, (C,)."""
        exercise = self.index.exercise[self.suspicions.row]
        flagged = self.suspicions.flagged
        return {MOVEMENTS[e].name: flagged[exercise == e].mean(axis=0)
                for e in np.unique(exercise).tolist()}

    def num_suspicious(self) -> tuple[int, int]:
        """Number of suspicious labelled frames, and of the clip-views that they are in."""
        rows = self.suspicions.row[self.suspicions.suspicious]
        return len(rows), len(np.unique(rows))

    def checks(self) -> list[tuple[str, int, int, str]]:
        """Of every check its name, the frames it flags, those it cannot check, and its meaning."""
        found = self.suspicions
        return [(name, int(flagged.sum()), int((~checked).sum()), MEANINGS[name])
                for name, flagged, checked in zip(CHECKS, found.flagged.T, found.checked.T,
                                                  strict=True)]

    def worst(self, count: int) -> list[tuple[str, int, np.ndarray, str]]:
        """The worst frame of each clip-view: clip-view, image number, scores (C,), exercise."""
        found = self.suspicions
        frames = found.first_of_each_clip_view(found.ranked())[:count]
        return [(self.index.clip_view_id(row), int(found.frame_number[frame]),
                 found.scores[frame], exercise_names(MOVEMENTS[int(self.index.exercise[row])]))
                for frame, row in zip(frames.tolist(), found.row[frames].tolist(), strict=True)]

    def conditions_by_exercise(self) -> dict[str, list[ConditionCount]]:
        """The exercise in both languages -> its conditions."""
        groups: dict[str, list[ConditionCount]] = {}
        for count in self.condition_counts:
            groups.setdefault(exercise_names(count.exercise), []).append(count)
        return groups

    def examples(self, count: int) -> dict[str, np.ndarray]:
        """Check -> the frames with the highest scores, one of each clip-view."""
        found = self.suspicions
        chosen = {}
        for c, name in enumerate(CHECKS):
            frames = np.flatnonzero(found.flagged[:, c])
            frames = frames[np.argsort(-found.scores[frames, c], kind='stable')]
            chosen[name] = found.first_of_each_clip_view(frames)[:count]
        return chosen


def inspect(root: str | Path, workers: int = 1,
            on_progress: Callable[[int, int], None] | None = None) -> DataState:
    """Looks at a prepared data root. Nothing in it is changed.

    Args:
        root: The data root.
        workers: Threads for the checks of labels.
        on_progress: Called with the numbers of labelled frames checked and in all.

    Raises:
        IndexFileError: If the root was not prepared, or its index is damaged.
        LayoutError: If the root has neither training/ nor validation/.
    """
    index = FitnessIndex.read(root)
    rejects, days, error = None, [], ''
    try:
        rejects, days = read_rejects(root)
    except FitnessError as problem:
        error = str(problem)
    return DataState(
        index, amounts(index), rejects, error, days, visible_shares(index),
        histogram(index.num_frames), histogram(index.column('num_images')), incomplete_rows(index),
        condition_counts(index), compare_folders(index),
        find_suspicious(index, workers, on_progress))
