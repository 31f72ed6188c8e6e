"""Counts against the truth: off-by-one accuracy, count errors, and when repetitions begin and end.

The measures are those of repetition counting in video (Dwibedi et al., *Counting Out Time*, 2020;
Hu et al., *TransRAC*, 2022): the share of videos whose count is off by at most one (OBO), and the
mean of |counted - true| / true (MAE).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.repetitions.counting import count_repetitions
from fitness_mm.tables import markdown_table

from .movements import FPS, Trial


@dataclass(frozen=True)
class Outcome:
    """What was counted in one trial.

    Attributes:
        exercise: English name.
        view: Camera letter.
        true: Number of repetitions.
        counted: Number of repetitions found.
        errors_sec: (N, 3) found minus true start, turn and stop, where the count is right; else
            (0, 3).
    """

    exercise: str
    view: str
    true: int
    counted: int
    errors_sec: np.ndarray

    @property
    def off(self) -> int:
        """By how many the count is wrong."""
        return abs(self.counted - self.true)


def judge(trial: Trial, named: bool) -> Outcome:
    """Counts the repetitions of a trial.

    Args:
        trial: The movement.
        named: Whether the counter is told the exercise.
    """
    exercise = trial.script.exercise
    found = count_repetitions(trial.keypoints, trial.scores, FPS, exercise if named else None)
    bounds = np.array([(rep.start, rep.turn, rep.stop) for rep in found]).reshape(-1, 3) / FPS
    same = len(bounds) == len(trial.bounds)
    errors = bounds - trial.bounds if same else np.empty((0, 3))
    return Outcome(exercise, trial.script.view, len(trial.bounds), len(found), errors)


def summary(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The measures over some trials.

    Trials without a repetition count for ``still_right`` alone, as the errors are relative.
    """
    moving = [outcome for outcome in outcomes if outcome.true]
    still = [outcome for outcome in outcomes if not outcome.true]
    off = np.array([outcome.off for outcome in moving])
    true = np.array([outcome.true for outcome in moving])
    errors = np.abs(np.concatenate([np.empty((0, 3)), *(o.errors_sec for o in moving)]))
    return {
        'trials': len(moving),
        'exact': _mean(off == 0),
        'obo': _mean(off <= 1),
        'mae': _mean(off / np.maximum(true, 1)),
        'off': _mean(off),
        'still': len(still),
        'still_right': _mean(np.array([outcome.counted == 0 for outcome in still])),
        **{f'{name}_sec': float(np.median(errors[:, i])) if len(errors) else float('nan')
           for i, name in enumerate(('start', 'turn', 'stop'))},
        'worst_sec': float(np.quantile(errors, 0.95)) if len(errors) else float('nan'),
    }


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float('nan')


_HEAD = ('trials', 'exact', 'OBO', 'MAE', 'off by')
_TIMES = ('start', 'turn', 'stop', 'worst')


def markdown(runs: dict[str, list[Outcome]]) -> str:
    """The tables of some runs, by the name of the run."""
    found = {name: summary(outcomes) for name, outcomes in runs.items()}
    everything = [outcome for outcomes in runs.values() for outcome in outcomes]
    return '\n\n'.join([
        markdown_table(['', *_HEAD, 'without one', 'of which 0'],
                       [[name, *_counts(f), str(f['still']), _share(f['still_right'])]
                        for name, f in found.items()]),
        'Median error of the moments in seconds, where the count is right:',
        markdown_table(['', *_TIMES[:3], '95 % within'],
                       [[name, *(f'{f[f"{key}_sec"]:.2f}' for key in _TIMES)]
                        for name, f in found.items()]),
        'All runs together:',
        _table('exercise', everything, lambda outcome: (
            f'{outcome.exercise} {exercise_by_name(outcome.exercise).name_ko}')),
        _table('view', everything, lambda outcome: outcome.view)]) + '\n'


def _table(what: str, outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> str:
    return markdown_table([what, *_HEAD], [
        [group, *_counts(summary([o for o in outcomes if key(o) == group]))]
        for group in dict.fromkeys(map(key, outcomes))])


def _counts(found: dict[str, float]) -> tuple[str, ...]:
    return (str(found['trials']), _share(found['exact']), _share(found['obo']),
            f'{found["mae"]:.3f}', f'{found["off"]:.2f}')


def _share(value: float) -> str:
    return '-' if np.isnan(value) else f'{value:.3f}'
