"""Rows of clips that show their neighbours' types: recorded in order, but numbered one off.

A person does the types of an exercise one after the other, and the clips are numbered afterwards.
One recording too many or too few, and all that follow have the next type's label, until another
slip or the exercise's end. A single clip that a network judges against its label says little; that
ten in a row agree with the label of the clip before says all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fitness_mm.posture.calibration_fit import cross_fitted_logits
from fitness_mm.posture.records import PostureRecords

FARTHEST = 3
"""Types from the one that a clip is numbered as."""

SLIP_COST = 8.0
"""Of every recording too many or too few, in natural logarithms of likelihood: one in some thousand
clips."""


@dataclass(frozen=True)
class MisnumberedRun:
    """Clips of one person in a row that agree with the labels of types a little further on.

    Attributes:
        clips: Their names, by type.
        first_type: Of the first of them, as it is numbered.
        last_type: Of the last.
        shift: What to add for the type that they show.
        judgements: Number of their conditions that both types give.
        right: How many of those are judged as the clips are labelled.
        right_shifted: How many as the types are that they seem to show.
        gain: By how much the logarithm of the likelihood is higher, less the cost of the slips.
    """

    clips: tuple[str, ...]
    first_type: int
    last_type: int
    shift: int
    judgements: int
    right: int
    right_shifted: int
    gain: float


def misnumbered_runs(records: PostureRecords) -> list[MisnumberedRun]:
    """Finds such runs, by what a network says that has seen none of the people.

    Of every person's clips of an exercise and a day, in order of their types, the most probable
    shifts are found (Viterbi): each clip's judgements, calibrated with other people, are held
    against the truth of the types around its own.

    Args:
        records: Of clip-views or clips, whose names begin with the type.

    Returns:
        Those that are more probable than right numbers, the plainest first; none where clips have
        no types.
    """
    clips = records.fused_views() or records
    logits, types = cross_fitted_logits(clips), clips.type_number
    usable = np.flatnonzero((types > 0) & (clips.gt_conditions >= 0).any(1))
    usable = usable[np.argsort(types[usable], kind='stable')]
    truth = {int(types[row]): clips.gt_conditions[row] for row in usable}
    series = [(name.rpartition('/')[0], name.rpartition('/')[2].partition('-')[2], label)
              for name, label in zip(clips.clip[usable], clips.label[usable], strict=True)]
    rows_of: dict[tuple, list[int]] = {}
    for key, row in zip(series, usable, strict=True):
        rows_of.setdefault(key, []).append(row)
    runs = [run for rows in rows_of.values()
            for run in _runs_of(np.array(rows), clips, logits, types, truth)]
    return sorted(runs, key=lambda run: -run.gain)


def _runs_of(rows: np.ndarray, clips: PostureRecords, logits: np.ndarray, types: np.ndarray,
             truth: dict[int, np.ndarray]) -> Iterator[MisnumberedRun]:
    shifts = np.arange(-FARTHEST, FARTHEST + 1)
    likely = np.full((len(rows), len(shifts)), -np.inf)  # logarithms
    for i, row in enumerate(rows):
        own = clips.gt_conditions[row]
        for s, shift in enumerate(shifts):
            shown = truth.get(int(types[row] + shift))
            if shown is not None and ((shown >= 0) & (own >= 0)).any():
                likely[i, s] = _log_likelihood(logits[row, own >= 0], shown[own >= 0])
    path = _most_probable(likely)
    ends = np.flatnonzero(np.diff(path, prepend=-1, append=-1))
    for start, end in pairwise(ends):
        shift = int(shifts[path[start]])
        if shift:
            run = slice(start, end)
            before = shifts[path[start - 1]] if start else 0
            after = shifts[path[end]] if end < len(rows) else shift
            slips = abs(shift - before) + abs(shift - after)
            own = clips.gt_conditions[rows[run]]
            shown = np.stack([truth[int(types[row] + shift)] for row in rows[run]])
            both, kept = (own >= 0) & (shown >= 0), logits[rows[run]] > 0
            yield MisnumberedRun(
                tuple(clips.clip[rows[run]].tolist()), int(types[rows[start]]),
                int(types[rows[end - 1]]), shift, int(both.sum()),
                int((both & (kept == (own == 1))).sum()),
                int((both & (kept == (shown == 1))).sum()),
                float((likely[run, path[start]] - likely[run, FARTHEST]).sum()
                      - SLIP_COST * slips))


def _log_likelihood(logits: np.ndarray, truth: np.ndarray) -> float:
    """What is not known (-1) is as likely as not."""
    signed = logits * np.array([-1, 1, 0])[truth]
    return float(-np.logaddexp(0, -signed).sum())


def _most_probable(likely: np.ndarray) -> np.ndarray:
    """Column of every row on the best path through (N, S) from the middle column."""
    shift = np.arange(likely.shape[1])
    cost = SLIP_COST * abs(shift[:, None] - shift)
    best, came = -cost[FARTHEST] + likely[0], []
    for row in likely[1:]:
        steps = best[:, None] - cost
        came.append(steps.argmax(0))
        best = steps.max(0) + row
    path = [int(best.argmax())]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return np.array(path[::-1])
