"""A picture of everything that is known of a drawn exercise: five views, kept and each fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.files import save_figure
from fitness_mm.fonts import exercise_title, font_families

from .clip import Performance, dressed, placed, station_of
from .clip_plan import ClipPlan
from .exercises import DRAWN, type_of
from .exercises.habits import Habits
from .images import frames
from .performer.body import sample_body
from .station.cameras import VIEWS
from .streams import stream
from .tempo import Tempo

_SIZE = (640, 360)
_DAY, _SLOT = 100, 1
_MARGIN = 0.12  # of a person's height
_MOMENTS = Tempo(np.array([0.0, 1.0]), np.zeros(2, int), np.array([0.0, 0.0]))


def draw_sheet(name: str, path: Path, performer: int = 1, seed: int = 0) -> Path:
    """Draws the start from the front and the far end of a repetition from all sides, a row for the
    exercise done well and for each way to break each of its conditions.

    Args:
        name: English name of the exercise.
        path: PNG to write.
        performer: Number of the performer.
        seed: Seed of everything that is drawn.
    """
    drawn = DRAWN[name]
    rows = [('', None, 0)] + [(condition, way, number)
                              for condition, ways in drawn.faults.items()
                              for number, way in enumerate(ways)]
    titles = {one.name_ko: one for one in conditions_of([drawn.entry])}
    pictures = [_pictures(name, condition, number, performer, seed)
                for condition, _, number in rows]
    height = 1.8 * len(rows) + 0.4
    figure = Figure(figsize=(9.6, height))
    figure.suptitle(exercise_title(name), y=1 - 0.1 / height, va='top', fontsize=11,
                    fontfamily=font_families())
    axes = figure.subplots(len(rows), len(VIEWS) + 1, squeeze=False, gridspec_kw=dict(
        left=0.01, right=0.99, bottom=0.05 / height, top=1 - 0.5 / height, wspace=0.03,
        hspace=0.16))
    for cells, (condition, way, _), views in zip(axes, rows, pictures, strict=True):
        for cell, image, view in zip(cells, views, ('C', *VIEWS), strict=True):
            cell.imshow(image[..., ::-1])
            cell.set_axis_off()
            cell.text(0.02, 0.02, view, transform=cell.transAxes, fontsize=6)
        title = (f'{condition} ({titles[condition].name_en}): {way.name}' if way else
                 'start from the front; far end of a repetition from all views')
        cells[0].set_title(title, fontsize=7, loc='left', pad=3, fontfamily=font_families())
    return save_figure(figure, path, dpi=110)


def _pictures(name: str, condition: str, way: int, performer: int, seed: int) -> list[np.ndarray]:
    """The start in view C, then the far end in all views."""
    drawn = DRAWN[name]
    plan = ClipPlan('validation', _DAY, _SLOT, performer, type_of(drawn))
    body, station = sample_body(stream(seed, 'body', performer)), station_of(
        seed, _DAY, _SLOT, _SIZE)
    joints = drawn.perform(
        body, {one: one != condition for one in drawn.faults}, Habits(seed, performer, 0),
        stream(seed, 'movement', *plan.ids), _MOMENTS, 1.0, {condition: way})
    joints = placed(joints, drawn, station.bench, stream(seed, 'place', *plan.ids))
    performance = Performance(plan, station, joints, dressed(plan, seed, body, joints))
    drawn_views = {view: list(frames(performance, view, np.random.default_rng(0)))
                   for view in VIEWS}
    return [_cropped(drawn_views[view][t], performance, view)
            for view, t in (('C', 0), *((view, 1) for view in VIEWS))]


def _cropped(image: np.ndarray, performance: Performance, view: str) -> np.ndarray:
    """A square around the person."""
    points = performance.station.cameras[view].project(performance.joints.keypoints)[0]
    low, high = points.min((0, 1)), points.max((0, 1))
    half = (0.5 + _MARGIN) * (high - low).max()
    (x, y), (height, width) = (low + high) / 2, image.shape[:2]
    x, y = np.clip(x, half, max(width - half, half)), np.clip(y, half, max(height - half, half))
    rows, columns = (slice(max(int(c - half), 0), int(c + half)) for c in (y, x))
    return image[rows, columns]
