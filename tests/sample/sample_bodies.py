"""Movements without images, for tests."""

import numpy as np

from fitness_mm.sample.exercises import DRAWN
from fitness_mm.sample.exercises.habits import Habits
from fitness_mm.sample.performer.body import Body, sample_body
from fitness_mm.sample.performer.geometry import unit
from fitness_mm.sample.performer.posture import Joints
from fitness_mm.sample.tempo import Tempo


def repetitions(frames: int = 13) -> Tempo:
    """Before the first, two repetitions out and back, after the last."""
    progress = np.concatenate([[0], *[0.5 - 0.5 * np.cos(np.linspace(0, 2 * np.pi, frames))] * 2,
                               [0]])
    rep = np.concatenate([[0], np.repeat([0, 1], frames), [1]])
    outside = np.zeros(len(progress))
    outside[0], outside[-1] = -1, 1
    return Tempo(progress, rep, outside)


FAR = 7
"""The frame of :func:`repetitions` at the far end of the first one."""


def movement(exercise: str, broken: tuple[str, ...] = (), seed: int = 0,
             tempo: Tempo | None = None) -> tuple[Body, Joints]:
    body = sample_body(np.random.default_rng([seed, 1]))
    drawn = DRAWN[exercise]
    kept = {name: name not in broken for name in drawn.faults}
    return body, drawn.perform(body, kept, Habits(seed, 1, drawn.entry.index),
                               np.random.default_rng([seed, 2]), tempo or repetitions(), 1.0)


def length(joints: Joints, start: str, end: str) -> np.ndarray:
    return np.linalg.norm(joints.point(start) - joints.point(end), axis=-1)


def trunk_lean_deg(joints: Joints) -> np.ndarray:
    trunk = joints.point('Neck') - joints.point('mid_hip')
    return np.degrees(np.arctan2(trunk[:, 2], trunk[:, 1]))


def flexion_deg(joints: Joints, first: str, middle: str, last: str) -> np.ndarray:
    """(T,) of the joint between two bones, 0 when straight."""
    a, b, c = (joints.point(name) for name in (first, middle, last))
    return np.degrees(np.arccos(np.clip((unit(b - a) * unit(c - b)).sum(-1), -1.0, 1.0)))


def knee_deg(joints: Joints, side: str = 'Left') -> np.ndarray:
    return flexion_deg(joints, f'{side} Hip', f'{side} Knee', f'{side} Ankle')


def elbow_deg(joints: Joints, side: str = 'Left') -> np.ndarray:
    return flexion_deg(joints, f'{side} Shoulder', f'{side} Elbow', f'{side} Wrist')
