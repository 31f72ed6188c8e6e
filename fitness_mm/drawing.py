"""Skeletons drawn on images, for every figure that shows labelled frames."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .aihub.frames import FrameError, read_frames
from .aihub.index.index import FitnessIndex
from .keypoints.colours import KEYPOINT_COLOURS, LEFT, MIDDLE, RIGHT
from .keypoints.skeleton import LIMBS

_MARGIN = 0.12
"""Around the joints, as a share of the longer side of what they span."""


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


def box_around(points: np.ndarray, shape: tuple[float, float]) -> np.ndarray:
    """A box with some margin around points.

    Args:
        points: (P, 2).
        shape: Width and height of the panel that shows it, in any unit.

    Returns:
        x1, y1, x2, y2 with the panel's ratio of width to height, float64 (4,).
    """
    low, high = points.min(0).astype(np.float64), points.max(0).astype(np.float64)
    size = high - low + 2 * _MARGIN * max((high - low).max(), 8.0)
    size = (size / shape).max() * np.array(shape)
    centre = (low + high) / 2
    return np.concatenate([centre - size / 2, centre + size / 2])


def draw_crop(axes: Axes, index: FitnessIndex, row: int | None, number: int,
              box: np.ndarray) -> None:
    """Fills axes with the part of an image that lies in a box; grey where it cannot be read.

    Args:
        axes: Where to; its coordinates become pixels of the original image.
        index: The index.
        row: Row of the clip-view; grey if None.
        number: Image number.
        box: x1, y1, x2, y2 in pixels of the original image.
    """
    axes.set_facecolor('0.5')
    image, extent = _read_crop(index, row, number, box)
    if image is not None:
        axes.imshow(image, extent=extent, aspect='equal')
    axes.set(xlim=(box[0], box[2]), ylim=(box[3], box[1]), xticks=[], yticks=[], aspect='equal')




def _read_crop(index: FitnessIndex, index_row: int | None, number: int,
               box: np.ndarray) -> tuple[np.ndarray | None, tuple[float, ...] | None]:
    """The part of a frame in a box, and where it lies: left, right, bottom, top in px."""
    if index_row is None:
        return None, None
    try:
        frames, mapping = read_frames(index, index_row, [number], box)
    except (FrameError, ValueError):
        return None, None
    return frames[0], mapping.extent(frames[0].shape[1::-1])
