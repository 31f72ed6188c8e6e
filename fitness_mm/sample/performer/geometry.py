"""Vectors and two-bone limbs. World axes: x to the performer's left, y up, z to the front, cm."""

from __future__ import annotations

import numpy as np

SIDES = (('Left', 1.0), ('Right', -1.0))
"""Name and sign of x."""


def unit(v: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) scaled to length one."""
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def mix(start: float | np.ndarray, end: float | np.ndarray, share: np.ndarray) -> np.ndarray:
    """From a start at share 0 to an end at share 1."""
    return start + (end - start) * share


def perpendicular(towards: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Unit vectors at right angles to the unit vectors ``axis``, turned towards ``towards``."""
    return unit(towards - (towards * axis).sum(-1, keepdims=True) * axis)


def lean_axes(lean_deg: np.ndarray, roll_deg: np.ndarray | float = 0.0) -> np.ndarray:
    """Axes (T, 3, 3) of a trunk segment: rows are its left, up and front.

    Args:
        lean_deg: (T,) forward lean from the vertical; -90 lies on the back.
        roll_deg: (T,) lean to the performer's left.
    """
    a, r = np.radians(np.broadcast_arrays(lean_deg, roll_deg))
    up = np.stack([np.sin(r), np.cos(r) * np.cos(a), np.cos(r) * np.sin(a)], -1)
    left = np.stack([np.cos(r), -np.sin(r) * np.cos(a), -np.sin(r) * np.sin(a)], -1)
    return np.stack([left, up, np.cross(left, up)], 1)


def turn_y(points: np.ndarray, angle_deg: float) -> np.ndarray:
    """Points (..., 3) turned about the vertical; positive turns the front to the left."""
    a = np.radians(angle_deg)
    c, s = np.cos(a), np.sin(a)
    return points @ np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])


def limb_length(first: float, second: float, flexion_deg: np.ndarray) -> np.ndarray:
    """Distance between the ends of a limb of two bones whose joint is bent by an angle."""
    return np.sqrt(first**2 + second**2 + 2 * first * second * np.cos(np.radians(flexion_deg)))


def two_bones(root: np.ndarray, target: np.ndarray, first: float, second: float,
              pole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle joint and end of a limb of two bones that reaches for a target.

    Args:
        root: (T, 3) hip or shoulder.
        target: (T, 3) where the ankle or wrist should be; the limb stretches towards it where it
            is out of reach.
        first: Length of the upper bone.
        second: Length of the lower bone.
        pole: (T, 3) direction to which the knee or elbow points.

    Returns:
        Two arrays (T, 3). Bone lengths are exact.
    """
    reach = target - root
    distance = np.linalg.norm(reach, axis=-1, keepdims=True)
    axis = reach / np.maximum(distance, 1e-6)
    distance = np.clip(distance, abs(first - second) + 1.0, (first + second) * 0.9999)
    along = (first**2 - second**2 + distance**2) / (2 * distance)
    aside = np.sqrt(np.maximum(first**2 - along**2, 0.0))
    middle = root + along * axis + aside * perpendicular(pole, axis)
    return middle, root + distance * axis
