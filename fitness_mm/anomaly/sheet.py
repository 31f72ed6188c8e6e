"""A picture of the worst frames, label and prediction side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.drawing import box_around, draw_crop, draw_legend, draw_skeleton
from fitness_mm.files import save_figure
from fitness_mm.fonts import exercise_title, font_families

from .decision import Anomalies
from .residuals import Residuals

_PAIRS_A_ROW = 4
_PANEL_WIDTH, _PANEL_HEIGHT = 1.35, 1.8  # inches


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
    row_of = _rows_of(index, residuals.clip_view[rows])
    num_lines = -(-len(rows) // _PAIRS_A_ROW)
    num_pairs = min(len(rows), _PAIRS_A_ROW)
    height = num_lines * (_PANEL_HEIGHT + 0.62) + 0.45
    figure = Figure(figsize=(max(num_pairs * (2 * _PANEL_WIDTH + 0.25), 5.5), height),
                    layout='constrained')
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.03, wspace=0.0, hspace=0.03)
    draw_legend(figure)
    cells = figure.subfigures(num_lines, num_pairs, squeeze=False).flat
    for row, cell in zip(rows, cells, strict=False):
        index_row = row_of.get(str(residuals.clip_view[row]))
        _draw_pair(cell, residuals, anomalies, row, index, index_row)
    return save_figure(figure, path, dpi=130)


def _rows_of(index: FitnessIndex, clip_views: np.ndarray) -> dict[str, int]:
    """Row of each named clip-view, without those that the index does not have."""
    names = np.char.add(np.char.add(index.clip, '_'), index.view)
    return {str(names[row]): int(row) for row in np.flatnonzero(np.isin(names, clip_views))}


def _draw_pair(cell, residuals: Residuals, anomalies: Anomalies, row: int, index: FitnessIndex,
               index_row: int | None) -> None:
    label, prediction = residuals.labels[row], residuals.predictions[row]
    visible = residuals.visible[row]
    box = box_around(np.concatenate([label[visible], prediction]), (_PANEL_WIDTH, _PANEL_HEIGHT))
    panels = cell.subplots(1, 2)
    for axes, points, shown, title in ((panels[0], label, visible, 'label'),
                                       (panels[1], prediction, None, 'prediction')):
        draw_crop(axes, index, index_row, int(residuals.frame_number[row]), box)
        draw_skeleton(axes, points, shown)
        axes.set_title(title, fontsize=7, pad=2)
    clip_view = str(residuals.clip_view[row]).rpartition('/')[2]
    cell.suptitle(
        f'{anomalies.kind[row] or "not flagged"}, severity {anomalies.severity[row]:.2f} '
        f'{anomalies.rule.unit}\n{exercise_title(str(residuals.exercise[row]))}\n'
        f'{clip_view} frame {residuals.frame_number[row]}',
        fontsize=7, fontfamily=font_families())
