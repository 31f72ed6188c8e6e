"""The two label files of a clip as documents, in the data set's own form."""

from __future__ import annotations

from typing import Any

import numpy as np

from fitness_mm.keypoints.skeleton import KEYPOINTS

from ..clip_plan import ClipPlan
from ..station.cameras import VIEWS
from .defects import spelt_condition, spelt_exercise

# The equipment group, as the labels name it.
_GROUPS = {'bodyweight': '맨몸 운동', 'free weight': '바벨/덤벨', 'machine': '기구',
           'other': '기타'}


def _key_order(plan: ClipPlan) -> list[int]:
    # Releases differ in the order inside ``pts``; one starts with the left ear.
    order = [*range(len(KEYPOINTS))]
    return order[3:] + order[:3] if plan.day % 2 else order


def label_2d(plan: ClipPlan, keypoints: np.ndarray) -> dict[str, Any]:
    """The 2D label.

    Args:
        plan: The clip.
        keypoints: int (V, T, K, 2) px.
    """
    order, coordinates = _key_order(plan), keypoints.tolist()
    frames = []
    for t in range(keypoints.shape[1]):
        frame = {}
        for v, view in enumerate(VIEWS):
            name = f'{plan.name}_{view}'
            frame[f'view{v + 1}'] = {
                'pts': {KEYPOINTS[k]: dict(zip('xy', coordinates[v][t][k], strict=True))
                        for k in order},
                # No more related to correctness than in the data set.
                'active': 'No' if (plan.type_number + t) % 5 == 0 else 'Yes',
                'img_key': f'{plan.day_name}/{plan.slot}/{view}/{name}/{name}-{2 * t + 1:07d}.jpg',
            }
        frames.append(frame)
    exercise, kept = plan.exercise, plan.kept
    broken = [f'{condition} 위반' for condition, value in kept.items() if not value]
    code = f'{plan.type_number:03d}'
    return {
        'frames': frames,
        'type': code,
        'type_info': {
            'key': code,
            'type': _GROUPS[exercise.group],
            'pose': '누운 자세' if plan.drawn.lying else '선 자세',
            'exercise': spelt_exercise(exercise.name_ko),
            'conditions': [{'condition': spelt_condition(condition, plan, i), 'value': value}
                           for i, (condition, value) in enumerate(kept.items())],
            'description': ', '.join(broken) or '정자세로 동작',
        },
    }


def label_3d(plan: ClipPlan, keypoints: np.ndarray) -> dict[str, Any]:
    """The 3D label from keypoints (T, K, 3) in cm."""
    order, coordinates = _key_order(plan), np.round(keypoints, 2).tolist()
    return {
        'frames': [{'pts': {KEYPOINTS[k]: dict(zip('xyz', points[k], strict=True))
                            for k in order}} for points in coordinates],
        'type': f'{plan.type_number:03d}',
    }
