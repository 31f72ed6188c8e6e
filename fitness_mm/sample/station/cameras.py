"""The five cameras around a station: C in front, B and D front-oblique, A and E rear-oblique."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..performer.geometry import unit

VIEWS = 'ABCDE'

AZIMUTH_DEG = {'A': -140.0, 'B': -40.0, 'C': 0.0, 'D': 40.0, 'E': 140.0}
"""Where each camera stands, seen from above: 0 is straight in front of the performer, positive
to the performer's left."""


_CENTRE_CM = -42.0
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


def sample_cameras(rng: np.random.Generator, size: tuple[int, int]) -> dict[str, Camera]:
    """Sets up one station's five cameras, each somewhat off its nominal place.

    About 2.7 m of height and 4.9 m of width are in the picture at the performer's distance; an
    upright picture takes in more of the height, so that somebody on the bench is in it. The
    cameras look at a point between the place to stand and the bench behind it.
    """
    cameras = {}
    for view, azimuth in AZIMUTH_DEG.items():
        a = np.radians(azimuth + rng.uniform(-5.0, 5.0))
        distance = rng.uniform(430.0, 480.0)
        position = np.array([distance * np.sin(a), rng.uniform(115.0, 155.0),
                             distance * np.cos(a) + _CENTRE_CM])
        target = np.array([rng.uniform(-8, 8), rng.uniform(93, 103),
                           _CENTRE_CM + rng.uniform(-8, 8)])
        focal = min(size[1] * distance / rng.uniform(272.0, 290.0),
                    size[0] * distance / _LEAST_WIDTH_CM)
        cameras[view] = look_at(position, target, rng.uniform(-0.8, 0.8), focal, size)
    return cameras
