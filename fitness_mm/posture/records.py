"""What a posture network says about clip-views, as a file between testing and analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fitness_mm.aihub.disk.layout import clip_type
from fitness_mm.records import ClipViewRecord, RecordError, column


@dataclass(frozen=True, eq=False)
class PostureRecords(ClipViewRecord):
    """One row per clip-view, or per clip whose views were seen at once or fused; N rows, C
    exercises and the P conditions of all of them, one exercise after the other.

    Attributes:
        exercise_logits: float32 (N, C), uncalibrated.
        condition_logits: float32 (N, P), uncalibrated logits that the condition is kept.
        gt_conditions: int8 (N, P): 1 kept, 0 broken, -1 not to be judged in this row, as all
            conditions of other exercises.
        condition_names: Korean names of every exercise's conditions.
    """

    exercise_logits: np.ndarray = column(float, 'C')
    condition_logits: np.ndarray = column(float, 'P')
    gt_conditions: np.ndarray = column(np.int8, 'P')
    condition_names: tuple[tuple[str, ...], ...]

    what = 'record of posture judgement'
    source = ('FitnessPostureMetric leaves one when tools/train.py validates or tools/test.py '
              'tests, in the work directory')

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.exercise_logits.shape[1] != len(self.classes) or len(
                self.condition_names) != len(self.classes):
            raise RecordError(f'there are names of {len(self.classes)} exercises, conditions of '
                              f'{len(self.condition_names)} and exercise_logits of shape '
                              f'{self.exercise_logits.shape}')
        if self.gt_conditions.shape[1] != len(self.exercise_of_condition):
            raise RecordError(f'there are names of {len(self.exercise_of_condition)} conditions '
                              f'and gt_conditions of shape {self.gt_conditions.shape}')
        if not np.isin(self.gt_conditions, (-1, 0, 1)).all():
            raise RecordError('gt_conditions has other values than -1, 0 and 1')
        if (self.gt_conditions[self.exercise_of_condition != self.label[:, None]] >= 0).any():
            raise RecordError("a row has the truth of another exercise's condition")

    @property
    def predicted(self) -> np.ndarray:
        """Exercise with the highest logit, (N,)."""
        return self.exercise_logits.argmax(1)

    @property
    def type_number(self) -> np.ndarray:
        """Type of every row, (N,), as its clip's name says it; 0 where that is another data
        set's."""
        names, row = np.unique(self.clip, return_inverse=True)
        return np.array([clip_type(name) or 0 for name in names])[row]

    @property
    def exercise_of_condition(self) -> np.ndarray:
        """Class of every condition, (P,)."""
        return np.repeat(np.arange(len(self.condition_names)),
                         [len(names) for names in self.condition_names])

    @property
    def judged_right(self) -> np.ndarray:
        """Whether each condition is judged right at a probability of one half, bool (N, P); False
        where none is given."""
        return (self.gt_conditions >= 0) & (
            (self.condition_logits > 0) == (self.gt_conditions == 1))

    def fused_views(self) -> PostureRecords | None:
        """One row a clip: the mean of its views' logits. None where rows are clips already, clips
        have no names, or none has two views."""
        ordered = self.in_order()
        if self.whole_clips or (self.clip == '').any() or (
                len(np.unique(ordered.clip)) == len(ordered)):
            return None
        _, first, counts = np.unique(ordered.clip, return_index=True, return_counts=True)

        def mean(logits: np.ndarray) -> np.ndarray:
            return np.add.reduceat(logits, first, dtype=float) / counts[:, None]

        return replace(ordered.select(first), exercise_logits=mean(ordered.exercise_logits),
                       condition_logits=mean(ordered.condition_logits),
                       view=np.array(list(map(''.join, np.split(ordered.view, first[1:])))))
