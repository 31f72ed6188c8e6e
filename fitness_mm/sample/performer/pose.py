"""Joint angles over time, and the 24 keypoints in 3D that follow from them.

A :class:`Pose` is what an exercise prescribes and what a fault changes. :func:`solve` turns it
into joints: legs up from feet that stand on the floor, with the hips where the body balances; the
spine up from the hips; then arms and head.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX, NUM_KEYPOINTS

from .arms import Arms
from .body import Body
from .geometry import SIDES, lean_axes, limb_length, two_bones

BENCH_TOP_CM = 42.0

# Share of body mass and height of its centre along the segment (Winter, chapter 4).
_UPPER_BODY_MASS, _UPPER_BODY_CENTRE = 0.678, 0.58
_THIGH_MASS, _THIGH_CENTRE = 0.200, 0.433
_SHIN_MASS, _SHIN_CENTRE = 0.122, 0.45


@dataclass
class Pose:
    """Angles in degrees and lengths in cm of T frames; arrays (T,) unless noted.

    Attributes:
        s: Progress of the repetition, 0 at its start, 1 at its far end.
        arms: How the arms are led: by angles, reaching, hanging or together.
        trunk: Forward lean of the trunk from the vertical.
        knee: Knee flexion.
        bend: Flexion of the spine between hips and neck; negative hollows the back.
        head: Nod of the head; positive looks down.
        roll: Lean of the trunk to the performer's left.
        heel: Pitch of the feet about the toes.
        knee_in: Turn of the knees from the direction of the feet to the middle.
        shrug: Lift of the shoulders towards the ears, cm.
        stance: Half the distance between the ankles, cm; a number.
        toe_out: Turn of the feet outwards; a number.
        hip_lift: Lift of the hips off the bench, cm.
    """

    s: np.ndarray
    arms: Arms
    trunk: np.ndarray
    knee: np.ndarray
    bend: np.ndarray
    head: np.ndarray
    roll: np.ndarray
    heel: np.ndarray
    knee_in: np.ndarray
    shrug: np.ndarray
    stance: float
    toe_out: float
    hip_lift: np.ndarray


@dataclass(frozen=True)
class Joints:
    """A solved body in T frames, in cm.

    Attributes:
        keypoints: (T, K, 3), in the order of the labels.
        extras: Points (T, 3) a drawing needs beside them: ``mid_hip``, ``mid_head`` and
            heels.
        axes: Left, up, front (T, 3, 3) of ``pelvis``, ``lumbar``, ``thorax`` and ``head``.
    """

    keypoints: np.ndarray
    extras: dict[str, np.ndarray]
    axes: dict[str, np.ndarray]

    def mapped(self, points: Callable[[np.ndarray], np.ndarray],
               axes: Callable[[np.ndarray], np.ndarray]) -> Joints:
        """The same with functions applied to points and to axes."""
        return Joints(points(self.keypoints), {k: points(v) for k, v in self.extras.items()},
                      {k: axes(v) for k, v in self.axes.items()})

    def point(self, name: str) -> np.ndarray:
        """(T, 3) of a keypoint or of an extra point."""
        if name in self.extras:
            return self.extras[name]
        return self.keypoints[:, KEYPOINT_INDEX[name]]


def _spine_leans(pose: Pose) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lean of pelvis, lumbar and thoracic segment. A bend rounds the back between the last two."""
    return (pose.trunk - 0.30 * pose.bend - 2.0,
            pose.trunk - 0.40 * pose.bend - 1.0,
            pose.trunk + 0.60 * pose.bend + 2.0)  # yapf: disable


def _stand(body: Body, pose: Pose, above_hip: np.ndarray) -> dict[str, np.ndarray]:
    """Legs of a standing body.

    Args:
        body: Proportions.
        pose: Angles.
        above_hip: (T, 3) from mid-hip to neck.

    Returns:
        ``mid_hip`` and per side Hip, Knee, Ankle, Foot and heel, each (T, 3).
    """
    num_frames = len(pose.s)
    ahead, back = 0.66 * body.foot, 0.22 * body.foot
    sole = body.ankle_height - 2.0
    # The foot turns about the toes: toes stay where they are, ankle and heel go up and forward.
    radius, rest = np.hypot(ahead, sole), np.arctan2(sole, ahead)
    pitch = np.radians(pose.heel)
    ankle_up = 2.0 + radius * np.sin(rest + pitch)
    ankle_ahead = ahead - radius * np.cos(rest + pitch)

    toe_out = np.radians(pose.toe_out)
    # Hip to ankle is as long as the knee angle says; what of it goes sideways is given by the
    # stance, the rest lies in the plane in which the body has to balance.
    leg = limb_length(body.thigh, body.shin, pose.knee)
    aside = pose.stance + ankle_ahead * np.sin(toe_out) - body.hip_half
    leg = np.sqrt(leg**2 - aside**2)
    ankle_front = ankle_ahead * np.cos(toe_out)

    # Lean of the line from ankle to hip for which the centre of mass is above the middle of the
    # foot, or above the toes when the heels are up. The centre moves almost in proportion to it.
    inner = np.arcsin(np.clip(body.thigh * np.sin(np.radians(pose.knee)) / leg, -1.0, 1.0))
    support = 0.30 * body.foot + 0.20 * body.foot * np.clip(pose.heel / 20.0, 0.0, 1.0)
    line = np.zeros(num_frames)
    for _ in range(5):
        hip = ankle_front + leg * np.sin(line)
        knee = ankle_front + body.shin * np.sin(line + inner)
        centre = (_UPPER_BODY_MASS * (hip + _UPPER_BODY_CENTRE * above_hip[:, 2]) +
                  _THIGH_MASS * (hip + _THIGH_CENTRE * (knee - hip)) +
                  _SHIN_MASS * (knee + _SHIN_CENTRE * (ankle_front - knee)))
        line = np.clip(line + (support - centre) / (0.88 * leg), -0.7, 0.7)

    zero = np.zeros(num_frames)
    mid_hip = np.stack([zero, ankle_up + leg * np.cos(line), ankle_front + leg * np.sin(line)], -1)
    points = {'mid_hip': mid_hip}
    for side, sign in SIDES:
        outward = np.array([sign * np.sin(toe_out), 0.0, np.cos(toe_out)])
        ankle = (np.stack([zero + sign * pose.stance, ankle_up, zero], -1) +
                 ankle_ahead[:, None] * outward)
        hip = mid_hip + np.array([sign * body.hip_half, 0.0, 0.0])
        turn = toe_out - np.radians(pose.knee_in)
        pole = np.stack([sign * np.sin(turn), zero, np.cos(turn)], -1)
        points[f'{side} Knee'], _ = two_bones(hip, ankle, body.thigh, body.shin, pole)
        points[f'{side} Hip'], points[f'{side} Ankle'] = hip, ankle
        toe = np.stack([zero + sign * pose.stance, zero + 2.0, zero], -1) + ahead * outward
        points[f'{side} Foot'] = toe
        heel_radius = np.hypot(ahead + back, 0.5)
        points[f'{side} heel'] = (
            toe - (heel_radius * np.cos(pitch))[:, None] * outward +
            np.stack([zero, heel_radius * np.sin(pitch) + 0.5, zero], -1))
    return points


