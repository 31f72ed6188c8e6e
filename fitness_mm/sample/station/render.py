"""Draws a performer over a station's background: far limbs first, each in three tones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import cv2
import numpy as np

from ..exercises.equipment import BENCH_TOP_CM
from ..performer.figure import Capsule, Loft, Solids
from .cameras import Camera
from .cuboids import fill, fixed_point
from .scene import Station

_OUTLINE_POINTS = 18
_MIN_RADIUS_PX = 2.2  # thinner solids are drawn in one tone

# Each tone covers less of the solid, is moved towards the light and brighter.
_TONES = ((1.0, 0.0, 0.25), (0.80, 0.17, 0.68), (0.45, 0.36, 1.0))

_FLAT_GROUPS = ('face', 'bar')
"""First words of groups that are too small for tones."""


class _Fill(NamedTuple):
    """One tone of one solid: outlines (T, N, 2) in fixed-point pixels and their colour. A hull is
    the convex hull of its points; else the points are in order."""

    outlines: np.ndarray
    is_hull: bool
    colour: tuple[float, float, float]


@dataclass(frozen=True)
class Drawing:
    """All outlines of one view of a clip, ready to be filled.

    Attributes:
        groups: What is to be filled for each group of solids, one after the other.
        order: (T, G) groups from far to near.
        behind_bench: (T, G) whether the bench stands in front of a group.
        shadows: (T, S, N, 2) px, where the feet darken the floor.
        background: (H, W, 3), to paint the bench from.
        bench_mask: (H, W).
    """

    groups: list[list[_Fill]]
    order: np.ndarray
    behind_bench: np.ndarray
    shadows: np.ndarray
    background: np.ndarray
    bench_mask: np.ndarray


def _capsule_outlines(a: np.ndarray, b: np.ndarray, ra: np.ndarray, rb: np.ndarray) -> np.ndarray:
    """Outlines (..., N, 2) of two discs (..., 2) of radii (...) with the skin between them."""
    axis = b - a
    length = np.maximum(np.linalg.norm(axis, axis=-1), 1e-6)
    # Half the angle that the second disc contributes.
    half = np.arccos(np.clip((ra - rb) / length, -1.0, 1.0))[..., None]
    n = _OUTLINE_POINTS // 2
    share = np.linspace(0.0, 1.0, n)
    angles = np.concatenate([-half + 2 * half * share,
                             half + (2 * np.pi - 2 * half) * share], -1)
    angles = angles + np.arctan2(axis[..., 1], axis[..., 0])[..., None]
    circle = np.stack([np.cos(angles), np.sin(angles)], -1)
    points = np.empty_like(circle)
    points[..., :n, :] = b[..., None, :] + rb[..., None, None] * circle[..., :n, :]
    points[..., n:, :] = a[..., None, :] + ra[..., None, None] * circle[..., n:, :]
    return points


def _is_flat(group: str) -> bool:
    return group.startswith(_FLAT_GROUPS)


def _loft_outlines(loft: Loft, camera: Camera, towards_light: np.ndarray) -> list[np.ndarray]:
    """Points (T, N, 2) px of all three tones."""
    pixels, _ = camera.project(loft.points)
    if loft.faces is not None:
        middles, depth = camera.project(loft.faces)
        near = np.argmin(depth, 0)[:, None]
        rim = np.where(near[..., None] == 0, *np.split(pixels, 2, 1))
        hub = np.where(near == 0, *middles)[:, None]
        return [pixels, hub + 0.92 * (rim - hub), hub + 0.35 * (rim - hub)]
    middle, _ = camera.project(loft.points.mean(1))
    extent = np.linalg.norm(pixels - middle[:, None], axis=-1).max(1)
    # Across the trunk only: scaled along it, neighbours would come apart.
    return [_shrink_across(pixels, scale)
            + (0.6 * shift * extent[:, None] * towards_light)[:, None]
            for scale, shift, _ in _TONES]


def draw_plan(solids: Solids, station: Station, view: str, lying: bool) -> Drawing:
    """Projects solids into a camera, for all frames at once.

    Args:
        solids: Performer and equipment, in the room.
        station: Where they are.
        view: Camera letter.
        lying: Whether the performer lies on the bench; then only what is lower than the pad can
            be behind it.
    """
    camera, light = station.cameras[view], station.light
    towards_light = camera.rotation[:2] @ light.direction
    capsules, lofts = solids.capsules, solids.lofts
    starts, depth_a = camera.project(np.stack([capsule.start for capsule in capsules], 1))
    ends, depth_b = camera.project(np.stack([capsule.end for capsule in capsules], 1))
    radii = np.array([(c.radius_start, c.radius_end) for c in capsules]) * camera.focal_px
    ra, rb = radii[:, 0] / depth_a, radii[:, 1] / depth_b
    tones = [fixed_point(_capsule_outlines(
        starts + shift * ra[..., None] * towards_light,
        ends + shift * rb[..., None] * towards_light, scale * ra, scale * rb))
        for scale, shift, _ in _TONES]
    # By solid and tone.
    outlines = []
    for i, capsule in enumerate(capsules):
        flat = _is_flat(capsule.group) or np.maximum(ra, rb)[:, i].mean() < _MIN_RADIUS_PX
        outlines.append([np.ascontiguousarray(tone[:, i]) for tone in tones[:1 if flat else 3]])
    outlines += [[fixed_point(points) for points in _loft_outlines(loft, camera, towards_light)]
                 for loft in lofts]

    centres = [loft.points.mean(1) for loft in lofts]
    depth = np.concatenate([(depth_a + depth_b) / 2] +
                           [camera.project(centre)[1][:, None] for centre in centres], 1)
    heights = np.stack([(c.start + c.end)[:, 1] / 2 for c in capsules] +
                       [centre[:, 1] for centre in centres], 1)
    solid = [*capsules, *lofts]
    members: dict[str, list[int]] = {}
    for i, one in enumerate(solid):
        members.setdefault(one.group, []).append(i)

    def of_groups(values: np.ndarray) -> np.ndarray:
        return np.stack([values[:, group].mean(1) for group in members.values()], 1)

    behind = of_groups(depth) > camera.project(station.bench.centre)[1]
    if lying:
        behind &= of_groups(heights) < BENCH_TOP_CM - 6.0
    nearer = np.array([c.nearer for c in capsules] + [0.0] * len(lofts))
    order = np.argsort(-of_groups(depth - nearer), 1, kind='stable')

    fills = []
    for name, group in members.items():
        fills.append([
            _Fill(outlines[i][tone], i >= len(capsules),
                  light.shade(solid[i].colour, 0.7 if _is_flat(name) else level))
            for run in _runs(group, solid)
            for tone, (_, _, level) in enumerate(_TONES)
            for i in run if tone < len(outlines[i])])
    return Drawing(fills, order, behind, camera.project(np.stack(solids.shadows, 1))[0],
                   station.backgrounds[view], station.bench_masks[view])


def _runs(group: list[int], solid: list[Capsule | Loft]) -> list[list[int]]:
    """Those of one colour that follow each other."""
    return [list(run) for _, run in groupby(group, lambda i: tuple(solid[i].colour))]


def _shrink_across(pixels: np.ndarray, scale: float) -> np.ndarray:
    """Points (T, 2N, 2) of two rings, each drawn together to its own middle."""
    n = pixels.shape[1] // 2
    rings = pixels.reshape(len(pixels), 2, n, 2)
    middle = rings.mean(2, keepdims=True)
    return (middle + scale * (rings - middle)).reshape(pixels.shape)


def _darken(image: np.ndarray, shadows: np.ndarray) -> None:
    """Darkens the floor in outlines (S, N, 2), softly."""
    height, width = image.shape[:2]
    low = np.floor(shadows.min((0, 1))).astype(int) - 6
    high = np.ceil(shadows.max((0, 1))).astype(int) + 7
    (x1, y1), (x2, y2) = np.maximum(low, 0), np.minimum(high, (width, height))
    if x1 >= x2 or y1 >= y2:
        return
    mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
    for outline in shadows:
        fill(mask, cv2.convexHull(fixed_point(outline - (x1, y1))), 105)
    mask = 255 - cv2.blur(mask, (5, 5))
    part = image[y1:y2, x1:x2]
    part[:] = cv2.multiply(part, cv2.merge((mask, mask, mask)), scale=1 / 255)


def paint(image: np.ndarray, drawing: Drawing, t: int) -> None:
    """Paints frame ``t`` over an image (H, W, 3)."""
    _darken(image, drawing.shadows[t])
    behind = drawing.behind_bench[t]
    order = drawing.order[t].tolist()
    if behind.any():
        _fill(image, drawing, t, [g for g in order if behind[g]])
        cv2.copyTo(drawing.background, drawing.bench_mask, image)
    _fill(image, drawing, t, [g for g in order if not behind[g]])


def _fill(image: np.ndarray, drawing: Drawing, t: int, groups: list[int]) -> None:
    for group in groups:
        for outlines, is_hull, colour in drawing.groups[group]:
            fill(image, cv2.convexHull(outlines[t]) if is_hull else outlines[t], colour)
