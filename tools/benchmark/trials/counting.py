"""Counts against the truth: how often they are exact, and when repetitions begin and end.

Besides, the measures of repetition counting in video (Dwibedi et al., *Counting Out Time*, 2020;
Hu et al., *TransRAC*, 2022): the share of videos whose count is off by at most one (OBO), and the
mean of |counted - true| / true (MAE).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.repetitions.counting import find_sets
from fitness_mm.tables import markdown_table

from .sessions import FPS, Session


@dataclass(frozen=True)
class Outcome:
    """What was counted in one session.

    Attributes:
        case: Of the session.
        exercise: English name.
        view: Camera letter, or where cameras stand anywhere.
        true: Number of repetitions.
        counted: Number of repetitions found.
        sets_right: Whether there are as many sets as there should be.
        errors_sec: (N, 3) found minus true start, turn and stop, where the count is right; else
            (0, 3).
    """

    case: str
    exercise: str
    view: str
    true: int
    counted: int
    sets_right: bool
    errors_sec: np.ndarray

    @property
    def off(self) -> int:
        """By how many the count is wrong."""
        return abs(self.counted - self.true)


def judge(session: Session, windows: bool) -> Outcome:
    """Counts the repetitions of a session.

    Args:
        session: The movements.
        windows: Whether a recogniser that is always right says when an exercise is done; else the
            exercise is all that is known. Of several exercises each is counted.
    """
    truth, found, sets = session.bounds, [], 0
    for exercise in dict.fromkeys(name for name, _ in session.sets) or [session.exercise]:
        for one in find_sets(session.keypoints, session.scores, FPS, exercise,
                             session.doing(exercise) if windows else None):
            found += [(rep.start, rep.turn, rep.stop) for rep in one.repetitions]
            sets += 1
    bounds = np.sort(np.array(found).reshape(-1, 3) / FPS, 0)
    errors = bounds - truth if len(bounds) == len(truth) else np.empty((0, 3))
    return Outcome(session.case, session.exercise, session.view, len(truth), len(bounds),
                   sets == sum(len(one) > 0 for _, one in session.sets), errors)


def summary(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The measures over some sessions; MAE and moments only of those with repetitions."""
    off = np.array([outcome.off for outcome in outcomes])
    true = np.array([outcome.true for outcome in outcomes])
    errors = np.abs(np.concatenate([np.empty((0, 3)), *(o.errors_sec for o in outcomes)]))
    return {
        'sessions': len(outcomes),
        'exact': _mean(off == 0),
        'obo': _mean(off <= 1),
        'mae': _mean((off / np.maximum(true, 1))[true > 0]),
        'sets': _mean(np.array([outcome.sets_right for outcome in outcomes])),
        **{f'{name}_sec': float(np.median(errors[:, i])) if len(errors) else float('nan')
           for i, name in enumerate(('start', 'turn', 'stop'))},
        'worst_sec': float(np.quantile(errors, 0.95)) if len(errors) else float('nan'),
    }


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float('nan')


_HEAD = ('sessions', 'exact', 'OBO', 'MAE', 'sets right')
_TIMES = ('start', 'turn', 'stop', 'worst')


def markdown(runs: dict[str, list[Outcome]]) -> str:
    """The tables of some runs, by the name of the run."""
    everything = [outcome for outcomes in runs.values() for outcome in outcomes]
    cases = list(dict.fromkeys(outcome.case for outcome in everything))
    return '\n\n'.join([
        'Share of the sessions that are counted exactly:',
        markdown_table(['', 'sessions', *runs], [
            [case, str(max(len(_of(outcomes, case)) for outcomes in runs.values())),
             *(_share(summary(_of(outcomes, case))['exact']) for outcomes in runs.values())]
            for case in cases]),
        'Of all sessions:',
        markdown_table(['', *_HEAD], [[name, *_counts(summary(outcomes))]
                                      for name, outcomes in runs.items()]),
        'Median error of the moments in seconds, where the count is right:',
        markdown_table(['', *_TIMES[:3], '95 % within'], [
            [name, *(f'{summary(outcomes)[f"{key}_sec"]:.2f}' for key in _TIMES)]
            for name, outcomes in runs.items()]),
        'All runs together:',
        _table('exercise', everything, lambda outcome: (
            f'{outcome.exercise} {exercise_by_name(outcome.exercise).name_ko}')),
        _table('view', everything, lambda outcome: outcome.view)]) + '\n'


def _of(outcomes: Sequence[Outcome], case: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.case == case]


def _table(what: str, outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> str:
    return markdown_table([what, *_HEAD], [
        [group, *_counts(summary([o for o in outcomes if key(o) == group]))]
        for group in sorted({key(outcome) for outcome in outcomes})])


def _counts(found: dict[str, float]) -> tuple[str, ...]:
    return (str(found['sessions']),
            *(_share(found[key]) for key in ('exact', 'obo', 'mae', 'sets')))


def _share(value: float) -> str:
    return '-' if np.isnan(value) else f'{value:.3f}'
