"""How much of the error is the labels': people who did the same type are compared.

Everybody who does a type is given the same truth. Where a network that has seen none of them
judges a condition of a type against that truth in nearly all of them, it is the type that is
unlike its truth, in the label or in what its people were told; where it differs from one to the
next, the network errs or some of them did not do what the type asks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import binom

from fitness_mm.posture.calibration_fit import cross_fitted_logits
from fitness_mm.posture.records import PostureRecords

FEWEST_PEOPLE = 4
"""Of a type, for it to be looked at."""

RARE = 0.05


@dataclass(frozen=True, eq=False)
class TypeVerdicts:
    """Conditions of types, each with what people's clips say of it; K in all.

    Attributes:
        type_number: (K,).
        position: Of the condition among all of the network, (K,).
        kept: Whether the truth is that it is kept, bool (K,).
        people: How many do the type, (K,).
        against: How many of them are judged against the truth, (K,).
        probability: Mean over them of the calibrated probability of the truth, (K,).
        rate: How often people are judged against the truth in all types with this condition and
            truth, (K,).
    """

    type_number: np.ndarray
    position: np.ndarray
    kept: np.ndarray
    people: np.ndarray
    against: np.ndarray
    probability: np.ndarray
    rate: np.ndarray

    @property
    def judged_kept(self) -> np.ndarray:
        """How many people are judged to keep it, (K,)."""
        return np.where(self.kept, self.people - self.against, self.against)

    @property
    def chance(self) -> np.ndarray:
        """How probable it is that so many people or more are against the truth, if it happens to
        everyone at :attr:`rate`, (K,)."""
        return binom.sf(self.against - 1, self.people, self.rate)

    @property
    def order(self) -> np.ndarray:
        """Rows, the strongest contradiction, the least by chance, first."""
        return np.lexsort((self.probability, self.chance))

    @property
    def contradicted(self) -> np.ndarray:
        """Those rows in the same order where most people are against the truth, and that is rare
        by chance."""
        rows = (2 * self.against > self.people) & (self.chance < RARE)
        return self.order[rows[self.order]]


@dataclass(frozen=True)
class ErrorShares:
    """Where wrong judgements lie, one judgement a person, type and condition.

    Attributes:
        judgements: Number of them.
        wrong: Number of those against the truth.
        all_against: Of the wrong ones, number where all people of the type are.
        most_against: Number where most are, but not all.
        all_by_chance: What ``all_against`` would be if errors fell on people regardless of the
            type, as often as they do for a condition that is kept, or broken.
        most_by_chance: The same of ``most_against``.
    """

    judgements: int
    wrong: int
    all_against: int
    most_against: int
    all_by_chance: float
    most_by_chance: float

    @property
    def of_types(self) -> float:
        """Number of wrong judgements that come with the type: more than chance puts where most
        people are against the truth."""
        return max(0.0, self.all_against + self.most_against - self.all_by_chance
                   - self.most_by_chance)


def type_verdicts(records: PostureRecords, judged: np.ndarray) -> TypeVerdicts | None:
    """Judges each condition of each type for every person, with calibrations fitted to others.

    Of several clips of a type by one person, and of the views of a clip, the mean logit counts.

    Args:
        records: Of clip-views or clips, whose names begin with the type.
        judged: Which conditions the network tells kept from broken at all, bool (P,). Against one
            that it does not, nothing can be held.

    Returns:
        Those of types that at least :data:`FEWEST_PEOPLE` people do; None if there are none.
    """
    clips = records.fused_views() or records
    logits, numbers = cross_fitted_logits(clips), clips.type_number
    rows, position = np.nonzero((clips.gt_conditions >= 0) & (numbers > 0)[:, None] & judged)
    if not len(rows):
        return None
    truth = clips.gt_conditions[rows, position]
    # a person's say about a condition of a type; should labels differ, then of each truth
    said, which = np.unique(np.stack([numbers[rows], position, truth, clips.performer[rows]]),
                            axis=1, return_inverse=True)
    which = which.reshape(-1)
    mean = np.bincount(which, logits[rows, position]) / np.bincount(which)
    for_truth = np.where(said[2] == 1, mean, -mean)
    keys, pair = np.unique(said[:3], axis=1, return_inverse=True)
    pair = pair.reshape(-1)
    people = np.bincount(pair)
    enough = people >= FEWEST_PEOPLE
    if not enough.any():
        return None
    against, probability = (np.bincount(pair, values)[enough] for values in (
        for_truth <= 0, expit(for_truth)))
    keys, people = keys[:, enough], people[enough]
    _, side = np.unique(keys[1:], axis=1, return_inverse=True)
    side = side.reshape(-1)
    return TypeVerdicts(
        type_number=keys[0], position=keys[1], kept=keys[2] == 1, people=people,
        against=against.astype(int), probability=probability / people,
        rate=(np.bincount(side, against) / np.bincount(side, people))[side])


def error_shares(found: TypeVerdicts) -> ErrorShares:
    """Sorts wrong judgements by how many people of a type share them."""
    n, w = found.people, found.against
    most = (2 * w > n) & (w < n)
    counts = np.arange(n.max() + 1)[:, None]
    chance = counts * binom.pmf(counts, n, found.rate)  # wrong judgements where so many are wrong
    return ErrorShares(
        int(n.sum()), int(w.sum()), int(w[w == n].sum()), int(w[most].sum()),
        float((n * found.rate**n).sum()), float(chance[(2 * counts > n) & (counts < n)].sum()))
