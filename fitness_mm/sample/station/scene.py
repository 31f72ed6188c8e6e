"""The room around a station: light and colours of a day, floor, walls, clutter and the bench.

A station is set up without knowing what will be done there. Every station has a bench, at places
from one distribution, so neither the bench nor anything else in the room tells the exercise.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from ..exercises.equipment import BENCH_TOP_CM
from ..performer.geometry import turn_y
from .cameras import AZIMUTH_DEG, STATION, Camera, sample_cameras
from .cuboids import Cuboid, draw_cuboids
from .light import Light, sample_light

_BENCH_LENGTH_CM, _BENCH_WIDTH_CM = 118.0, 30.0


@dataclass(frozen=True)
class Bench:
    """A station's bench.

    Attributes:
        parts: What it is made of.
        centre: (3,) on the floor, cm.
        turn_deg: Turn of its long side from the left-right axis.
    """

    parts: tuple[Cuboid, ...]
    centre: np.ndarray
    turn_deg: float


@dataclass(frozen=True)
class _Room:
    """Colours and sizes shared by the stations of one day."""

    floor: np.ndarray
    floor_line: float
    tile_cm: float
    planks: bool
    wall: np.ndarray
    band: np.ndarray
    band_height: tuple[float, float]
    panel_cm: float
    half_size_cm: tuple[float, float]


def _sample_room(rng: np.random.Generator) -> _Room:
    grey = rng.uniform(70, 170)
    return _Room(
        floor=np.clip(grey + rng.normal(0, 12, 3), 40, 200),
        floor_line=rng.uniform(0.72, 0.92),
        tile_cm=rng.uniform(40, 110),
        planks=bool(rng.random() < 0.5),
        wall=np.clip(rng.uniform(110, 220) + rng.normal(0, 12, 3), 70, 245),
        band=np.clip(rng.uniform(60, 200) + rng.normal(0, 35, 3), 20, 240),
        band_height=(rng.uniform(0, 100), rng.uniform(120, 190)),
        panel_cm=rng.uniform(90, 240),
        half_size_cm=(rng.uniform(620, 760), rng.uniform(620, 760)),
    )


def _clear_of_cameras(azimuth: float) -> bool:
    gaps = [abs((azimuth - camera + 180.0) % 360.0 - 180.0) for camera in AZIMUTH_DEG.values()]
    return min(gaps) > 24.0


def _sample_clutter(rng: np.random.Generator) -> list[Cuboid]:
    """Boxes, racks and posts around the station, none in the way of a camera."""
    clutter = []
    while len(clutter) < 26:
        azimuth, far = rng.uniform(-180, 180), rng.random() < 0.55
        distance = rng.uniform(530, 610) if far else rng.uniform(240, 430)
        if not far and not _clear_of_cameras(azimuth):
            continue
        a = np.radians(azimuth)
        kind = rng.integers(3)
        low, high = ((20, 20, 20), (90, 60, 70)) if kind == 0 else \
                    ((5, 110, 5), (12, 210, 12)) if kind == 1 else ((60, 60, 25), (140, 170, 50))
        clutter.append(Cuboid(
            centre=np.array([distance * np.sin(a), 0.0, distance * np.cos(a)]),
            size=rng.uniform(low, high), turn_deg=float(rng.uniform(0, 90)),
            colour=np.clip(rng.uniform(25, 215) + rng.normal(0, 22, 3), 10, 245)))
    return clutter


def _sample_bench(rng: np.random.Generator) -> Bench:
    centre = np.array([rng.uniform(-12, 12), 0.0, rng.uniform(-156, -144)])
    turn = float(rng.uniform(-12, 12))
    pad = np.clip(rng.uniform(25, 90) + rng.normal(0, 20, 3), 15, 160)
    frame = np.full(3, rng.uniform(60, 150))

    def part(along: float, height: float, size: tuple[float, float, float],
             colour: np.ndarray) -> Cuboid:
        offset = turn_y(np.array([along, height, 0.0]), turn)
        return Cuboid(centre + offset, np.array(size), turn, colour)

    legs = [part(sign * 0.40 * _BENCH_LENGTH_CM, 0.0, (6, BENCH_TOP_CM - 8, 26), frame)
            for sign in (-1.0, 1.0)]
    rail = part(0.0, BENCH_TOP_CM - 14, (0.9 * _BENCH_LENGTH_CM, 6, 8), frame)
    top = part(0.0, BENCH_TOP_CM - 8, (_BENCH_LENGTH_CM, 8, _BENCH_WIDTH_CM), pad)
    return Bench((*legs, rail, top), centre, turn)


def _draw_room(camera: Camera, room: _Room, light: Light, rng: np.random.Generator) -> np.ndarray:
    """Floor and walls, (H, W, 3) float32, by following the ray of every pixel."""
    rays = camera.rays()
    with np.errstate(divide='ignore', invalid='ignore'):
        to_floor = np.where(rays[..., 1] < 0, -camera.position[1] / rays[..., 1], np.inf)
        to_walls = []
        for axis, half in zip((0, 2), room.half_size_cm, strict=True):
            goal = np.sign(rays[..., axis]) * half
            to_walls.append((goal - camera.position[axis]) / rays[..., axis])
        to_walls = np.stack(to_walls)
    wall_axis = to_walls.argmin(0)
    to_wall = to_walls.min(0)
    on_floor = to_floor < to_wall
    points = camera.position + np.minimum(to_floor, to_wall)[..., None] * rays

    lines = 0.055 * np.minimum(to_floor, 900.0) / camera.focal_px * 20 + 1.0
    across = np.abs((points[..., 0] / room.tile_cm) % 1.0) * room.tile_cm < lines
    along = np.abs((points[..., 2] / room.tile_cm) % 1.0) * room.tile_cm < lines
    lined = across if room.planks else across | along
    floor = room.floor * np.where(lined, room.floor_line, 1.0)[..., None]
    plank = np.floor(points[..., 0] / room.tile_cm).astype(int) % 7
    if room.planks:
        floor = floor * rng.uniform(0.93, 1.05, 7)[plank][..., None]

    beside = np.where(wall_axis == 0, points[..., 2], points[..., 0])
    low, high = room.band_height
    in_band = (points[..., 1] > low) & (points[..., 1] < high)
    joint = (beside % room.panel_cm) < 2.5
    wall = np.where(in_band[..., None], 0.5 * room.wall + 0.5 * room.band, room.wall)
    wall = wall * np.where(joint, 0.85, 1.0)[..., None]
    wall = wall * np.where(wall_axis == 0, 0.9, 1.0)[..., None]
    side = wall_axis * 2 + (np.take_along_axis(
        points[..., [0, 2]], wall_axis[..., None], -1)[..., 0] > 0)
    for _ in range(14):  # posters, mirrors, windows
        where, width = rng.uniform(-600, 600), rng.uniform(40, 200)
        bottom, height = rng.uniform(40, 190), rng.uniform(30, 130)
        colour = np.clip(rng.uniform(30, 220) + rng.normal(0, 40, 3), 10, 245)
        on_side = rng.integers(4)
        inside = ((np.abs(beside - where) < width / 2) & (points[..., 1] > bottom)
                  & (points[..., 1] < bottom + height) & (side == on_side))
        wall[inside] = 0.35 * wall[inside] + 0.65 * colour
    image = np.where(on_floor[..., None], floor, wall)
    distance = np.linalg.norm(points - camera.position, axis=-1, keepdims=True)
    centre = np.linalg.norm(points[..., [0, 2]], axis=-1, keepdims=True)
    pool = np.where(on_floor[..., None], 1.05 - 0.22 * np.clip(centre / 600, 0, 1), 1.0)
    return image * light.tint * pool * (1.02 - 0.12 * np.clip(distance / 1200, 0, 1))


class Station:
    """One shooting station on one day; its pictures are drawn when they are asked for.

    Args:
        day_rng: Draws light and room; the same for all stations of a day.
        rng: Draws what belongs to this station alone.
        size: Width and height of the images.
        cameras: Where they stand, :data:`~.cameras.STATION` or :data:`~.cameras.ANYWHERE`.

    Attributes:
        cameras: By view letter.
        light: Light of the day.
        bench: What somebody may lie on.
    """

    def __init__(self, day_rng: np.random.Generator, rng: np.random.Generator,
                 size: tuple[int, int], cameras: str = STATION) -> None:
        self.light, self._room = sample_light(day_rng), _sample_room(day_rng)
        self.cameras = sample_cameras(rng, size, cameras)
        self.bench = _sample_bench(rng)
        self._rng = rng

    @cached_property
    def backgrounds(self) -> dict[str, np.ndarray]:
        """BGR images (H, W, 3) by view, the bench in them."""
        rng = deepcopy(self._rng)
        clutter = _sample_clutter(rng)
        mat = Cuboid(np.array([0.0, 0.0, -20.0]), np.array([rng.uniform(170, 230), 0.6,
                                                         rng.uniform(170, 220)]),
                  float(rng.uniform(-4, 4)), rng.uniform(40, 130) + rng.normal(0, 12, 3))
        texture = int(rng.integers(2**31))
        backgrounds = {}
        for view, camera in self.cameras.items():
            # The same walls from all sides, hence the same draws for all five cameras.
            image = _draw_room(camera, self._room, self.light, np.random.default_rng(texture))
            image = np.clip(image, 0, 255).astype(np.uint8)
            for cuboids in ([mat], clutter, self.bench.parts):
                draw_cuboids(image, cuboids, camera, self.light)
            backgrounds[view] = cv2.GaussianBlur(image, (0, 0), 0.5)
        return backgrounds

    @cached_property
    def bench_masks(self) -> dict[str, np.ndarray]:
        """(H, W) by view, where the bench is seen."""
        masks = {}
        for view, camera in self.cameras.items():
            masks[view] = np.zeros((camera.height_px, camera.width_px), np.uint8)
            draw_cuboids(masks[view], self.bench.parts, camera, None)
        return masks
