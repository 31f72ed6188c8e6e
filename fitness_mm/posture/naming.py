"""What to call the exercise: by its name, or by its family's where only that is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fitness_mm.aihub.catalog import families_of

SURE = 0.5
"""What has less probability is not said to be the exercise."""

NAMED_SHARE = 0.8
"""Least share of its family's probability with which an exercise is called by its own name."""


class Naming(NamedTuple):
    """What each of some clips is called, (N,) each.

    Attributes:
        exercise: The class: the most probable one of the most probable family.
        probability: Of what it is called.
        as_family: Whether it is called by its family's name.
    """

    exercise: np.ndarray
    probability: np.ndarray
    as_family: np.ndarray


def named(probabilities: np.ndarray, classes: Sequence[str]) -> Naming:
    """Calls clips by an exercise where that is sure, else by its family.

    A family is as probable as its members together. Barbell and dumbbell look alike to a network
    that sees only keypoints: it knows the family and hardly the member.

    Args:
        probabilities: Calibrated, of the classes, (N, C).
        classes: English names of the exercises.
    """
    _, family = np.unique(families_of(classes), return_inverse=True)  # (C,)
    together = probabilities @ (family[:, None] == np.arange(family.max() + 1))  # (N, F)
    best = together.argmax(1)
    of_family = together.max(1)
    exercise = np.where(family == best[:, None], probabilities, -1).argmax(1)
    own = np.take_along_axis(probabilities, exercise[:, None], 1)[:, 0]
    alone = np.bincount(family)[best] == 1
    as_family = ~alone & (own < np.maximum(SURE, NAMED_SHARE * of_family))
    return Naming(exercise, np.where(as_family, of_family, own), as_family)
