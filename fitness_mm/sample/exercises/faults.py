"""What a broken posture condition changes in the movement.

A fault gets the pose of an exercise done well and a strength around 1, a number or one for each
frame, and changes joint angles; the random draws of the clip stay as they are. The faults are
clear rather than subtle: well beyond how performers differ.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..performer.geometry import mix
from ..performer.pose import Pose

Strength = float | np.ndarray
Fault = Callable[[Pose, Strength], None]
Course = tuple[float, float] | Callable[[np.ndarray], np.ndarray]
"""How much of a fault there is: at the start of the repetition and at its far end, or from its
progress (T,)."""


def mid(s: np.ndarray) -> np.ndarray:
    """1 on the way, 0 at both ends of the repetition."""
    return np.clip((s - 0.08) / 0.2, 0, 1) * np.clip((0.92 - s) / 0.2, 0, 1)


def rise(s: np.ndarray) -> np.ndarray:
    """0 at the start of the repetition and a little after it, then up to 1."""
    return np.clip((s - 0.08) / 0.55, 0, 1)


def shift(course: Course, **amounts: float) -> Fault:
    """A fault that adds amounts to fields of the pose, or of its arms where the pose has none."""

    def fault(pose: Pose, strength: Strength) -> None:
        share = course(pose.s) if callable(course) else mix(*course, pose.s)
        for name, amount in amounts.items():
            owner = pose if hasattr(pose, name) else pose.arms
            setattr(owner, name, getattr(owner, name) + amount * strength * share)

    return fault


# What several families of exercises have in common

dip_knees = shift(mid, knee=38)
shrug = shift((0, 1), shrug=10.5)
bend_elbows = shift((0, 1), elbow=44)
bend_wrists = shift((1, 1), wrist=66)
bend_wrists_with_pull = shift(rise, wrist=68)


def hollow_back(pose: Pose, strength: Strength) -> None:
    """Hollows the back and leans it back a little."""
    shift((0.4, 1), bend=-46)(pose, strength)
    shift((1, 1), trunk=-4)(pose, strength)
