"""Barbell squat and overhead press: a bar at the shoulders that goes down and up."""

from __future__ import annotations

from ..performer.arms import Reach
from ..performer.pose import Pose
from .drawn import drawn
from .equipment import barbell
from .faults import Strength, dip_knees, hollow_back, rise, shift
from .movement import Movement


@drawn('barbell squat', hold=barbell, faults={
    '척추의 중립': shift((0.25, 1), bend=52),
    '고개 정면': shift((1, 1), head=46),
    '발과 무릎의 방향 일치': shift(rise, knee_in=36),
    '발바닥 지면 고정': shift(rise, heel=27),
})
def squat(m: Movement) -> Pose:
    """The bar on the shoulders, down until the thighs are about level."""
    arms = Reach(
        out=m.body.shoulder_half + m.between(10, 16),
        up=-6.0 - m.between(0, 3),
        front=-m.body.thickness(0.060) + 2.0,
        pole_out=0.55,
        pole_up=-1.0,
        pole_front=-0.35)
    return m.pose(arms, trunk=m.to(m.between(4, 8), m.between(32, 42)),
                  knee=m.to(m.between(4, 9), m.between(98, 114)),
                  stance=m.stance + m.between(5, 9), head=-2.0)


def _hands_too_narrow(pose: Pose, strength: Strength) -> None:
    pose.arms.out = pose.arms.out - strength * (pose.arms.out - 7)
    pose.arms.pole_out = pose.arms.pole_out + 1.6 * strength


@drawn('overhead press', hold=barbell, faults={
    '척추의 중립': hollow_back,
    '전완 지면과 수직': _hands_too_narrow,
    '견갑대 고정': shift((0.4, 1), shrug=10.5),
    '무릎 반동 없음': dip_knees,
})
def overhead_press(m: Movement) -> Pose:
    """The bar from the collar bones to above the head."""
    body = m.body
    arms = Reach(
        out=body.shoulder_half + m.between(3, 8),
        up=m.to(m.between(-7, -3), 0.955 * (body.upper_arm + body.forearm)),
        front=m.to(m.between(13, 17), 2.0),
        pole_out=m.to(0.25, 0.9),
        pole_up=-1.0,
        pole_front=m.to(0.45, 0.1))
    return m.pose(arms, trunk=m.between(-4, 1), knee=m.between(4, 10))
