"""A picture of the worst frames, label and prediction side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from fitness_mm.aihub.catalog import exercise_by_name
from fitness_mm.aihub.frames import FrameError, read_frames
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.aihub.skeleton import KEYPOINTS, LIMBS
from fitness_mm.files import replacing

from .decision import Anomalies
from .lookup import rows_of_clip_views
from .residuals import Residuals

_COLOURS = {'Left': '#56b4e9', 'Right': '#e69f00'}  # told apart by the colour-blind too
_MIDDLE_COLOUR = '#f0e442'
_KOREAN_FONTS = ('Noto Sans CJK KR', 'Noto Sans KR', 'NanumGothic', 'NanumBarunGothic',
                 'Malgun Gothic', 'Apple SD Gothic Neo', 'AppleGothic', 'UnDotum', 'Baekmuk Dotum')

_PAIRS_A_ROW = 4
_PANEL_WIDTH, _PANEL_HEIGHT = 1.35, 1.8  # inches
_MARGIN = 0.12
"""Around the joints, as a share of the longer side of what they span."""


def worst_rows(residuals: Residuals, anomalies: Anomalies, count: int) -> np.ndarray:
    """Rows of the most severe frames, one of every clip-view: its frames resemble each other.

    Flagged frames only; fewer than ``count`` if fewer clip-views have any.
    """
    ranked = anomalies.ranked()
    ranked = ranked[anomalies.flagged[ranked]]
    _, first = np.unique(residuals.clip_view[ranked], return_index=True)
    return ranked[np.sort(first)[:count]]


def draw_sheet(residuals: Residuals, anomalies: Anomalies, rows: Sequence[int],
               index: FitnessIndex, path: str | Path) -> Path:
    """Draws frames with their label and the prediction, and saves the picture.

    Args:
        residuals: Labels and predictions.
        anomalies: What was found in them.
        rows: Rows of ``residuals`` to draw, in this order.
        index: Where the images are. A frame that cannot be read is drawn on grey.
        path: The picture; its ending decides the format.

    Raises:
        ValueError: If there are no rows.
    """
    if not len(rows):
        raise ValueError('there are no frames to draw')
    row_of = rows_of_clip_views(index, residuals.clip_view[rows])
    num_lines = -(-len(rows) // _PAIRS_A_ROW)
    num_pairs = min(len(rows), _PAIRS_A_ROW)
    height = num_lines * (_PANEL_HEIGHT + 0.62) + 0.45
    figure = Figure(figsize=(max(num_pairs * (2 * _PANEL_WIDTH + 0.25), 5.5), height),
                    layout='constrained')
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.03, wspace=0.0, hspace=0.03)
    _legend(figure)
    cells = figure.subfigures(num_lines, num_pairs, squeeze=False).flat
    for row, cell in zip(rows, cells, strict=False):
        index_row = row_of.get(str(residuals.clip_view[row]))
        _draw_pair(cell, residuals, anomalies, row, index, index_row)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=130)
    return Path(path)


def _draw_pair(cell, residuals: Residuals, anomalies: Anomalies, row: int, index: FitnessIndex,
               index_row: int | None) -> None:
    label, prediction = residuals.labels[row], residuals.predictions[row]
    visible = residuals.visible[row]
    box = _box_around(np.concatenate([label[visible], prediction]))
    image, extent = _read_crop(index, index_row, int(residuals.frame_number[row]), box)
    panels = cell.subplots(1, 2)
    for axes, points, shown, title in ((panels[0], label, visible, 'label'),
                                       (panels[1], prediction, None, 'prediction')):
        axes.set_facecolor('0.5')
        if image is not None:
            axes.imshow(image, extent=extent, aspect='equal')
        _draw_skeleton(axes, points, shown)
        axes.set(xlim=(box[0], box[2]), ylim=(box[3], box[1]), xticks=[], yticks=[],
                 aspect='equal')
        axes.set_title(title, fontsize=7, pad=2)
    clip_view = str(residuals.clip_view[row]).rpartition('/')[2]
    cell.suptitle(
        f'{anomalies.kind[row] or "not flagged"}, severity {anomalies.severity[row]:.2f} '
        f'{anomalies.rule.unit}\n{_exercise_name(str(residuals.exercise[row]))}\n'
        f'{clip_view} frame {residuals.frame_number[row]}',
        fontsize=7, fontfamily=_font_families())


def _draw_skeleton(axes: Axes, points: np.ndarray, visible: np.ndarray | None) -> None:
    limbs = [(a, b) for a, b in LIMBS if visible is None or (visible[a] and visible[b])]
    segments = [points[[a, b]] for a, b in limbs]
    axes.add_collection(LineCollection(segments, colors='black', linewidths=2.6))
    axes.add_collection(LineCollection(segments, linewidths=1.5,
                                       colors=[_colour(KEYPOINTS[a]) for a, _ in limbs]))
    shown = np.flatnonzero(visible) if visible is not None else np.arange(len(points))
    axes.scatter(*points[shown].T, s=5, c=[_colour(KEYPOINTS[k]) for k in shown],
                 edgecolors='black', linewidths=0.4, zorder=3)


def _legend(figure: Figure) -> None:
    entries = {"performer's left": _COLOURS['Left'], "performer's right": _COLOURS['Right'],
               'middle': _MIDDLE_COLOUR}
    figure.legend(handles=[Line2D([], [], color=c, marker='o', markeredgecolor='black', label=name)
                           for name, c in entries.items()],
                  loc='outside upper center', ncols=3, fontsize=8, facecolor='0.8')


def _colour(keypoint: str) -> str:
    return _COLOURS.get(keypoint.partition(' ')[0], _MIDDLE_COLOUR)


def _box_around(points: np.ndarray) -> np.ndarray:
    """x1, y1, x2, y2 of a panel's shape around points (P, 2)."""
    low, high = points.min(0).astype(np.float64), points.max(0).astype(np.float64)
    size = high - low + 2 * _MARGIN * max((high - low).max(), 8.0)
    shape = np.array([_PANEL_WIDTH, _PANEL_HEIGHT])
    size = (size / shape).max() * shape
    centre = (low + high) / 2
    return np.concatenate([centre - size / 2, centre + size / 2])


def _read_crop(index: FitnessIndex, index_row: int | None, number: int,
               box: np.ndarray) -> tuple[np.ndarray | None, tuple[float, ...] | None]:
    """The part of a frame in a box, and where it lies: left, right, bottom, top in px."""
    if index_row is None:
        return None, None
    try:
        frames, mapping = read_frames(index, index_row, [number], box)
    except (FrameError, ValueError):
        return None, None
    height, width = frames[0].shape[:2]
    scale, offset = np.array(mapping.scale), np.array(mapping.offset)
    low = (np.array([-0.5, -0.5]) - offset) / scale
    high = (np.array([width, height]) - 0.5 - offset) / scale
    return frames[0], (low[0], high[0], high[1], low[1])


def _exercise_name(name: str) -> str:
    """English, and Korean where it can be drawn."""
    return f'{name} {exercise_by_name(name).name_ko}' if len(_font_families()) > 1 else name


def _font_families() -> list[str]:
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return ['DejaVu Sans', *[name for name in _KOREAN_FONTS if name in installed][:1]]
