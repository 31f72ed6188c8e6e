"""Draws a network's input: a column a frame; pixels, skeleton and heatmaps below each other."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use('Agg')

import matplotlib.pyplot as plt
import numpy as np

from fitness_mm.keypoints.pixels import PixelMap
from fitness_mm.keypoints.skeleton import LEFT_KEYPOINTS, LIMBS, RIGHT_KEYPOINTS

from .network_input import NetworkInput

_LEFT, _RIGHT, _MIDDLE = '#d55e00', '#0072b2', '#009e73'


def plot_input(shown: NetworkInput, title: str, out: str | Path, font: str | None = None) -> Path:
    """Draws one sample.

    Left limbs are orange, right limbs blue.

    Args:
        shown: The sample.
        title: Text above it.
        out: The image to write.
        font: Family for the title; matplotlib's if None.

    Returns:
        ``out`` as a path.
    """
    rows = [row for row, there in (
        ('frames', shown.frames is not None), ('keypoints', shown.keypoints is not None),
        ('heatmaps', shown.maps is not None)) if there]
    height, width = _size(shown)
    tile = 1.5
    with plt.rc_context({'font.family': [font] if font else plt.rcParams['font.family']}):
        figure, grid = plt.subplots(
            len(rows), len(shown), squeeze=False, layout='constrained',
            figsize=(tile * len(shown) + 0.3, tile * height / width * len(rows) + 0.5))
        for axes_row, row in zip(grid, rows, strict=True):
            axes_row[0].set_ylabel(row, fontsize=9)
            for t, axes in enumerate(axes_row):
                _draw(axes, row, shown, t, (height, width))
        figure.suptitle(title, fontsize=11)
        out = Path(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(out, dpi=120)
        plt.close(figure)
    return out


def _size(shown: NetworkInput) -> tuple[float, float]:
    """Height and width of a frame in pixels; of bare skeletons, of the box around all of them."""
    for images in (shown.frames, shown.maps):
        if images is not None:
            return images.shape[1:3]
    width, height = np.ptp(shown.keypoints[..., :2].reshape(-1, 2), axis=0) * 1.1
    return max(height, 1e-6), max(width, 1e-6)


def _draw(axes: plt.Axes, row: str, shown: NetworkInput, t: int,
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
        _draw_skeleton(axes, shown.keypoints[t])
    if shown.frames is None and shown.maps is None:
        low = shown.keypoints[..., :2].min((0, 1)) - 0.05 * np.array([width, height])
        axes.set(xlim=(low[0], low[0] + width), ylim=(low[1] + height, low[1]), aspect='equal')
    else:
        axes.set(xlim=extent[:2], ylim=extent[2:])


def _draw_skeleton(axes: plt.Axes, keypoints: np.ndarray) -> None:
    """Keypoints (K, 3) with a positive score, and the limbs between them."""
    present = keypoints[:, 2] > 0
    for a, b in LIMBS:
        if present[a] and present[b]:
            colour = (_LEFT if {a, b} & set(LEFT_KEYPOINTS) else
                      _RIGHT if {a, b} & set(RIGHT_KEYPOINTS) else _MIDDLE)
            axes.plot(*keypoints[[a, b], :2].T, color=colour, linewidth=1.2)
    axes.plot(*keypoints[present, :2].T, linestyle='', marker='o', markersize=1.6, color='black')
