"""Real and generated numbers beside each other: how they are distributed, how faults show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from fitness_mm.aihub.catalog import Exercise
from fitness_mm.aihub.conditions import Condition, conditions_of

from .features import BODY, Feature, Measured

SHOWN = (0.1, 0.5, 0.9)
_LEVELS = np.linspace(0.05, 0.95, 91)  # beyond are clips with wrong labels
_MIDDLE = np.array([0.5])
_FEWEST = 8  # clips of a kind, to say anything about it
_SIGNALS = 12  # that tell a condition best
_FIRST = 4  # of them that pages show and verdicts are about
_CLEAR = 0.1  # of AUROC from one half
_ALIKE = 2.0  # times as large at most, or as small
_CHANCE = 0.05  # that the best of all features tells that much of nothing


@dataclass(frozen=True)
class Difference:
    """One feature in two sets of numbers.

    Attributes:
        feature: What it is.
        real: 10, 50 and 90 %.
        generated: The same.
        distance: Mean distance between equal quantiles, 5 to 95 % (Wasserstein's of order 1), in
            standard deviations of real numbers, by their 10 and 90 %.
        among_real: The same between one half of the real people and the other.
    """

    feature: Feature | str
    real: tuple[float, float, float]
    generated: tuple[float, float, float]
    distance: float
    among_real: float

    @property
    def spread(self) -> float:
        """How far generated ones vary, as a multiple of real ones."""
        (low, _, high), (own_low, _, own_high) = self.real, self.generated
        return (own_high - own_low) / max(high - low, 1e-6)


def differences(features: tuple[Feature | str, ...], real: np.ndarray, generated: np.ndarray,
                performer: np.ndarray) -> list[Difference]:
    """Compares numbers, the most different first.

    Args:
        features: F of them.
        real: (N, F); NaN where not known.
        generated: (M, F).
        performer: Who the real ones are of, (N,).
    """
    people = np.unique(performer)
    half = np.isin(performer, people[::2])
    levels = [quantiles(values, _LEVELS) for values in
              (real, generated, real[half], real[~half])]
    shown = [quantiles(values, np.array(SHOWN)) for values in (real, generated)]
    spread = _spread(real)
    distance = np.abs(levels[0] - levels[1]).mean(0) / spread
    among = np.abs(levels[2] - levels[3]).mean(0) / spread
    found = [Difference(feature, tuple(shown[0][:, f].tolist()), tuple(shown[1][:, f].tolist()),
                        float(distance[f]), float(among[f]))
             for f, feature in enumerate(features) if distance[f] == distance[f]]
    return sorted(found, key=lambda one: -one.distance)


def quantiles(values: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Of what is not NaN along the first axis, (L, F)."""
    if not len(values):
        return np.full((len(levels), values.shape[1]), np.nan)
    ordered = np.sort(values.astype(float), axis=0)  # NaN last
    at = levels[:, None] * (np.maximum((~np.isnan(values)).sum(0), 1) - 1)
    below = at.astype(int)
    low = np.take_along_axis(ordered, below, 0)
    high = np.take_along_axis(ordered, np.ceil(at).astype(int), 0)
    return low + (at - below) * (high - low)


def _spread(values: np.ndarray) -> np.ndarray:
    """Standard deviations by the 10 and 90 %, (F,): some clips are of wrong labels."""
    low, _, high = quantiles(values, np.array(SHOWN))
    return np.maximum((high - low) / (2 * ndtri(SHOWN[2])), 1e-6)


@dataclass(frozen=True)
class Sign:
    """How a broken condition shows in one feature.

    Attributes:
        feature: What it is.
        kept: Median of kept clips: real, generated.
        broken: Median of broken clips: real, generated.
        effect: Median of broken clips less that of kept ones, in standard deviations of real kept
            clips: real, generated.
        auroc: Probability that a broken clip has more of it than a kept one: real, generated.
    """

    feature: Feature
    kept: tuple[float, float]
    broken: tuple[float, float]
    effect: tuple[float, float]
    auroc: tuple[float, float]

    @property
    def verdict(self) -> str:
        """What is wrong with the generated fault, in a word or two; '' if nothing is."""
        real, generated = (a - 0.5 for a in self.auroc)
        if abs(real) < _CLEAR or abs(generated) < _CLEAR:
            return ('missing' if abs(real) > 2 * _CLEAR else
                    'generated only' if abs(generated) > 2 * _CLEAR else '')
        if real * generated < 0:
            return 'wrong way'
        times = abs(self.effect[1]) / max(abs(self.effect[0]), 1e-3)
        return '' if 1 / _ALIKE <= times <= _ALIKE else f'{times:.{int(times < 1)}f} times'


@dataclass(frozen=True, eq=False)
class Fault:
    """How a broken condition shows in real and in generated clips.

    Attributes:
        condition: The condition.
        clips: Kept and broken real clips, kept and broken generated ones.
        signs: The features that tell it best in real clips, no two of one signal, the best first.
        learnt: The feature that tells it best in generated clips.
        moved: Which of all features it moves clearly, in real or in generated clips, bool (F,).
        chance: AUROC that the best feature of real clips reaches one time in twenty where none
            tells anything, were they all independent.
    """

    condition: Condition
    clips: tuple[int, int, int, int]
    signs: tuple[Sign, ...]
    learnt: Sign
    moved: np.ndarray
    chance: float

    @property
    def first(self) -> tuple[Sign, ...]:
        """The few best signs."""
        return self.signs[:_FIRST]

    @property
    def best(self) -> float:
        """AUROC of the best feature in real clips, whichever way it goes."""
        return told(self.signs[0].auroc[0])

    @property
    def disagreement(self) -> float:
        """Mean difference of the AUROCs in real and generated clips of the few best signs."""
        return float(np.mean([abs(sign.auroc[0] - sign.auroc[1]) for sign in self.first]))


def told(auroc: float) -> float:
    """How well a feature tells, whichever way it goes."""
    return max(auroc, 1 - auroc)


def faults(real: Measured, generated: Measured, exercise: Exercise) -> list[Fault]:
    """The conditions of an exercise of which both have kept and broken clips, in its order."""
    found = []
    for condition in conditions_of([exercise]):
        sides = [_kept_and_broken(clips, exercise, condition.position)
                 for clips in (real, generated)]
        if min(len(values) for side in sides for values in side) < _FEWEST:
            continue
        auroc = np.stack([_auroc(*side) for side in sides])  # (2, F)
        middles = np.array([[quantiles(values, _MIDDLE)[0] for values in side] for side in sides])
        effect = (middles[:, 1] - middles[:, 0]) / _spread(sides[0][0])  # (2, F)

        def sign(f: int, middles=middles, effect=effect, auroc=auroc) -> Sign:
            return Sign(real.features[f], *(tuple(values[..., f].tolist()) for values in (
                middles[:, 0], middles[:, 1], effect, auroc)))

        number, broken = (len(values) for values in sides[0])
        spread = np.sqrt((number + broken + 1) / (12 * number * broken))
        chance = 0.5 + spread * ndtri(1 - _CHANCE / 2 / len(real.features))
        found.append(Fault(
            condition, tuple(len(values) for side in sides for values in side),
            tuple(sign(f) for f in _best(real.features, auroc[0])),
            sign(_best(real.features, auroc[1])[0]), (np.abs(auroc - 0.5) > 2 * _CLEAR).any(0),
            float(min(chance, 1))))
    return found


def unmoved(clips: Measured, exercise: Exercise, faults: Sequence[Fault]) -> np.ndarray:
    """Values of an exercise's clips (N, F), NaN where one of the faults, that the clip has, moves
    the feature: of these the shares and sizes of the faults would be compared. Features of which
    too little is left are whole."""
    rows = clips.of(exercise)
    values = clips.values[rows]
    kept = values.copy()
    for fault in faults:
        broken = clips.gt_conditions[rows, fault.condition.position] == 0
        kept[np.ix_(broken, fault.moved)] = np.nan
    few = (~np.isnan(kept)).sum(0) < _FEWEST
    return np.where(few, values, kept)


def _kept_and_broken(clips: Measured, exercise: Exercise, position: int) -> list[np.ndarray]:
    truth = np.where(clips.of(exercise), clips.gt_conditions[:, position], -1)
    return [clips.values[truth == value] for value in (1, 0)]


def _auroc(kept: np.ndarray, broken: np.ndarray) -> np.ndarray:
    """Of each feature, (F,); what is not known is in the middle."""
    values = np.concatenate([kept, broken])
    values = np.where(np.isnan(values), quantiles(values, _MIDDLE), values)
    ranks = rankdata(values, axis=0)[len(kept):].sum(0)
    return (ranks / len(broken) - (len(broken) + 1) / 2) / len(kept)


def _best(features: tuple[Feature, ...], auroc: np.ndarray) -> list[int]:
    """The best feature of each of the best signals. What a body is like is no sign of a fault."""
    chosen: dict[str, int] = {}
    for f in np.argsort(-np.abs(auroc - 0.5)).tolist():
        if features[f].statistic != BODY and len(chosen) < _SIGNALS:
            chosen.setdefault(features[f].signal, f)
    return list(chosen.values())
