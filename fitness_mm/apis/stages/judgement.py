"""From the logits of windows to the exercise, its conditions, and where a fault shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.special import logit

from fitness_mm.aihub.catalog import OTHER_MOVEMENT, Exercise, families_of
from fitness_mm.aihub.conditions import Condition
from fitness_mm.apis.networks.recogniser import WindowScores
from fitness_mm.apis.report.sentences import Sentence, not_judged, unsure_in
from fitness_mm.apis.result import ConditionVerdict, Counted, WindowResult
from fitness_mm.keypoints.measures import seen
from fitness_mm.posture.calibration import BROKEN, KEPT, NOT_JUDGED, PostureCalibration
from fitness_mm.posture.naming import SURE, named

from .track import Track

SEEN_SHARE = 0.5
"""A keypoint that is seen in this share of the frames counts as seen."""

MIN_SECONDS = 2.0
"""Of movement, to judge a condition at all."""

NO_POSTURE_HEAD = Sentence('이 모델은 운동만 알아보고 자세는 판정하지 않아요.',
                           'Not judged: this model only recognises exercises.')
TOO_SHORT = Sentence(f'움직임이 {MIN_SECONDS:.0f}초보다 짧아서 판정하지 않았어요.',
                     f'Not judged: there are less than {MIN_SECONDS:.0f} s of movement.')

_BROKEN_IN = ((0.2, 1, 0.1), (0.3, 2, 0.2))
"""A condition is broken where the probability that it is kept is less than the first in so many
repetitions, and in that share of them: one alone has to be the surer."""

VERY_SURE = 0.8
"""One window that is as sure as this is enough to know an exercise, whatever the others show."""

RANKED = 3
_NEIGHBOURS = 3  # moments that are averaged


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the windows say together.

    Attributes:
        exercise: Position of the exercise among the network's.
        given: Whether the user said which it is.
        other: Whether it is none that the network knows by name.
        as_family: Whether only its family is sure enough to be named.
        probability: Of it, or of its family if that is named, calibrated.
        shares: What each exercise is of its family's probability, (C,); 0 outside of it.
        ranking: The most probable exercises and their probabilities.
        windows: What each window was taken for.
        by_window: Calibrated probabilities of the exercises in each, (N, C).
        agreeing: Positions of the windows that were taken for the exercise or its family.
    """

    exercise: int
    given: bool
    other: bool
    as_family: bool
    probability: float
    shares: np.ndarray
    ranking: list[tuple[Exercise, float]]
    windows: list[WindowResult]
    by_window: np.ndarray
    agreeing: list[int]

    @property
    def sure(self) -> bool:
        """Whether its conditions may be judged."""
        return not self.other and (self.given or self.probability >= SURE)


def judge_exercise(scores: Sequence[WindowScores], exercises: Sequence[Exercise],
                   calibration: PostureCalibration, given: int | None = None,
                   voting: np.ndarray | None = None) -> Judgement:
    """The exercise of the mean logits, or the one that the user has given.

    The mean is that of all windows; if an exercise is named surely in some, of those that were not
    taken for other movements: who walks in and talks exercises all the same.

    Args:
        scores: What the network says of the windows.
        exercises: The network's.
        calibration: Of it.
        given: The exercise's position among the network's, if the user has said it.
        voting: The windows to take the mean of, bool (N,), if that is known.
    """
    logits = np.stack([s.exercise_logits for s in scores])  # (N, C)
    by_window = calibration.exercise_probabilities(logits)
    if voting is None:
        voting = _exercising(by_window, exercises)
    probabilities = calibration.exercise_probabilities(logits[voting].mean(0))  # (C,)
    order = np.argsort(-probabilities)[:RANKED]
    windows = [
        WindowResult(float(s.times.min()), float(s.times.max()), exercises[int(p.argmax())].name,
                     float(p.max())) for s, p in zip(scores, by_window, strict=True)]
    (exercise, ), (probability, ), (as_family, ) = named(
        probabilities[None], [e.name for e in exercises])
    if given is not None:
        exercise, probability, as_family = given, probabilities[given], False
    family = np.array([e.family == exercises[exercise].family for e in exercises])  # (C,)
    shares = np.where(family, probabilities, 0) if given is None else np.eye(len(exercises))[given]
    agreeing = np.flatnonzero(family[by_window.argmax(1)]).tolist()
    return Judgement(int(exercise), given is not None, exercises[exercise] is OTHER_MOVEMENT,
                     bool(as_family), float(probability),
                     shares / shares.sum(),
                     [(exercises[i], float(probabilities[i])) for i in order.tolist()], windows,
                     by_window, agreeing or list(range(len(scores))))


