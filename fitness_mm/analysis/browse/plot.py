"""Draws a network's input: a column a frame; pixels, skeleton and heatmaps below each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fitness_mm.drawing import draw_skeleton
from fitness_mm.files import save_figure
from fitness_mm.keypoints.pixels import PixelMap

from .network_input import NetworkInput


def plot_input(shown: NetworkInput, title: str, out: str | Path, fonts: Sequence[str]) -> Path:
    """Draws one sample.

    Args:
        shown: The sample.
        title: Text above it.
        out: The image to write.
        fonts: Families for the title.

    Returns:
        ``out`` as a path.
    """
    rows = [row for row, there in (
        ('frames', shown.frames is not None), ('keypoints', shown.keypoints is not None),
        ('heatmaps', shown.maps is not None)) if there]
    height, width = _size(shown)
    few = len(shown) < 5  # then the title is wider than a line of tiles
    tile = 3.2 if few else 1.5
    figure = Figure(figsize=(tile * len(shown) + 0.3, tile * height / width * len(rows) + 0.7),
                    layout='constrained')
    grid = figure.subplots(len(rows), len(shown), squeeze=False)
    for axes_row, row in zip(grid, rows, strict=True):
        axes_row[0].set_ylabel(row, fontsize=9)
        for t, axes in enumerate(axes_row):
            _draw(axes, row, shown, t, (height, width))
    figure.suptitle(title.replace(', ', '\n') if few else title, fontsize=8 if few else 11,
                    fontfamily=fonts)
    return save_figure(figure, out)


def _size(shown: NetworkInput) -> tuple[float, float]:
    """Height and width of a frame in pixels; of bare skeletons, of the box around all of them."""
    for images in (shown.frames, shown.maps):
        if images is not None:
            return images.shape[1:3]
    width, height = np.ptp(shown.keypoints[..., :2].reshape(-1, 2), axis=0) * 1.1
    return max(height, 1e-6), max(width, 1e-6)


def _draw(axes: Axes, row: str, shown: NetworkInput, t: int,
          size: tuple[float, float]) -> None:
    height, width = size
    axes.set(xticks=[], yticks=[])
    extent = PixelMap().extent((width, height))
    pixels = dict(extent=extent, interpolation='nearest')
    if shown.frames is not None:
        axes.imshow(shown.frames[t], alpha=1.0 if row == 'frames' else 0.6, **pixels)
    if row == 'heatmaps':
        axes.imshow(shown.maps[t], cmap='magma', vmin=0, vmax=max(shown.maps.max(), 1e-6),
                    alpha=0.6 if shown.frames is not None else 1.0, **pixels)
    if row == 'keypoints':
        draw_skeleton(axes, shown.keypoints[t, :, :2], shown.keypoints[t, :, 2] > 0)
    if shown.frames is None and shown.maps is None:
        low = shown.keypoints[..., :2].min((0, 1)) - 0.05 * np.array([width, height])
        axes.set(xlim=(low[0], low[0] + width), ylim=(low[1] + height, low[1]), aspect='equal')
    else:
        axes.set(xlim=extent[:2], ylim=extent[2:])
