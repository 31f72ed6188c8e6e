"""Draws a performer over a station's background: far limbs first, each in three tones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import cv2
import numpy as np

from .figure import Solids
from .pose import BENCH_TOP_CM
from .scene import Station

_SHIFT = 3  # fractional bits of the coordinates given to OpenCV
_OUTLINE_POINTS = 18
_MIN_RADIUS_PX = 2.2  # thinner solids are drawn in one tone

# Each tone covers less of the solid, is moved towards the light and brighter.
_TONES = ((1.0, 0.0, 0.25), (0.80, 0.17, 0.68), (0.45, 0.36, 1.0))

_FLAT_GROUPS = ('face', 'bar')
"""First words of groups that are too small for tones."""


@dataclass(frozen=True)
class Drawing:
    """All outlines of one view of a clip, ready to be filled.

    Attributes:
        outlines: By tone and solid, (T, N, 2) int32 with fractional bits, or None where a tone
            is left out.
        is_hull: By solid, whether its outline is the convex hull of the points.
        colours: By tone and solid, BGR.
        groups: Solids of each group, in runs of one colour.
        order: (T, G) groups from far to near.
        behind_bench: (T, G) whether the bench stands in front of a group.
        shadows: (T, S, N, 2) px, where the feet darken the floor.
        background: (H, W, 3), to paint the bench from.
        bench_mask: (H, W).
    """

    outlines: list[list[np.ndarray | None]]
    is_hull: list[bool]
    colours: list[list[tuple[float, float, float]]]
    groups: list[list[list[int]]]
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


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(points * 2**_SHIFT).astype(np.int32)


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
    outlines: list[list[np.ndarray | None]] = [[] for _ in _TONES]
    starts, depth_a = camera.project(np.stack(solids.starts, 1))
    ends, depth_b = camera.project(np.stack(solids.ends, 1))
    radii = np.array(solids.radii) * camera.focal_px
    ra, rb = radii[:, 0] / depth_a, radii[:, 1] / depth_b
    for tone, (scale, shift, _) in enumerate(_TONES):
        polygons = _fixed(_capsule_outlines(
            starts + shift * ra[..., None] * towards_light,
            ends + shift * rb[..., None] * towards_light, scale * ra, scale * rb))
        for i, (_, group, _) in enumerate(solids.capsule_tags):
            small = _is_flat(group) or np.maximum(ra, rb)[:, i].mean() < _MIN_RADIUS_PX
            outlines[tone].append(None if tone and small else
                                  np.ascontiguousarray(polygons[:, i]))
    depths = [(depth_a + depth_b) / 2]

    for points, centre, faces in zip(solids.lofts, solids.centres, solids.faces, strict=True):
        pixels, _ = camera.project(points)
        middle, depth = camera.project(centre)
        depths.append(depth[:, None])
        if faces is None:
            extent = np.linalg.norm(pixels - middle[:, None], axis=-1).max(1)
            for tone, (scale, shift, _) in enumerate(_TONES):
                # Across the trunk only: scaled along it, neighbours would come apart.
                across = _shrink_across(pixels, scale)
                moved = 0.6 * shift * extent[:, None] * towards_light
                outlines[tone].append(_fixed(across + moved[:, None]))
        else:
            near = np.argmin(camera.project(faces)[1], 0)
            rim = np.where(near[:, None, None] == 0, pixels[:, :16], pixels[:, 16:])
            hub = np.where(near[:, None] == 0, *camera.project(faces)[0])
            outlines[0].append(_fixed(pixels))
            outlines[1].append(_fixed(hub[:, None] + 0.92 * (rim - hub[:, None])))
            outlines[2].append(_fixed(hub[:, None] + 0.35 * (rim - hub[:, None])))
    depth = np.concatenate(depths, 1)
    heights = np.stack([(a + b)[:, 1] / 2 for a, b in zip(solids.starts, solids.ends, strict=True)]
                       + [centre[:, 1] for centre in solids.centres], 1)
    names = [group for _, group, _ in solids.tags]
    groups = [[i for i, group in enumerate(names) if group == name]
              for name in dict.fromkeys(names)]
    runs = [[list(run) for _, run in groupby(group, lambda i: tuple(solids.tags[i][0]))]
            for group in groups]
    behind = np.stack([depth[:, g].mean(1) for g in groups], 1) > \
        camera.project(station.bench.centre)[1]
    if lying:
        behind &= np.stack([heights[:, g].mean(1) for g in groups], 1) < BENCH_TOP_CM - 6.0
    depth = depth - np.array([nearer for _, _, nearer in solids.tags])
    order = np.argsort(-np.stack([depth[:, g].mean(1) for g in groups], 1), 1, kind='stable')
    colours = [[light.shade(colour, 0.7 if _is_flat(group) else level)
                for colour, group, _ in solids.tags] for _, _, level in _TONES]
    num_capsules = len(solids.starts)
    return Drawing(outlines, [i >= num_capsules for i in range(len(names))], colours, runs,
                   order, behind, camera.project(np.stack(solids.shadows, 1))[0],
                   station.backgrounds[view], station.bench_masks[view])


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
        hull = cv2.convexHull(_fixed(outline - (x1, y1)))
        cv2.fillConvexPoly(mask, hull, 105, cv2.LINE_AA, _SHIFT)
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
        for run in drawing.groups[group]:
            for outlines, colours in zip(drawing.outlines, drawing.colours, strict=True):
                for i in run:
                    if outlines[i] is None:
                        continue
                    polygon = outlines[i][t]
                    if drawing.is_hull[i]:
                        polygon = cv2.convexHull(polygon)
                    cv2.fillConvexPoly(image, polygon, colours[i], cv2.LINE_AA, _SHIFT)
