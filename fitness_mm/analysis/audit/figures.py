"""Pictures of a data set's state: what there is, and what looks wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fitness_mm.aihub.catalog import MOVEMENTS
from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.drawing import box_around, draw_crop, draw_legend, draw_skeleton
from fitness_mm.files import save_figure
from fitness_mm.fonts import exercise_title, font_families
from fitness_mm.keypoints.skeleton import KEYPOINTS
from fitness_mm.tables import percent

from .checks.suspicious import CHECKS
from .state import DataState

_BLUE = '#0072b2'
_PANEL_WIDTH, _PANEL_HEIGHT = 1.5, 1.9  # inches
_LINE = 0.24


def draw_overview(state: DataState, path: str | Path) -> Path:
    """Draws clips per exercise, visibility of keypoints and where labels look wrong.

    Args:
        state: What was found.
        path: The picture; its ending decides the format.
    """
    shares = state.suspicious_shares()
    height = max(0.9 + _LINE * len(shares), 0.9 + 0.19 * len(KEYPOINTS))
    figure = Figure(figsize=(11.5, height), layout='constrained')
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.5, 1, 1))
    titles = [exercise_title(name) for name in shares]
    clips = {group.name.partition(' (')[0]: group.clips for group in state.amounts['exercise']}
    bars = left.barh(range(len(shares)), [clips[name] for name in shares], color=_BLUE)
    left.bar_label(bars, fontsize=7, padding=2)
    left.set_yticks(range(len(shares)), titles, fontsize=8, fontfamily=font_families())
    left.invert_yaxis()
    left.set_title('clips per exercise', fontsize=10)
    left.spines[['top', 'right']].set_visible(False)
    _heatmap(middle, 100 * (1 - state.visible), KEYPOINTS, VIEWS,
             'frames without the keypoint,\n% by view')
    _heatmap(right, 100 * np.array(list(shares.values())).reshape(-1, len(CHECKS)), None,
             tuple(CHECKS), 'suspicious frames,\n% by check')
    right.set_ylim(left.get_ylim())
    return save_figure(figure, path, dpi=110)


def _heatmap(axes: Axes, values: np.ndarray, rows: tuple[str, ...] | None,
             columns: tuple[str, ...], title: str) -> None:
    """Numbers with their colour; at least 1 % is needed for the darkest."""
    top = max(float(np.nanmax(values, initial=0)), 1.0)
    axes.imshow(values, aspect='auto', cmap='Blues', vmin=0, vmax=top)
    for (y, x), value in np.ndenumerate(values):
        if not np.isnan(value):
            axes.text(x, y, percent(value / 100, 1)[:-1] if value else '0', ha='center',
                      va='center',
                      fontsize=7, color='white' if value > 0.6 * top else 'black')
    axes.set_xticks(range(len(columns)), columns, fontsize=8)
    axes.set_yticks(range(len(values)) if rows else (), rows or (), fontsize=7)
    axes.set_title(title, fontsize=10)


def draw_suspicious(state: DataState, count: int, path: str | Path) -> Path | None:
    """Draws the frames with the highest scores on their images, a row a check.

    Args:
        state: What was found.
        count: Most frames a row.
        path: The picture; its ending decides the format.

    Returns:
        The picture; None if nothing is suspicious.
    """
    chosen = {check: frames for check, frames in state.examples(count).items() if len(frames)}
    if not chosen:
        return None
    columns = max(map(len, chosen.values()))
    figure = Figure(figsize=(max(columns * (_PANEL_WIDTH + 0.1), 5.5),
                             len(chosen) * (_PANEL_HEIGHT + 0.66) + 0.4), layout='constrained')
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03)
    draw_legend(figure)
    grid = figure.subplots(len(chosen), columns, squeeze=False)
    for line, (check, frames) in zip(grid, chosen.items(), strict=True):
        for axes in line[len(frames):]:
            axes.axis('off')
        for axes, frame in zip(line, frames, strict=False):
            _draw_frame(axes, state, int(frame), check)
    return save_figure(figure, path, dpi=140)


def _draw_frame(axes: Axes, state: DataState, frame: int, check: str) -> None:
    index, found = state.index, state.suspicions
    row, number = int(found.row[frame]), int(found.frame_number[frame])
    t = int(np.flatnonzero(index.frame_numbers(row) == number)[0])
    keypoints, visible = index.keypoints(row), index.visible(row)[t]
    points = keypoints[t]
    # where the performer usually is belongs into the picture too
    box = box_around(np.concatenate([points[visible], np.median(keypoints, axis=0)]),
                     (_PANEL_WIDTH, _PANEL_HEIGHT))
    draw_crop(axes, index, row, number, box)
    draw_skeleton(axes, points, visible)
    name = MOVEMENTS[int(index.value('exercise', row))].name
    score = found.scores[frame, list(CHECKS).index(check)]
    clip_view = index.clip_view_id(row).rpartition('/')[2]
    # a panel is narrower than a long name in two languages
    title = exercise_title(name).replace(f'{name} ', f'{name}\n')
    axes.set_title(f'{check} {score:.1f}\n{title}\n{clip_view} frame {number}',
                   fontsize=6.5, fontfamily=font_families(), pad=3)
