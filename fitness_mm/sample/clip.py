"""One clip: the performer's movement at its station, and what the five cameras' labels say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from .clip_plan import ClipPlan
from .exercises.equipment import sample_equipment
from .labels.defects import EMPTY_FRAMES
from .labels.errors import MOVED_SHARE, jitter, plant
from .performer.body import Body, sample_body
from .performer.figure import Solids, figure, sample_look
from .performer.geometry import turn_y
from .performer.pose import Joints
from .station.cameras import VIEWS
from .station.scene import Bench, Station, set_up_station
from .streams import stream
from .tempo import sample_tempo

# Head and back lie on the pad, the hips near its end.
_HIPS_FROM_BENCH_CENTRE_CM = 47.0


@lru_cache(maxsize=2)
def station_of(seed: int, day: int, slot: int, size: tuple[int, int]) -> Station:
    """The station of a day and slot; the last ones are kept."""
    return set_up_station(stream(seed, 'day', day), stream(seed, 'station', day, slot), size)


def placed(joints: Joints, lying: bool, bench: Bench, rng: np.random.Generator) -> Joints:
    """Joints moved to where the performer stands, or lies on the bench, at the station."""
    side, yaw, x, z = rng.choice([-90.0, 90.0]), rng.normal(0, 4), *rng.uniform(-10, 10, 2)
    if lying:
        turn = side + bench.turn_deg
        hips = np.array([0.0, 0.0, _HIPS_FROM_BENCH_CENTRE_CM])
        shift = bench.centre + turn_y(hips, turn)
    else:
        turn, shift = yaw, np.array([x, 0.0, z])
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


def perform(plan: ClipPlan, seed: int, size: tuple[int, int]) -> Performance:
    """Everything that happens in a clip; a function of its arguments alone."""
    station = station_of(seed, plan.day, plan.slot, size)
    body = sample_body(stream(seed, 'body', plan.performer))
    rng = stream(seed, 'movement', *plan.ids)
    tempo = sample_tempo(rng, plan.num_images)
    _, joints = plan.drawn.perform(body, plan.kept, rng, stream(seed, 'faults', *plan.ids), tempo)
    joints = placed(joints, plan.drawn.lying, station.bench, stream(seed, 'place', *plan.ids))
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
        ``id``, ``kind``, ``frames`` (numbers of labelled frames, from 0), ``joints_moved`` and
        the ``clean`` keypoints of each of these frames.
    """
    plan, clean = performance.plan, performance.clean_keypoints()
    camera = performance.station.cameras[VIEWS[0]]
    size = np.array([camera.width_px, camera.height_px])
    keypoints = jitter(clean, camera.height_px, stream(seed, 'jitter', *plan.ids))
    frames_of = {}
    if EMPTY_FRAMES not in plan.defects:
        for view, kind in plan.errors:
            v = VIEWS.index(view)
            rng = stream(seed, 'label error', *plan.ids, v)
            keypoints[v], frames_of[view] = plant(kind, keypoints[v], rng)
    labels = np.clip(np.rint(keypoints), 0, size - 1).astype(int)
    records = []
    for view, kind in plan.errors:
        v, frames = VIEWS.index(view), frames_of[view]
        moved = np.linalg.norm(labels[v] - clean[v], axis=-1) > MOVED_SHARE * size[1]
        records.append({
            'id': f'{plan.split}/{plan.day_name}/{plan.slot}/{plan.name}_{view}',
            'kind': kind,
            'frames': frames,
            'joints_moved': moved[frames].sum(-1).tolist(),
            'clean': np.round(clean[v, frames], 1).tolist(),
        })
    return labels, records
