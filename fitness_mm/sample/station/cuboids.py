"""Upright boxes, of which bench and clutter are made, and convex polygons in an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..performer.geometry import turn_y
from .cameras import Camera
from .light import Light

_SHIFT = 3  # fractional bits of the coordinates given to OpenCV


def fixed_point(pixels: np.ndarray) -> np.ndarray:
    """Pixels (..., 2) as the int32 numbers with fractional bits that :func:`fill` takes."""
    return np.round(pixels * 2**_SHIFT).astype(np.int32)


def fill(image: np.ndarray, polygon: np.ndarray, colour: float | Sequence[float]) -> None:
    """Fills a convex polygon (N, 2) of fixed-point pixels, with smooth edges."""
    cv2.fillConvexPoly(image, polygon, colour, cv2.LINE_AA, _SHIFT)


@dataclass(frozen=True)
class Cuboid:
    """An upright box.

    Attributes:
        centre: (3,) middle of its base, cm.
        size: (3,) along its own left, up and front, cm.
        turn_deg: Turn about the vertical.
        colour: (3,) BGR under full light.
    """

    centre: np.ndarray
    size: np.ndarray
    turn_deg: float
    colour: np.ndarray

    def corners(self) -> np.ndarray:
        """(8, 3), the low four and then the high four."""
        x, y, z = self.size / np.array([2.0, 1.0, 2.0])
        flat = np.array([[-x, 0, -z], [x, 0, -z], [x, 0, z], [-x, 0, z]])
        both = np.concatenate([flat, flat + np.array([0.0, y, 0.0])])
        return turn_y(both, self.turn_deg) + self.centre


_FACES = ((0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7))


def draw_cuboids(image: np.ndarray, cuboids: Sequence[Cuboid], camera: Camera,
                 light: Light | None) -> None:
    """Draws cuboids from far to near; without a light, in plain white, as a mask."""
    for cuboid in sorted(cuboids, key=lambda c: float(camera.project(c.centre)[1]), reverse=True):
        corners = cuboid.corners()
        pixels, depth = camera.project(corners)
        if depth.min() < 30.0:
            continue
        for face in _FACES:
            a, b, c = corners[list(face[:3])]
            normal = np.cross(b - a, c - b)
            normal *= np.sign(normal @ (corners[list(face)].mean(0) - corners.mean(0)))
            if normal @ (camera.position - a) <= 0:
                continue
            shade = (255, 255, 255)
            if light is not None:
                facing = float(normal @ light.direction) / float(np.linalg.norm(normal))
                shade = light.shade(cuboid.colour, 0.35 + 0.65 * max(facing, 0.0))
            fill(image, fixed_point(pixels)[list(face)], shade)
