"""One clip: the performer's movement at its station, and what the five cameras' labels say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from fitness_mm.keypoints.skeleton import KEYPOINTS

from .clip_plan import ClipPlan
from .exercises.drawn import DrawnExercise
from .exercises.equipment import sample_equipment
from .exercises.habits import Habits
from .labels.defects import EMPTY_FRAMES
from .labels.errors import MOVED, jitter, plant
from .performer.body import Body, sample_body
from .performer.figure import Solids, figure, sample_look
from .performer.geometry import turn_y
from .performer.posture import Joints
from .station.cameras import STATION, VIEWS
from .station.scene import Bench, Station
from .streams import stream
from .tempo import sample_tempo

# Head and back lie on the pad, the hips near its end.
_HIPS_FROM_BENCH_CENTRE_CM = 47.0


@lru_cache(maxsize=2)
def station_of(seed: int, day: int, slot: int, size: tuple[int, int],
               cameras: str = STATION) -> Station:
    """The station of a day and slot; the last ones are kept."""
    return Station(stream(seed, 'day', day), stream(seed, 'station', day, slot), size, cameras)


def placed(joints: Joints, drawn: DrawnExercise, bench: Bench,
           rng: np.random.Generator) -> Joints:
    """Joints moved to where the performer is at the station, on the floor or on the bench."""
    side, yaw, x, z = rng.choice([-90.0, 90.0]), rng.normal(0, 4), *rng.uniform(-10, 10, 2)
    faces = rng.choice(drawn.faces)
    if drawn.on_bench:
        turn = side + bench.turn_deg
        hips = np.array([0.0, 0.0, _HIPS_FROM_BENCH_CENTRE_CM])
        hips -= joints.point('mid_hip').mean(0) * (1, 0, 1)
        shift = bench.centre + turn_y(hips, turn)
    else:
        turn, shift = yaw + faces, np.array([x, 0.0, z])
    return joints.mapped(lambda points: turn_y(points, turn) + shift,
                         lambda axes: turn_y(axes, turn))


@dataclass(frozen=True)
class Performance:
    """A clip as it happens at its station.

    Attributes:
        plan: Who does what and where.
        station: Cameras, light and backgrounds.
        joints: Joints in the room, in cm.
        solids: Performer and equipment, to be drawn.
    """

    plan: ClipPlan
    station: Station
    joints: Joints
    solids: Solids

    @property
    def labelled_joints(self) -> np.ndarray:
        """(T, K, 3) cm in the labelled frames: images 1, 3, 5, ..."""
        return self.joints.keypoints[::2]

    def clean_keypoints(self) -> np.ndarray:
        """(V, T, K, 2) px of the labelled frames, exactly where the joints are."""
        return np.stack([self.station.cameras[view].project(self.labelled_joints)[0]
                         for view in VIEWS])

    def trunk_px(self) -> np.ndarray:
        """How long, in px, a trunk is at the performer's distance, in each view, (V,)."""
        hips = self.joints.point('mid_hip')
        left, right = (self.joints.point(f'{side} Shoulder') for side in ('Left', 'Right'))
        length = np.median(np.linalg.norm((left + right) / 2 - hips, axis=-1))
        cameras = (self.station.cameras[view] for view in VIEWS)
        return np.array([length * camera.focal_px / np.median(camera.project(hips)[1])
                         for camera in cameras])


def perform(plan: ClipPlan, seed: int, size: tuple[int, int], cameras: str = STATION,
            ways: Mapping[str, int] | None = None, strength: float | None = None) -> Performance:
    """Everything that happens in a clip; a function of its arguments alone.

    Args:
        plan: The clip.
        seed: Of the sample.
        size: Width and height of the images.
        cameras: Where they stand.
        ways: As for :meth:`DrawnExercise.perform`; then faults are seen in all repetitions.
        strength: As for that.
    """
    station = station_of(seed, plan.day, plan.slot, size, cameras)
    body = sample_body(stream(seed, 'body', plan.performer))
    habits = Habits(seed, plan.performer, plan.exercise.index)
    rng = stream(seed, 'movement', *plan.ids)
    tempo = sample_tempo(rng, plan.num_images)
    joints = plan.drawn.perform(body, plan.kept, habits, rng, tempo,
                                None if ways is None else 1.0, ways, strength)
    joints = placed(joints, plan.drawn, station.bench, stream(seed, 'place', *plan.ids))
    return Performance(plan, station, joints, dressed(plan, seed, body, joints))


def dressed(plan: ClipPlan, seed: int, body: Body, joints: Joints) -> Solids:
    """The performer in the clothes of the day, with the station's equipment."""
    look = sample_look(stream(seed, 'look', plan.performer),
                       stream(seed, 'clothes', plan.performer, plan.day))
    solids = figure(body, joints, look)
    plan.drawn.hold(solids, joints,
                    sample_equipment(stream(seed, 'equipment', plan.day, plan.slot)))
    return solids


def label_keypoints(performance: Performance,
                    seed: int) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """What the label says, errors included.

    Returns:
        int (V, T, K, 2) px inside the image, and one record per view with a planted error:
        ``id``, ``kind``, ``moved_px`` (how far a joint has to be from its place to
        count as moved), ``frames`` (numbers of labelled frames, from 0), and of each of these
        frames the ``joints`` that are not where they should be, their number ``joints_moved``,
        and the ``clean`` keypoints.
    """
    plan, clean = performance.plan, performance.clean_keypoints()
    camera = performance.station.cameras[VIEWS[0]]
    size = np.array([camera.width_px, camera.height_px])
    trunk_px = performance.trunk_px()
    keypoints = jitter(clean, trunk_px, stream(seed, 'jitter', *plan.ids))
    if EMPTY_FRAMES not in plan.defects:
        for view, kind in plan.errors:
            v = VIEWS.index(view)
            wrong = plant(kind, keypoints[v], trunk_px[v],
                          stream(seed, 'label error', *plan.ids, v),
                          stream(seed, 'label error', *plan.ids))
            # Left and right that are at one place are no error when they are exchanged.
            moved = np.linalg.norm(wrong - clean[v], axis=-1) > MOVED * trunk_px[v]
            keypoints[v] = np.where(moved.any(1)[:, None, None], wrong, keypoints[v])
    labels = np.clip(np.rint(keypoints), 0, size - 1).astype(int)
    records = []
    for view, kind in plan.errors:
        v = VIEWS.index(view)
        moved = np.linalg.norm(labels[v] - clean[v], axis=-1) > MOVED * trunk_px[v]
        frames = np.flatnonzero(moved.any(1))
        records.append({
            'id': f'{plan.split}/{plan.day_name}/{plan.slot}/{plan.name}_{view}',
            'kind': kind,
            'moved_px': round(MOVED * float(trunk_px[v]), 2),
            'frames': frames.tolist(),
            'joints': [[KEYPOINTS[k] for k in np.flatnonzero(moved[t])] for t in frames],
            'joints_moved': moved[frames].sum(-1).tolist(),
            'clean': np.round(clean[v, frames], 1).tolist(),
        })
    return labels, records
