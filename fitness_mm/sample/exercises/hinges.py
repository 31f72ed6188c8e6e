"""Deadlifts and rows, which share the position with bent knees and the trunk forward.

Stiff-leg deadlift, row and deadlift are to look alike at the bottom of the movement. So the faults
that only one of them has come and go on the way, and those that all three share are the same.
"""

from __future__ import annotations

import numpy as np

from ..performer.arms import Hang
from ..performer.geometry import mix
from ..performer.pose import Pose
from .drawn import drawn
from .equipment import barbell, dumbbells
from .faults import Strength, bend_wrists_with_pull, dip_knees, mid, rise, shift
from .movement import Movement

_load_away = shift((1, 1), gap=25)


def _round_back(pose: Pose, strength: Strength) -> None:
    pose.bend = pose.bend + 52 * strength * np.clip(pose.trunk / 50, 0.25, 1.0)


def _knees_before_hips(pose: Pose, strength: Strength) -> None:
    # From the bottom the knees straighten first, then the trunk comes up. About 43 degrees of
    # knee and 63 of trunk lie between the ends.
    shift(lambda s: np.clip((s - 0.55) / 0.45, 0, 1) - s, knee=43)(pose, strength)
    shift(lambda s: np.clip(s / 0.55, 0, 1) - s, trunk=63)(pose, strength)


def _hanging_bar(m: Movement) -> Hang:
    return Hang(grip=m.grip, gap=m.between(0.0, 2.0), pull_up=m.between(4, 9),
                flare=m.between(0.55, 0.85))


@drawn('barbell stiff-leg deadlift', hold=barbell, faults={
    '바벨 궤적과 몸 밀착': _load_away,
    '무릎 구부린채 고정': dip_knees,
    '척추의 중립': _round_back,
})
def stiff_leg_deadlift(m: Movement) -> Pose:
    """From standing to the hinge and back, the knees at one angle all the time.

    With bent knees one stands with the trunk forward, or one would fall over backwards.
    """
    return m.pose(_hanging_bar(m), trunk=mix(m.between(24, 32), m.hinge_trunk, m.s),
                  knee=m.hinge_knee)


@drawn('barbell deadlift', hold=barbell, faults={
    '척추의 중립': _round_back,
    # Knees that are hardly bent cannot go far in, so they give way a little as well.
    '발과 무릎의 방향 일치': shift(mid, knee=6, knee_in=44),
    '바벨 궤적과 몸 밀착': _load_away,
    '무릎과 골반이 동시에 펴짐': _knees_before_hips,
    '발바닥 지면 고정': shift(mid, heel=30),
})
def deadlift(m: Movement) -> Pose:
    """Knees and hips bend together to the hinge and straighten together."""
    return m.pose(_hanging_bar(m), trunk=mix(m.between(0, 4), m.hinge_trunk, m.s),
                  knee=mix(m.between(3, 7), m.hinge_knee, m.s))


_ROW_FAULTS = {
    '척추의 중립': _round_back,
    '무릎 반동 없음': shift(rise, knee=32),
    '상체 반동 없음': shift(rise, trunk=-24),
    '손목의 중립': bend_wrists_with_pull,
}


@drawn('barbell row', hold=barbell, faults=_ROW_FAULTS | {'바벨 궤적과 몸 밀착': _load_away})
def barbell_row(m: Movement) -> Pose:
    """The hinge is held; the bar goes from hanging to the belly."""
    arms = _hanging_bar(m)
    arms.pull = np.clip(m.to(0.0, 1.0), 0.0, 1.0)
    return m.pose(arms, trunk=m.hinge_trunk, knee=m.hinge_knee)


@drawn('dumbbell bent-over row', hold=dumbbells(along=1.0),
       faults=_ROW_FAULTS | {'덤벨 궤적과 몸 밀착': _load_away})
def dumbbell_row(m: Movement) -> Pose:
    """As the row, less bent, with a dumbbell in each hand that goes up beside the trunk."""
    arms = Hang(
        pull=np.clip(m.to(0.0, 1.0, arms=True), 0.0, 1.0),
        grip=m.body.shoulder_half + m.between(1.0, 4.0),
        gap=m.between(-1.0, 2.0),
        bar=False,
        pull_up=m.between(0, 5),
        flare=m.between(0.05, 0.2))
    return m.pose(arms, trunk=m.hinge_trunk - m.between(22, 28), knee=m.hinge_knee)
