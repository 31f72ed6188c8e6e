"""The dumbbell pullover, lying on the bench."""

from __future__ import annotations

from ..performer.arms import Together
from ..performer.pose import Pose
from .drawn import drawn
from .equipment import one_dumbbell
from .faults import bend_elbows, bend_wrists, rise, shift
from .movement import Movement


@drawn('dumbbell pullover', hold=one_dumbbell, lying=True, faults={
    '손목의 중립': bend_wrists,
    '팔꿈치 각도 유지': bend_elbows,
    # The shoulders stay on the bench: the trunk tilts by as much as the hips rise.
    '몸통 벤치 고정': shift(rise, hip_lift=18, trunk=-20, bend=-8),
    '수축시 팔꿈치 모아줌': shift((1, 0), elbow=55, flare=2.5),
})
def pullover(m: Movement) -> Pose:
    """One dumbbell in both hands from above the chest to behind the head."""
    arms = Together(raised=m.to(m.between(82, 90), m.between(158, 170)), elbow=m.between(20, 30),
                    flare=0.45)
    return m.pose(arms, trunk=-90.0 + m.between(0, 4), knee=m.between(78, 92),
                  stance=m.body.hip_half + m.between(12, 18))
