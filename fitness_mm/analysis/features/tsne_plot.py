"""t-SNE maps as a figure that can be printed: one panel per model and group, one legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from fitness_mm.files import save_figure

# Okabe and Ito's colours, which the colour-blind can tell apart, with brown for yellow, which is
# lost on white paper. Eight colours and eleven markers meet in a new pair for each of 88 classes.
_COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#8c564b')
_MARKERS = 'os^DvPX*<>p'
# Inches, by the number of panels side by side: the text stays legible at 1,000 pixels.
_PANEL_SIZE = {1: 6.4, 2: 4.9, 3: 3.3}
_SMALLEST_PANEL = 2.4


@dataclass(frozen=True, eq=False)
class Panel:
    """One map.

    Attributes:
        title: What it shows.
        points: Shape (N, 2).
        labels: Class of every point, (N,).
        note: Numbers to stand below it.
        side: What its row shows, to stand at its left.
    """

    title: str
    points: np.ndarray
    labels: np.ndarray
    note: str = ''
    side: str = ''


def class_style(label: int) -> dict:
    """Colour and marker of a class, the same in every figure."""
    return dict(color=_COLOURS[label % len(_COLOURS)], marker=_MARKERS[label % len(_MARKERS)])


def plot_maps(rows: Sequence[Sequence[Panel]], class_names: Sequence[str], out: str | Path,
              font: str | None = None) -> Path:
    """Draws maps in a grid, with the legend of all classes that occur below them.

    Args:
        rows: Rows of panels; a shorter one leaves its last places empty.
        class_names: Names of the classes by label.
        out: The image to write.
        font: Family for all text; matplotlib's if None.

    Returns:
        ``out`` as a path.
    """
    shown = sorted({int(c) for row in rows for panel in row for c in panel.labels})
    wide = max(map(len, rows))
    panel_size = _PANEL_SIZE.get(wide, _SMALLEST_PANEL)
    columns = min(3 if wide == 1 else 4, len(shown))
    legend_height = 0.24 * -(-len(shown) // columns) + 0.2
    families = [font] if font else matplotlib.rcParams['font.family']
    with matplotlib.rc_context({'font.family': families, 'axes.unicode_minus': False}):
        figure = Figure(layout='constrained', figsize=(
            panel_size * wide, (panel_size + 0.7) * len(rows) + legend_height))
        grid = figure.subplots(len(rows), wide, squeeze=False)
        for axes_row, row in zip(grid, rows, strict=True):
            for axes in axes_row[len(row):]:
                axes.set_axis_off()
            for axes, panel in zip(axes_row, row, strict=False):
                _draw(axes, panel, wide)
        handles = [Line2D([], [], linestyle='', markersize=7, **class_style(c))
                   for c in shown]
        figure.legend(handles, [class_names[c] for c in shown], loc='outside lower center',
                      ncols=columns, frameon=False, fontsize=10, handletextpad=0.2,
                      columnspacing=1.2)
        return save_figure(figure, out, dpi=200)


def _draw(axes: Axes, panel: Panel, wide: int) -> None:
    size = 26 if wide < 3 else 16
    for c in np.unique(panel.labels):
        x, y = panel.points[panel.labels == c].T
        axes.scatter(x, y, s=size, alpha=0.75, linewidths=0, **class_style(int(c)))
    axes.set_title(panel.title, fontsize=12 if wide < 4 else 10, linespacing=1.3)
    # Distances and axes of a t-SNE map have no unit.
    axes.set(xticks=[], yticks=[])
    axes.set_xlabel(panel.note, fontsize=9 if wide < 4 else 8, linespacing=1.3)
    axes.set_ylabel(panel.side, fontsize=12)
    axes.set_box_aspect(1)
    axes.margins(0.06)
    for spine in axes.spines.values():
        spine.set_color('#999999')