def named_surely(probabilities: np.ndarray) -> bool:
    """Whether windows, one after the other, name an exercise or family: all of them do, two that
    follow each other, or one very surely.

    Args:
        probabilities: Of it, (N,).
    """
    sure = probabilities >= SURE
    return bool(sure.all() or (sure[1:] & sure[:-1]).any() or (probabilities >= VERY_SURE).any())


def _exercising(by_window: np.ndarray, exercises: Sequence[Exercise]) -> np.ndarray:
    """bool (N,), the windows that say which exercise a video shows, of probabilities (N, C)."""
    names = np.array(families_of([e.name for e in exercises]))
    others = names == OTHER_MOVEMENT.name
    if any(named_surely(by_window[:, names == name].sum(1)) for name in set(names[~others])):
        return ~others[by_window.argmax(1)]
    return np.ones(len(by_window), bool)


def too_short(track: Track) -> bool:
    """Whether there is less movement than a condition takes to be judged."""
    return bool(track.times[-1] - track.times[0] < MIN_SECONDS)


def judge_conditions(scores: Sequence[WindowScores], judged: Judgement,
                     exercises: Sequence[Exercise], conditions: Sequence[Condition],
                     calibration: PostureCalibration, track: Track,
                     repetitions: Sequence[Counted] = (),
                     by_repetition: np.ndarray | None = None,
                     assumed: Set[int] = frozenset()) -> list[ConditionVerdict]:
    """A verdict per condition of an exercise, from the mean logits of some windows.

    Exercises of a family have the same conditions, and what the network says of each of them
    counts by its share of the family's probability. On real labels of 9 people whom a limb network
    had not seen, that was right in 0.684 of the judgements of dumbbell rows that it did not tell
    from barbell rows, and what it said of the more probable exercise alone in 0.650.

    Args:
        scores: Those of the windows that show the exercise.
        judged: Which exercise it is.
        exercises: The network's.
        conditions: All that the network judges, (P,).
        calibration: Of the network.
        track: The person's keypoints, which have to be seen.
        repetitions: In which a fault may show.
        by_repetition: Logits of each of them, (R, P), if they are known.
        assumed: Keypoints that the pose source does not observe but lays where others suggest
            them: whatever a network says of a condition about these, it has not seen it.
    """
    if scores[0].condition_logits is None:
        return [ConditionVerdict(c, NOT_JUDGED, None, NO_POSTURE_HEAD)
                for c in conditions if c.exercise == exercises[judged.exercise]]
    scores = [_of_logits(s, partial(_of_family, judged=judged, exercises=exercises))
              for s in scores]
    logits = np.stack([s.condition_logits for s in scores]).mean(0)  # (P,)
    track = track.of_person()
    shown = seen(track.scores).mean(0) >= SEEN_SHARE
    border = _border(calibration, len(logits))
    shifted = [_of_logits(s, lambda logits: logits - border) for s in scores]
    each = None if by_repetition is None else calibration.condition_probabilities(
        _of_family(by_repetition, judged, exercises))  # (R, P)
    short = too_short(track)
    verdicts = []
    for given in calibration.verdicts(logits, judged.exercise, shown):
        condition = conditions[given.position]
        reason = not_judged(given.reason, condition.joints) if given.reason else None
        verdict = ConditionVerdict(condition, given.verdict, given.probability, reason)
        unobserved = assumed.intersection(condition.joints)
        if unobserved:
            verdict = ConditionVerdict(condition, NOT_JUDGED, None,
                                       not_judged('joints_assumed', sorted(unobserved)))
        elif short:
            verdict = replace(verdict, verdict=NOT_JUDGED, probability=None, reason=TOO_SHORT)
        elif given.reason in ('', 'uncertain'):
            if each is not None:
                verdict = _of_repetitions(verdict, each[:, given.position], calibration.band,
                                          repetitions)
            if verdict.verdict == BROKEN and not verdict.ranges:
                verdict = _placed(verdict, shifted, given.position)
        verdicts.append(verdict)
    return verdicts


def _border(calibration: PostureCalibration, conditions: int) -> np.ndarray:
    """The logit at which each condition is as probably kept as broken, (P,)."""
    at_zero = calibration.condition_probabilities(np.zeros(conditions))
    return -calibration.condition_temperature * logit(at_zero)


