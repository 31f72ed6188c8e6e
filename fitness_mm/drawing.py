"""Skeletons drawn on images, for every figure that shows labelled frames."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .aihub.frames import FrameError, read_frames
from .aihub.index.index import FitnessIndex
from .keypoints.box import Box, outline
from .keypoints.colours import KEYPOINT_COLOURS, LEFT, MIDDLE, RIGHT
from .keypoints.skeleton import LIMBS

_MARGIN = 0.12
"""Around the joints, as a share of the longer side of their box."""


def draw_skeleton(axes: Axes, points: np.ndarray, visible: np.ndarray | None) -> None:
    """Draws limbs and joints, the performer's left blue and right orange.

    Args:
        axes: Where to.
        points: Keypoints (K, 2).
        visible: bool (K,): what to draw; everything if None.
    """
    limbs = [(a, b) for a, b in LIMBS if visible is None or (visible[a] and visible[b])]
    segments = [points[[a, b]] for a, b in limbs]
    axes.add_collection(LineCollection(segments, colors='black', linewidths=2.6))
    axes.add_collection(LineCollection(segments, linewidths=1.5,
                                       colors=[KEYPOINT_COLOURS[a] for a, _ in limbs]))
    shown = np.flatnonzero(visible) if visible is not None else np.arange(len(points))
    axes.scatter(*points[shown].T, s=5, c=[KEYPOINT_COLOURS[k] for k in shown],
                 edgecolors='black', linewidths=0.4, zorder=3)


def draw_legend(figure: Figure) -> None:
    """Says above a figure which colour is which side."""
    entries = {"performer's left": LEFT, "performer's right": RIGHT, 'middle': MIDDLE}
    figure.legend(handles=[Line2D([], [], color=c, marker='o', markeredgecolor='black', label=name)
                           for name, c in entries.items()],
                  loc='outside upper center', ncols=3, fontsize=8, facecolor='0.8')


def box_around(points: np.ndarray, shape: tuple[float, float]) -> Box:
    """A box with some margin around points, with a panel's ratio of width to height.

    Args:
        points: (P, 2).
        shape: Width and height of the panel that shows it, in any unit.
    """
    box = Box.around(points).expanded(_MARGIN)
    scale = max(side / of for side, of in zip(box.size, shape, strict=True))
    by_x, by_y = ((scale * of - side) / 2 for side, of in zip(box.size, shape, strict=True))
    return Box(box.x1 - by_x, box.y1 - by_y, box.x2 + by_x, box.y2 + by_y)


def draw_crop(axes: Axes, index: FitnessIndex, row: int | None, number: int,
              box: Box) -> None:
    """Fills axes with the part of an image that lies in a box; grey where it cannot be read.

    Args:
        axes: Where to; its coordinates become pixels of the original image.
        index: The index.
        row: Row of the clip-view; grey if None.
        number: Image number.
        box: In pixels of the original image.
    """
    axes.set_facecolor('0.5')
    image, extent = _read_crop(index, row, number, box)
    if image is not None:
        axes.imshow(image, extent=extent, aspect='equal')
    left, top, right, bottom = outline(box)
    axes.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[], aspect='equal')


def _read_crop(index: FitnessIndex, index_row: int | None, number: int,
               box: Box) -> tuple[np.ndarray | None, tuple[float, ...] | None]:
    """The part of a frame in a box, and where it lies: left, right, bottom, top in px."""
    if index_row is None:
        return None, None
    try:
        frames, mapping = read_frames(index, index_row, [number], box)
    except (FrameError, ValueError):
        return None, None
    return frames[0], mapping.extent(frames[0].shape[1::-1])