def _lie(body: Body, pose: Pose) -> dict[str, np.ndarray]:
    """Legs of a body on the bench: hips on it, feet on the floor beyond its end."""
    zero = np.zeros(len(pose.s))
    hip_height = BENCH_TOP_CM + body.thickness(0.062)
    mid_hip = np.stack([zero, hip_height + pose.hip_lift, zero], -1)
    points = {'mid_hip': mid_hip}
    # The feet stay where the knee angle puts them when the hips are on the bench.
    drop = hip_height - body.ankle_height
    leg = limb_length(body.thigh, body.shin, np.median(pose.knee))
    aside = pose.stance - body.hip_half
    ahead = np.sqrt(max(leg**2 - drop**2 - aside**2, 20.0**2))
    for side, sign in SIDES:
        hip = mid_hip + np.array([sign * body.hip_half, 0.0, 0.0])
        ankle = np.stack([zero + sign * pose.stance, zero + body.ankle_height, zero + ahead], -1)
        pole = np.array([[sign * 0.25, 1.0, 0.35]])
        points[f'{side} Knee'], points[f'{side} Ankle'] = two_bones(
            hip, ankle, body.thigh, body.shin, pole)
        points[f'{side} Hip'] = hip
        sole = np.array([0.0, 2.0 - body.ankle_height, 0.66 * body.foot])
        points[f'{side} Foot'] = ankle + sole
        points[f'{side} heel'] = ankle + np.array([0.0, 1.0 - body.ankle_height,
                                                   -0.22 * body.foot])
    return points


def solve(body: Body, pose: Pose, lying: bool = False) -> Joints:
    """Solves a body in all frames at once, facing +z, feet around the origin.

    A body that lies on the bench has its mid-hip above the origin and its head towards -z.
    """
    pelvis_lean, lumbar_lean, thorax_lean = _spine_leans(pose)
    axes = {
        'pelvis': lean_axes(pelvis_lean, 0.5 * pose.roll),
        'lumbar': lean_axes(lumbar_lean, pose.roll),
        'thorax': lean_axes(thorax_lean, pose.roll),
    }
    # Leaning forward one still looks ahead somewhat; the head nods from there.
    looking = 1.0 if lying else 0.62
    head_lean = thorax_lean * looking + pose.head
    axes['head'] = lean_axes(head_lean, 0.5 * pose.roll)
    neck_axis = lean_axes((thorax_lean + head_lean) / 2, pose.roll)[:, 1]

    waist_offset = body.pelvis * axes['pelvis'][:, 1]
    back_offset = waist_offset + body.lumbar * axes['lumbar'][:, 1]
    neck_offset = back_offset + body.thorax * axes['thorax'][:, 1]
    points = _lie(body, pose) if lying else _stand(body, pose, neck_offset)
    mid_hip = points['mid_hip']
    points['Waist'], points['Back'] = mid_hip + waist_offset, mid_hip + back_offset
    points['Neck'] = mid_hip + neck_offset

    left, up, front = (axes['thorax'][:, i] for i in range(3))
    shoulder_line = points['Neck'] - 0.017 * body.height * up + pose.shrug[:, None] * up
    for side, sign in SIDES:
        points[f'{side} Shoulder'] = shoulder_line + sign * body.shoulder_half * left
    points |= pose.arms.solve(body, points, axes)

    skull = points['Neck'] + body.neck * neck_axis
    left, up, front = (axes['head'][:, i] for i in range(3))
    mid_head = skull + 0.36 * body.head * up + 0.08 * body.head * front
    points['mid_head'] = mid_head
    points['Nose'] = mid_head + 0.50 * body.head * front - 0.06 * body.head * up
    for side, sign in SIDES:
        points[f'{side} Eye'] = mid_head + body.head * (0.43 * front + 0.10 * up +
                                                        sign * 0.15 * left)
        points[f'{side} Ear'] = mid_head + body.head * (0.02 * up - 0.04 * front +
                                                        sign * 0.33 * left)

    keypoints = np.empty((len(pose.s), NUM_KEYPOINTS, 3))
    for name, index in KEYPOINT_INDEX.items():
        keypoints[:, index] = points.pop(name)
    return Joints(keypoints, points, axes)
