"""Raises of dumbbells and of a bar in front of the body or beside it."""

from __future__ import annotations

import numpy as np

from ..performer.arms import Angles, Reach
from ..performer.pose import Pose
from .drawn import drawn
from .equipment import barbell, dumbbells
from .faults import (
    Strength,
    bend_elbows,
    bend_wrists_with_pull,
    dip_knees,
    shift,
    shrug,
)
from .movement import Movement


def _raise_half_way(pose: Pose, strength: Strength) -> None:
    pose.arms.raised = pose.arms.raised - 0.34 * strength * np.maximum(pose.arms.raised - 8, 0)


@drawn('front raise', hold=dumbbells(along=0.0), faults={
    '상체 뒤로 숙이지 않기': shift((0, 1), trunk=-24),
    '팔꿈치 살짝 구부린채 고정': bend_elbows,
    '손목 어깨 또는 턱선까지 올리기': _raise_half_way,
})
def front_raise(m: Movement) -> Pose:
    """Dumbbells from the thighs to shoulder height with arms all but straight."""
    arms = Angles(
        raised=m.to(m.between(4, 12), m.between(86, 98), arms=True),
        spread=m.between(2, 7),
        elbow=m.between(8, 18),
        fold=(0.3, 1.0, 0.3))
    return m.pose(arms, trunk=m.between(-1, 4), knee=m.between(4, 12))


@drawn('side lateral raise', hold=dumbbells(along=1.0), faults={
    '무릎 반동 없음': dip_knees,
    '어깨 으쓱 없음': shrug,
    '상관과 전완의 각도 고정': bend_elbows,
    '손목의 각도 고정': bend_wrists_with_pull,
    '상체 반동 없음': shift((22, -20), trunk=1),  # to and fro
})
def lateral_raise(m: Movement) -> Pose:
    """Dumbbells from the sides out to shoulder height."""
    arms = Angles(
        raised=m.between(3, 10),
        spread=m.to(m.between(7, 12), m.between(82, 94), arms=True),
        elbow=m.between(10, 20),
        fold=(0.0, -0.1, 1.0),
        wrist_to=(0.0, -1.0, 0.0))
    return m.pose(arms, trunk=m.between(1, 7), knee=m.between(5, 12))


@drawn('upright row', hold=barbell, faults={
    '팔꿈치가 손목 리드': shift((0, 1), pole_up=-2.2),
    '견갑골 하강 유지': shrug,
    '바벨 상체 밀착': shift((0.25, 1), front=23),
})
def upright_row(m: Movement) -> Pose:
    """The bar from the thighs up along the body to the chest, elbows leading."""
    body = m.body
    arms = Reach(
        out=m.between(11, 16),
        up=m.to(-0.985 * (body.upper_arm + body.forearm), m.between(-10, -4)),
        front=m.to(body.thickness(0.055) + 2.0, body.thickness(0.075) + 4.0),
        pole_out=1.0,
        pole_up=m.to(0.1, 0.75),
        pole_front=0.1)
    return m.pose(arms, trunk=m.between(-1, 5), knee=m.between(4, 12))
