"""What a broken posture condition changes in the movement.

:data:`FAULTS` holds one small function per exercise and condition. It gets the pose of an
exercise done well and a strength around 1, a number or one for each frame, and changes joint
angles; the random draws of the clip stay as they are. The faults are clear rather than subtle:
well beyond how performers differ.

Stiff-leg deadlift, row and deadlift are to look alike at the bottom of the movement. So the faults
that only one of them has come and go on the way (:func:`_mid`, :func:`_rise`), and those that all
three share are the same function.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .pose import Pose

Strength = float | np.ndarray
Fault = Callable[[Pose, Strength], None]


def _mid(s: np.ndarray) -> np.ndarray:
    """1 on the way, 0 at both ends of the repetition."""
    return np.clip((s - 0.08) / 0.2, 0, 1) * np.clip((0.92 - s) / 0.2, 0, 1)


def _rise(s: np.ndarray) -> np.ndarray:
    """0 at the start of the repetition and a little after it, then up to 1."""
    return np.clip((s - 0.08) / 0.55, 0, 1)


# Trunk and head


def _round_back_in_hinge(p: Pose, k: Strength) -> None:
    p.bend += 52 * k * np.clip(p.trunk / 50, 0.25, 1.0)


def _round_back_going_down(p: Pose, k: Strength) -> None:
    p.bend += 52 * k * (0.25 + 0.75 * p.s)


def _hollow_back(p: Pose, k: Strength) -> None:
    p.bend -= 46 * k * (0.4 + 0.6 * p.s)
    p.trunk -= 4 * k


def _lean_back(p: Pose, k: Strength) -> None:
    p.trunk -= 24 * k * p.s


def _swing_trunk_up(p: Pose, k: Strength) -> None:
    p.trunk -= 24 * k * _rise(p.s)


def _swing_trunk_to_and_fro(p: Pose, k: Strength) -> None:
    p.trunk += k * (22 - 42 * p.s)


def _look_down(p: Pose, k: Strength) -> None:
    p.head += 46 * k


def _shrug(p: Pose, k: Strength) -> None:
    p.shrug += 10.5 * k * p.s


def _shrug_all_the_time(p: Pose, k: Strength) -> None:
    p.shrug += 10.5 * k * (0.4 + 0.6 * p.s)


def _lift_hips(p: Pose, k: Strength) -> None:
    # The shoulders stay on the bench: the trunk tilts by as much as the hips rise.
    p.hip_lift += 18 * k * _rise(p.s)
    p.trunk -= 20 * k * _rise(p.s)
    p.bend -= 8 * k * _rise(p.s)


# Legs


def _dip_knees(p: Pose, k: Strength) -> None:
    p.knee += 38 * k * _mid(p.s)


def _bend_knees_with_pull(p: Pose, k: Strength) -> None:
    p.knee += 32 * k * _rise(p.s)


def _knees_in_going_down(p: Pose, k: Strength) -> None:
    p.knee_in += 36 * k * _rise(p.s)


def _knees_in_on_the_way(p: Pose, k: Strength) -> None:
    # Knees that are hardly bent cannot go far in, so they give way a little as well.
    p.knee += 6 * k * _mid(p.s)
    p.knee_in += 44 * k * _mid(p.s)


def _knees_before_hips(p: Pose, k: Strength) -> None:
    # From the bottom the knees straighten first, then the trunk comes up. About 43 degrees of
    # knee and 63 of trunk lie between the ends.
    p.knee += 43 * k * (np.clip((p.s - 0.55) / 0.45, 0, 1) - p.s)
    p.trunk += 63 * k * (np.clip(p.s / 0.55, 0, 1) - p.s)


def _heels_up_going_down(p: Pose, k: Strength) -> None:
    p.heel += 27 * k * _rise(p.s)


def _heels_up_on_the_way(p: Pose, k: Strength) -> None:
    p.heel += 30 * k * _mid(p.s)


# Arms


def _load_away(p: Pose, k: Strength) -> None:
    p.arms.gap = p.arms.gap + 25 * k


def _bar_away_going_up(p: Pose, k: Strength) -> None:
    p.arms.front = p.arms.front + 23 * k * (0.25 + 0.75 * p.s)


def _bend_elbows_more(p: Pose, k: Strength) -> None:
    p.arms.elbow = p.arms.elbow + 44 * k * p.s


def _raise_half_way(p: Pose, k: Strength) -> None:
    p.arms.raised = p.arms.raised - 0.34 * k * np.maximum(p.arms.raised - 8, 0)


def _elbows_below_wrists(p: Pose, k: Strength) -> None:
    p.arms.pole_up = p.arms.pole_up - 2.2 * k * p.s


def _elbows_drift_forward(p: Pose, k: Strength) -> None:
    p.arms.raised = p.arms.raised + 40 * k * p.s


def _arms_limp_at_the_bottom(p: Pose, k: Strength) -> None:
    p.arms.elbow = np.maximum(p.arms.elbow - 32 * k * (1 - p.s), 3.0)
    p.shrug -= 4 * k * (1 - p.s)


def _hands_too_narrow(p: Pose, k: Strength) -> None:
    p.arms.out = p.arms.out - k * (p.arms.out - 7)
    p.arms.pole_out = p.arms.pole_out + 1.6 * k


def _bend_wrists(p: Pose, k: Strength) -> None:
    p.arms.wrist = p.arms.wrist + 66 * k


def _bend_wrists_with_pull(p: Pose, k: Strength) -> None:
    p.arms.wrist = p.arms.wrist + 68 * k * _rise(p.s)


def _elbows_out_at_the_top(p: Pose, k: Strength) -> None:
    p.arms.elbow = p.arms.elbow + 55 * k * (1 - p.s)
    p.arms.flare = p.arms.flare + 2.5 * k * (1 - p.s)


_ROW = {
    '척추의 중립': _round_back_in_hinge,
    '무릎 반동 없음': _bend_knees_with_pull,
    '상체 반동 없음': _swing_trunk_up,
    '손목의 중립': _bend_wrists_with_pull,
}
_CURL = {
    '팔꿈치 위치 고정': _elbows_drift_forward,
    '손목의 중립': _bend_wrists,
    '척추의 중립': _hollow_back,
    '이완 시 팔 긴장 유지': _arms_limp_at_the_bottom,
    '수축 시 어깨 으쓱 없음': _shrug,
}

FAULTS: dict[str, dict[str, Fault]] = {
    'front raise': {
        '상체 뒤로 숙이지 않기': _lean_back,
        '팔꿈치 살짝 구부린채 고정': _bend_elbows_more,
        '손목 어깨 또는 턱선까지 올리기': _raise_half_way,
    },
    'upright row': {
        '팔꿈치가 손목 리드': _elbows_below_wrists,
        '견갑골 하강 유지': _shrug,
        '바벨 상체 밀착': _bar_away_going_up,
    },
    'barbell stiff-leg deadlift': {
        '바벨 궤적과 몸 밀착': _load_away,
        '무릎 구부린채 고정': _dip_knees,
        '척추의 중립': _round_back_in_hinge,
    },
    'barbell row': _ROW | {'바벨 궤적과 몸 밀착': _load_away},
    'dumbbell bent-over row': _ROW | {'덤벨 궤적과 몸 밀착': _load_away},
    'barbell deadlift': {
        '척추의 중립': _round_back_in_hinge,
        '발과 무릎의 방향 일치': _knees_in_on_the_way,
        '바벨 궤적과 몸 밀착': _load_away,
        '무릎과 골반이 동시에 펴짐': _knees_before_hips,
        '발바닥 지면 고정': _heels_up_on_the_way,
    },
    'barbell squat': {
        '척추의 중립': _round_back_going_down,
        '고개 정면': _look_down,
        '발과 무릎의 방향 일치': _knees_in_going_down,
        '발바닥 지면 고정': _heels_up_going_down,
    },
    'overhead press': {
        '척추의 중립': _hollow_back,
        '전완 지면과 수직': _hands_too_narrow,
        '견갑대 고정': _shrug_all_the_time,
        '무릎 반동 없음': _dip_knees,
    },
    'side lateral raise': {
        '무릎 반동 없음': _dip_knees,
        '어깨 으쓱 없음': _shrug,
        '상관과 전완의 각도 고정': _bend_elbows_more,
        '손목의 각도 고정': _bend_wrists_with_pull,
        '상체 반동 없음': _swing_trunk_to_and_fro,
    },
    'barbell curl': _CURL,
    'dumbbell curl': _CURL,
    'dumbbell pullover': {
        '손목의 중립': _bend_wrists,
        '팔꿈치 각도 유지': _bend_elbows_more,
        '몸통 벤치 고정': _lift_hips,
        '수축시 팔꿈치 모아줌': _elbows_out_at_the_top,
    },
}
"""English name of the exercise -> Korean name of the condition -> what breaks it."""


def apply_faults(pose: Pose, exercise: str, kept: dict[str, bool], rng: np.random.Generator,
                 share: float | np.ndarray = 1.0) -> None:
    """Breaks the conditions that are not kept, in the order of the table.

    Args:
        pose: Changed in place.
        exercise: English name.
        kept: Truth of every condition of the exercise, by Korean name.
        rng: Draws one strength per condition, whether it is kept or not.
        share: How much of that strength is in effect, 0 to 1; a number or (T,).
    """
    for condition, fault in FAULTS[exercise].items():
        strength = float(rng.uniform(0.85, 1.15))
        if not kept[condition]:
            fault(pose, strength * share)
