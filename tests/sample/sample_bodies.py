"""Movements without images, for tests."""

import numpy as np

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.performer.body import Body, sample_body
from fitness_mm.sample.performer.geometry import unit
from fitness_mm.sample.performer.pose import Joints, Pose
from fitness_mm.sample.tempo import sample_tempo


def movement(exercise: str, broken: tuple[str, ...] = (),
             seed: int = 0) -> tuple[Body, Pose, Joints]:
    body = sample_body(np.random.default_rng([seed, 1]))
    kept = {name: name not in broken for name in exercise_by_name(exercise).conditions}
    rng = np.random.default_rng([seed, 2])
    tempo = sample_tempo(rng, 32)
    pose, joints = DRAWN[exercise].perform(body, kept, rng, np.random.default_rng([seed, 3]),
                                           tempo)
    return body, pose, joints


def good_movement(exercise: str, seed: int = 0) -> tuple[Body, Pose, Joints]:
    return movement(exercise, (), seed)


def length(joints: Joints, start: str, end: str) -> np.ndarray:
    return np.linalg.norm(joints.point(start) - joints.point(end), axis=-1)


def trunk_lean_deg(joints: Joints) -> np.ndarray:
    trunk = joints.point('Neck') - joints.point('mid_hip')
    return np.degrees(np.arctan2(trunk[:, 2], trunk[:, 1]))


def knee_angle_deg(joints: Joints) -> np.ndarray:
    """Flexion (T, 2) of left and right knee, 0 when straight."""
    flexion = []
    for side in ('Left', 'Right'):
        hip, knee, ankle = (joints.point(f'{side} {name}') for name in ('Hip', 'Knee', 'Ankle'))
        thigh, shin = unit(knee - hip), unit(ankle - knee)
        flexion.append(np.degrees(np.arccos(np.clip((thigh * shin).sum(-1), -1.0, 1.0))))
    return np.stack(flexion, -1)
