"""A body in space before five cameras, for the tests of the label checks."""

import numpy as np

from fitness_mm.keypoints.skeleton import FLIP_INDICES, KEYPOINTS

AZIMUTHS_DEG = (-140.0, -40.0, 0.0, 40.0, 140.0)

# x to the performer's left, y up, z to the front, in cm; mid-shoulder to mid-hip is 50.
_MIDDLE = {'Nose': (0, 165, 9), 'Neck': (0, 150, 0), 'Back': (0, 125, -4), 'Waist': (0, 105, -2)}
_LEFT = {'Eye': (3, 169, 8), 'Ear': (8, 167, 0), 'Shoulder': (18, 145, 0), 'Elbow': (24, 117, 3),
         'Wrist': (28, 92, 8), 'Hip': (10, 95, 0), 'Knee': (12, 52, 2), 'Ankle': (13, 9, 0),
         'Palm': (29, 84, 10), 'Foot': (15, 2, 14)}


def body() -> np.ndarray:
    """(K, 3)."""
    points = {f'{side} {name}': (sign * x, y, z) for side, sign in (('Left', 1), ('Right', -1))
              for name, (x, y, z) in _LEFT.items()} | _MIDDLE
    return np.array([points[name] for name in KEYPOINTS], float)


def motion(num_frames: int = 16, seed: int = 0) -> np.ndarray:
    """(T, K, 3): one arm and one leg move, and every joint a little, differently."""
    rng = np.random.default_rng(seed)
    points = np.repeat(body()[None], num_frames, axis=0)
    phase = np.sin(np.linspace(0, 4 * np.pi, num_frames))
    for name, amount in (('Left Wrist', 25), ('Left Palm', 30), ('Left Elbow', 12),
                         ('Right Knee', 15), ('Right Foot', 8)):
        points[:, KEYPOINTS.index(name), 2] += amount * phase
        points[:, KEYPOINTS.index(name), 1] += amount / 2 * np.abs(phase)
    return points + rng.normal(0, 1.0, points.shape)


def project(points: np.ndarray, azimuths=AZIMUTHS_DEG, turn_deg: float = 0.0,
            scale: float = 4.0) -> np.ndarray:
    """(V, T, K, 2) px of points (T, K, 3) seen from afar by a performer turned by an angle."""
    views = []
    for azimuth in azimuths:
        a = np.radians(azimuth - turn_deg)
        x = points[..., 0] * np.cos(a) - points[..., 2] * np.sin(a)
        views.append(np.stack([900 + scale * x, 900 - scale * points[..., 1]], axis=-1))
    return np.stack(views)


def clip(**kwargs) -> tuple[np.ndarray, np.ndarray]:
    """A clip without a fault: keypoints float32 (1, V, T, K, 2) and visible (1, V, T, K)."""
    keypoints = project(motion(), **kwargs)[None].astype(np.float32)
    return keypoints, np.ones(keypoints.shape[:-1], bool)


def swap(keypoints: np.ndarray, view: int, frames=slice(None)) -> np.ndarray:
    """A copy with the sides of one view swapped."""
    wrong = keypoints.copy()
    wrong[0, view, frames] = keypoints[0, view, frames][..., list(FLIP_INDICES), :]
    return wrong
