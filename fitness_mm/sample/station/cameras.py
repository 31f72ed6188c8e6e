"""The five cameras around a station: C in front, B and D front-oblique, A and E rear-oblique."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..performer.geometry import unit

VIEWS = 'ABCDE'

AZIMUTH_DEG = {'A': -133.0, 'B': -36.0, 'C': 0.0, 'D': 41.0, 'E': 134.0}
"""Where each camera stands, seen from above: 0 is straight in front of the performer, positive
to the performer's left. These, distances in cm and horizontal fields of view are medians over the
stations of real labels; ``docs/realism.md``."""

_DISTANCE_CM = {'A': 470.0, 'B': 570.0, 'C': 427.0, 'D': 495.0, 'E': 470.0}
_FIELD_DEG = {'A': 59.1, 'B': 52.8, 'C': 64.3, 'D': 55.3, 'E': 58.8}
_HEIGHT_CM = {'A': 111.0, 'B': 112.0, 'C': 109.0, 'D': 124.0, 'E': 121.0}
_ASPECT = 9 / 16
_LEAST_WIDTH_CM = 265.0


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Attributes:
        position: (3,) in cm.
        rotation: (3, 3), rows are the image's right, the image's down and the viewing direction.
        focal_px: Focal length in pixels.
        width_px: Image width.
        height_px: Image height.
    """

    position: np.ndarray
    rotation: np.ndarray
    focal_px: float
    width_px: int
    height_px: int

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels (..., 2) and distance along the viewing direction (...) in cm of (..., 3).

        Pixel centres are at integers, as in the labels and in OpenCV.
        """
        local = (points - self.position) @ self.rotation.T
        depth = np.maximum(local[..., 2], 1.0)
        centre = np.array([(self.width_px - 1) / 2, (self.height_px - 1) / 2])
        return local[..., :2] * (self.focal_px / depth)[..., None] + centre, depth

    def rays(self) -> np.ndarray:
        """Viewing directions (H, W, 3) of all pixels, not of unit length."""
        x = (np.arange(self.width_px) - (self.width_px - 1) / 2) / self.focal_px
        y = (np.arange(self.height_px) - (self.height_px - 1) / 2) / self.focal_px
        grid = np.stack([*np.meshgrid(x, y), np.ones((self.height_px, self.width_px))], -1)
        return grid @ self.rotation


def look_at(position: np.ndarray, target: np.ndarray, roll_deg: float, focal_px: float,
            size: tuple[int, int]) -> Camera:
    """A camera at a position whose image centre is a target; ``size`` is (width, height)."""
    ahead = unit(target - position)
    right = unit(np.cross(ahead, [0.0, 1.0, 0.0]))
    down = np.cross(ahead, right)
    a = np.radians(roll_deg)
    rotation = np.stack([np.cos(a) * right + np.sin(a) * down,
                         np.cos(a) * down - np.sin(a) * right, ahead])
    return Camera(position, rotation, focal_px, *size)


STATION, ANYWHERE = 'station', 'anywhere'
"""Five cameras around a station as in the data set, or where people put a phone."""


def sample_cameras(rng: np.random.Generator, size: tuple[int, int],
                   kind: str = STATION) -> dict[str, Camera]:
    """Sets up one station's five cameras, each somewhat off its nominal place.

    An upright picture takes in more of the height, so that somebody on the bench is in it.

    Args:
        rng: The station's own.
        size: Width and height of the images.
        kind: :data:`STATION` or :data:`ANYWHERE`.
    """
    return (_anywhere if kind == ANYWHERE else _around)(rng, size)


def _around(rng: np.random.Generator, size: tuple[int, int]) -> dict[str, Camera]:
    cameras = {}
    for view, azimuth in AZIMUTH_DEG.items():
        distance = _DISTANCE_CM[view] * rng.uniform(0.92, 1.08)
        position = _place(azimuth + rng.normal(0.0, 3.0 if azimuth else 1.5), distance,
                          _HEIGHT_CM[view] + rng.normal(0.0, 8.0))
        target = np.array([rng.uniform(-8, 8), rng.uniform(88, 100), rng.uniform(-30, 0)])
        field = _FIELD_DEG[view] + rng.normal(0.0, 1.5)
        cameras[view] = look_at(position, target, rng.uniform(-0.8, 0.8),
                                _focal_px(field, distance, size), size)
    return cameras


def _anywhere(rng: np.random.Generator, size: tuple[int, int]) -> dict[str, Camera]:
    """From the floor to above the head, from any side, near or far, by any lens, held askew."""
    cameras = {}
    for view in AZIMUTH_DEG:
        distance = rng.uniform(220.0, 520.0)
        position = _place(rng.uniform(-180.0, 180.0), distance, rng.uniform(10.0, 230.0))
        target = np.array([rng.uniform(-35, 35), rng.uniform(75, 110), rng.uniform(-35, 35)])
        cameras[view] = look_at(position, target, float(np.clip(rng.normal(0.0, 4.0), -12, 12)),
                                _focal_px(rng.uniform(52.0, 80.0), distance, size), size)
    return cameras


def _place(azimuth_deg: float, distance: float, height: float) -> np.ndarray:
    a = np.radians(azimuth_deg)
    return np.array([distance * np.sin(a), height, distance * np.cos(a)])


def _focal_px(field_deg: float, distance: float, size: tuple[int, int]) -> float:
    across = 2 * np.tan(np.radians(field_deg) / 2)
    return min(size[1] / (_ASPECT * across), size[0] * distance / _LEAST_WIDTH_CM)