def _of_family(logits: np.ndarray, judged: Judgement,
               exercises: Sequence[Exercise]) -> np.ndarray:
    """Condition logits (..., P), those of the exercise pooled over its family."""
    starts = np.cumsum([0, *(len(e.conditions) for e in exercises)])
    pooled = logits.copy()
    pooled[..., starts[judged.exercise]:starts[judged.exercise + 1]] = sum(
        judged.shares[c] * logits[..., starts[c]:starts[c + 1]]
        for c in np.flatnonzero(judged.shares))
    return pooled


def _of_logits(scores: WindowScores, change: Callable[[np.ndarray], np.ndarray]) -> WindowScores:
    by_frame = scores.frame_condition_logits
    return replace(scores, condition_logits=change(scores.condition_logits),
                   frame_condition_logits=None if by_frame is None else change(by_frame))


def fault_course(scores: Sequence[WindowScores], position: int) -> tuple[np.ndarray, np.ndarray]:
    """The logit of a condition over time, smoothed over neighbouring moments.

    Returns:
        Seconds, ascending, (M,), and logits (M,): by frame where the network has them, else by
        window, at its middle.
    """
    if all(s.frame_condition_logits is not None for s in scores):
        times = np.concatenate([s.times for s in scores])
        logits = np.concatenate([s.frame_condition_logits[:, position] for s in scores])
    else:
        times = np.array([s.times.mean() for s in scores])
        logits = np.array([s.condition_logits[position] for s in scores])
    moments, where = np.unique(times, return_inverse=True)
    mean = np.bincount(where, logits) / np.bincount(where)
    if len(mean) > _NEIGHBOURS:
        padded = np.pad(mean, _NEIGHBOURS // 2, mode='edge')
        mean = np.convolve(padded, np.full(_NEIGHBOURS, 1 / _NEIGHBOURS), mode='valid')
    return moments, mean


def _of_repetitions(verdict: ConditionVerdict, probabilities: np.ndarray, band: float,
                    repetitions: Sequence[Counted]) -> ConditionVerdict:
    """A verdict that knows of each repetition: broken in a few is broken, in these.

    Of six repetitions of generated people, with a network that had not seen them, a fault in two
    was called broken in 0.76 of 125 tracks with this, kept in 0.12, and from the windows alone
    broken in 0.58, kept in 0.23; a kept condition broken in 0.14 of 110 tracks, and from the
    windows alone in 0.09.

    Args:
        verdict: From the windows.
        probabilities: That it is kept in each repetition, (R,); NaN where that is not known.
        band: Of the calibration.
        repetitions: The R repetitions.
    """
    if not np.isfinite(probabilities).any():
        return verdict
    each = np.nan_to_num(probabilities, nan=1.0)
    broken = verdict.verdict == BROKEN
    if not broken and any((each < at).sum() >= max(least, np.ceil(share * len(each)))
                          for at, least, share in _BROKEN_IN):
        broken, verdict = True, replace(verdict, verdict=BROKEN, reason=None, probability=float(
            each[each < 0.5].mean()))
    if broken:
        # broken on the whole, in none alone: then it is where it comes nearest
        shown = [r for r, p in zip(repetitions, each, strict=True)
                 if p < 0.5 or p == each.min() > 0.5]
        return replace(verdict, ranges=tuple((r.start, r.stop) for r in shown),
                       repetitions=tuple(r.number for r in shown))
    doubtful = [r.number for r, p in zip(repetitions, each, strict=True) if p < 0.5 - band]
    if verdict.verdict == KEPT and doubtful:
        return replace(verdict, verdict=NOT_JUDGED, reason=unsure_in(doubtful))
    return verdict


def _placed(verdict: ConditionVerdict, scores: Sequence[WindowScores],
            position: int) -> ConditionVerdict:
    """A fault with the times at which it shows."""
    times, logits = fault_course(scores, position)
    if len(times) == 1 or not (logits < 0).any():
        first = min(float(s.times.min()) for s in scores)
        return replace(verdict, ranges=((first, max(float(s.times.max()) for s in scores)), ))
    half = np.median(np.diff(times)) / 2
    edges = np.flatnonzero(np.diff(np.pad((logits < 0).astype(int), 1)))
    return replace(verdict, ranges=tuple(
        (max(0.0, float(times[a] - half)), float(times[b - 1] + half))
        for a, b in edges.reshape(-1, 2)))
