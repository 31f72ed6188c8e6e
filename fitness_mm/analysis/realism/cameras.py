"""Where cameras stand, how much they see, and how far labels are from what all views say.

Cameras are pinholes that stay where they are for a station's day. They are fitted to the 2D and 3D
labels of all its clips by direct linear transformation (Hartley and Zisserman, "Multiple View
Geometry", 2003, 7.1). A camera's place, and with it azimuth, height and distance, is well
determined, and so is its focal length but for a few per cent; its principal point, and with it the
inclination of its optical axis, is not: elevation is that of the line from person to camera.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import rq

from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.analysis.audit.blocks import view_positions
from fitness_mm.keypoints.quantiles import nan_median
from fitness_mm.keypoints.skeleton import NUM_KEYPOINTS
from fitness_mm.posture.angles import Body

MEASURES = ('azimuth, deg', 'elevation, deg', 'distance, trunk lengths', 'field of view, deg',
            'person in picture')
_CLIPS_PER_STATION = 24
_FEWEST_POINTS = 1000
_ROUNDS = 5  # of weighting down what is far off
_FAR = 2.0  # in medians
WRONG = 0.35
"""A label that is this many trunk lengths from what all views say is wrong."""


@dataclass(frozen=True, eq=False)
class Views:
    """What cameras see of some clips of every station.

    Attributes:
        geometry: Per view :data:`MEASURES` of R clip-views, (R, 5) each: azimuth from where the
            person faces to their left, over all frames, elevation seen from mid-hips, distance
            from there, horizontal field of view, and height of the person's box as a share of the
            image's.
        performer: Whose they are, (R,) per view.
        noise: Distances between labels and what all views say of their place, in trunk lengths,
            (V, S, K); NaN where not known.
        stations: Number of stations, each on one day.
    """

    geometry: tuple[np.ndarray, ...]
    performer: tuple[np.ndarray, ...]
    noise: np.ndarray
    stations: int


def look(index: FitnessIndex, progress: Callable[[int, int], None]) -> Views | None:
    """Fits the cameras of all stations whose clips have 3D labels; None if there is none.

    Args:
        index: The index.
        progress: Told of stations done and in all.
    """
    index = index.select(np.flatnonzero(index.has_3d))
    rows_of = list(_clips_by_station(index))
    geometry, performer = [[] for _ in VIEWS], [[] for _ in VIEWS]
    noise, stations = [], 0
    progress(0, len(rows_of))
    for done, rows in enumerate(rows_of, 1):  # (C, V)
        seen = _Seen.read(index, rows)
        cameras = seen.cameras()
        if cameras is not None:
            stations += 1
            for v, numbers in enumerate(seen.geometry(cameras)):
                geometry[v].append(numbers)
                performer[v].append(index.performer[rows[:, v]])
            noise.append(seen.noise(cameras))
        progress(done, len(rows_of))
    if not stations:
        return None
    return Views(tuple(map(np.concatenate, geometry)), tuple(map(np.concatenate, performer)),
                 np.concatenate(noise, 1), stations)


def _clips_by_station(index: FitnessIndex) -> Iterator[np.ndarray]:
    """Rows (C, V) of up to so many clips, spread evenly, of every day's stations; of those only
    that all views show in the same number of frames."""
    _, station = np.unique(np.stack([index.codes('split'), index.codes('day'), index.codes('slot')],
                                    1), axis=0, return_inverse=True)
    order = np.lexsort([view_positions(index), index.codes('clip')])
    clip, frames = index.codes('clip')[order], index.num_frames[order]
    starts = np.flatnonzero(np.diff(clip, prepend=-1))
    starts = starts[np.diff(np.append(starts, len(order))) == len(VIEWS)]
    rows = order[starts[:, None] + np.arange(len(VIEWS))]  # (C, V)
    alike = (frames[starts[:, None] + np.arange(len(VIEWS))] == frames[starts][:, None]).all(1)
    rows = rows[alike]
    for number in np.unique(station):
        own = rows[station[rows[:, 0]] == number]
        if len(own):
            yield own[np.linspace(0, len(own) - 1, min(len(own), _CLIPS_PER_STATION)).astype(int)]


@dataclass(frozen=True, eq=False)
class _Seen:
    """Clips of one station: S frames of all of them, one after the other.

    Attributes:
        points: (S, K, 3) cm; NaN where not known.
        pixels: (V, S, K, 2); NaN where not visible.
        clip: The clip of each frame, ascending, (S,).
        size: Width and height of the images.
    """

    points: np.ndarray
    pixels: np.ndarray
    clip: np.ndarray
    size: tuple[int, int]

    @classmethod
    def read(cls, index: FitnessIndex, rows: np.ndarray) -> _Seen:
        views = []
        for v in range(len(VIEWS)):
            clip, _, keypoints, visible = index.labels_of(rows[:, v])
            views.append(np.where(visible[..., None], keypoints, np.nan))
        points = index.keypoints_3d_at(index.frames_of(rows[:, 0])).astype(float)
        size = tuple(int(index.value(name, int(rows[0, 0])))
                     for name in ('image_width', 'image_height'))
        return cls(points, np.stack(views).astype(float), clip, size)

    def cameras(self) -> np.ndarray | None:
        """(V, 3, 4); None if there are too few points."""
        points = self.points.reshape(-1, 3)
        pixels = self.pixels.reshape(len(VIEWS), -1, 2)
        known = ~np.isnan(points).any(1) & ~np.isnan(pixels).any(2)  # (V, S * K)
        if known.sum(1).min() < _FEWEST_POINTS:
            return None
        return np.stack([fit_camera(points[known[v]], pixels[v, known[v]])
                         for v in range(len(VIEWS))])

    def geometry(self, cameras: np.ndarray) -> list[np.ndarray]:
        """:data:`MEASURES` of every clip, (C, 5) per view."""
        per_clip = [self.clip == number for number in np.unique(self.clip)]
        bodies = [Body(self.points[None, own]) for own in per_clip]
        middle, forward, left = (np.stack([np.nanmedian(getattr(body, name)[0], 0)
                                           for body in bodies])
                                 for name in ('hips', 'forward', 'left'))  # (C, 3)
        trunk = np.array([body.trunk[0, 0] for body in bodies])
        found = []
        for v, camera in enumerate(cameras):
            focal, place = focal_and_place(camera)
            way = place - middle
            level = np.hypot(way[:, 0], way[:, 2])
            heights = self.pixels[v, :, :, 1]
            found.append(np.stack([
                np.degrees(np.arctan2((way * left).sum(1), (way * forward).sum(1))),
                np.degrees(np.arctan2(way[:, 1], level)),
                np.linalg.norm(way, axis=1) / trunk,
                np.full(len(way), np.degrees(2 * np.arctan(self.size[0] / 2 / focal))),
                [np.nanmedian(np.nanmax(heights[own], 1) - np.nanmin(heights[own], 1))
                 / self.size[1] for own in per_clip]], 1))
        return found

    def noise(self, cameras: np.ndarray) -> np.ndarray:
        """Distances between labels and what all views say, in trunk lengths, (V, S, K)."""
        pixels = self.pixels.reshape(len(VIEWS), -1, 2)
        points = triangulate(cameras, pixels)
        off = np.linalg.norm(_projected(cameras, points) - pixels, axis=-1)
        trunk = Body(points.reshape(1, -1, NUM_KEYPOINTS, 3))
        # pixels per unit of length at the person's distance
        depth = (points @ cameras[:, 2, :3].T + cameras[:, 2, 3]).T  # (V, P)
        focal = np.array([focal_and_place(camera)[0] for camera in cameras])
        scale = np.linalg.norm(cameras[:, 2, :3], axis=1)
        per_unit = focal * scale / np.abs(np.nanmedian(depth, 1))
        return (off / (per_unit[:, None] * trunk.trunk[0, 0])).reshape(self.pixels.shape[:-1])


def fit_camera(points: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """The pinhole camera (3, 4) that shows points (P, 3) at pixels (P, 2), some of them wrong."""
    middle, size = points.mean(0), points.std()
    centre, extent = pixels.mean(0), pixels.std()
    world = np.concatenate([(points - middle) / size, np.ones((len(points), 1))], 1)
    image = (pixels - centre) / extent
    nothing = np.zeros_like(world)
    rows = np.stack([np.concatenate([world, nothing, -image[:, :1] * world], 1),
                     np.concatenate([nothing, world, -image[:, 1:] * world], 1)])  # (2, P, 12)
    weights = np.ones(len(points))
    for _ in range(_ROUNDS):
        normal = ((rows * weights[:, None]).swapaxes(1, 2) @ rows).sum(0)
        camera = np.linalg.eigh(normal)[1][:, 0].reshape(3, 4)
        shown = world @ camera.T
        off = np.linalg.norm(shown[:, :2] / shown[:, 2:] - image, axis=1)
        weights = _trust(off, np.median(off)) / shown[:, 2]**2
    to_image = np.array([[extent, 0, centre[0]], [0, extent, centre[1]], [0, 0, 1]])
    from_world = np.eye(4) / np.array([size, size, size, 1])[:, None]
    from_world[:3, 3] = -middle / size
    return to_image @ camera @ from_world


def focal_and_place(camera: np.ndarray) -> tuple[float, np.ndarray]:
    """Focal length in pixels and place (3,) of a camera (3, 4)."""
    inner = np.abs(np.diag(rq(camera[:, :3])[0]))
    return (float((inner[0] + inner[1]) / 2 / inner[2]),
            -np.linalg.solve(camera[:, :3], camera[:, 3]))


def triangulate(cameras: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Points (P, 3) that cameras (V, 3, 4) show at pixels (V, P, 2), NaN where not seen; NaN for
    those that fewer than three see."""
    seen = ~np.isnan(pixels).any(2)
    rows = np.nan_to_num(pixels)[..., None] * cameras[:, None, 2:] - cameras[:, None, :2]
    weights = seen / np.linalg.norm(cameras[:, 2, :3], axis=1)[:, None]**2
    for _ in range(_ROUNDS):
        weighted = rows * (weights * seen)[..., None, None]  # (V, P, 2, 4)
        normal = np.einsum('vpri,vprj->pij', weighted, rows[..., :3])  # (P, 4, 3)
        slack = 1e-9 * np.trace(normal[:, :3], axis1=1, axis2=2)
        left = normal[:, :3] + (slack + 1e-30)[:, None, None] * np.eye(3)
        points = np.linalg.solve(left, -normal[:, 3, :, None])[..., 0]
        depth = (points @ cameras[:, 2, :3].T + cameras[:, 2, 3]).T
        off = np.linalg.norm(_projected(cameras, points) - pixels, axis=-1)
        # one wrong view draws the point to it, and off are all
        usual = np.maximum(nan_median(off, 0), np.nanmedian(off))
        weights = _trust(np.nan_to_num(off), usual) / depth**2
    return np.where(seen.sum(0)[:, None] >= 3, points, np.nan)


def _projected(cameras: np.ndarray, points: np.ndarray) -> np.ndarray:
    shown = points @ cameras[:, :, :3].swapaxes(1, 2) + cameras[:, None, :, 3]  # (V, P, 3)
    return shown[..., :2] / shown[..., 2:]


def _trust(off: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Weights of what is off by distances that are usual."""
    return 1 / (1 + (off / np.maximum(_FAR * usual, 1e-9))**2)**2
