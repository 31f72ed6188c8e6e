"""Curls with a bar and with dumbbells, which have the same conditions."""

from __future__ import annotations

import numpy as np

from ..performer.arms import Angles
from ..performer.pose import Pose
from .drawn import drawn
from .equipment import barbell, dumbbells
from .faults import Strength, bend_wrists, hollow_back, shift, shrug
from .movement import Movement


def _arms_limp_at_the_bottom(pose: Pose, strength: Strength) -> None:
    shift((1, 0), elbow=-32, shrug=-4)(pose, strength)
    pose.arms.elbow = np.maximum(pose.arms.elbow, 3.0)


_FAULTS = {
    '팔꿈치 위치 고정': shift((0, 1), raised=40),
    '손목의 중립': bend_wrists,
    '척추의 중립': hollow_back,
    '이완 시 팔 긴장 유지': _arms_limp_at_the_bottom,
    '수축 시 어깨 으쓱 없음': shrug,
}


@drawn('barbell curl', hold=barbell, faults=_FAULTS)
def barbell_curl(m: Movement) -> Pose:
    """Elbows at the sides, the bar from the thighs to the chest; never quite straight below."""
    arms = Angles(
        raised=m.between(0, 7),
        spread=m.between(3, 8),
        elbow=m.to(m.between(28, 36), m.between(128, 138)))
    return m.pose(arms, trunk=m.between(-1, 3), knee=m.between(4, 10))


@drawn('dumbbell curl', hold=dumbbells(along=0.5), faults=_FAULTS)
def dumbbell_curl(m: Movement) -> Pose:
    """As the barbell curl, but nothing ties the hands: arms and forearms further out."""
    arms = Angles(
        raised=m.between(-2, 5),
        spread=m.between(19, 26),
        elbow=m.to(m.between(28, 36), m.between(128, 138), arms=True),
        fold=(0.5, 0.25, 1.0))
    return m.pose(arms, trunk=m.between(-1, 3), knee=m.between(4, 10))
