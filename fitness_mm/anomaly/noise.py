"""Distances in units of what the network usually gets wrong, so that a hard pose is no wrong label.

A network is off for two reasons: the label is wrong, or the network is. Four things tell them
apart without any truth: how well it finds that joint from that camera elsewhere; how sure it is;
how well it does in the other views of the same moment, which show the same pose but have labels of
their own; and whether it is off in the neighbouring frames too, as wrong labels come in runs.
"""

from __future__ import annotations

import numpy as np

from .residuals import Residuals

_MIN_VIEW_FRAMES = 100
_MIN_NOISE_PX = 1e-3


def in_units_of_noise(in_pixels: np.ndarray, residuals: Residuals) -> np.ndarray:
    """Distances (N, K) in multiples of what is usual for the joint, the camera and the moment.

    Args:
        in_pixels: Distances (N, K) in pixels of the network's input.
        residuals: What they were computed from.
    """
    visible = residuals.visible
    multiples = in_pixels / joint_noise_px(in_pixels, visible, residuals.view)
    multiples = multiples * confidence(residuals.scores, visible)
    errors = np.where(visible, multiples, 0.0).sum(axis=1) / np.maximum(visible.sum(axis=1), 1)
    harder = difficulty(errors, residuals)
    return multiples * (persistence(errors / harder, residuals) / harder)[:, None]


def joint_noise_px(distance_px: np.ndarray, visible: np.ndarray, view: np.ndarray) -> np.ndarray:
    """How far off the network usually is at each joint, as each camera sees it, (N, K).

    Networks find a hip with less error than a wrist, and the far side with more than the near
    one. A hip on the wrong side is told from a right one by a distance that says nothing about a
    wrist. It is a median, which wrong labels, a few in a hundred, hardly move.

    Args:
        distance_px: (N, K).
        visible: bool (N, K).
        view: Camera letters (N,); one with few frames gets the noise of all.
    """
    seen = np.where(visible, distance_px, np.nan)
    noise = np.repeat(_median(seen)[None], len(seen), axis=0)
    for letter in np.unique(view):
        rows = view == letter
        if rows.sum() >= _MIN_VIEW_FRAMES:
            in_view = _median(seen[rows])
            noise[rows] = np.where(np.isnan(in_view), noise[rows], in_view)
    return np.maximum(np.nan_to_num(noise, nan=1.0), _MIN_NOISE_PX)


def confidence(scores: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """The network's scores as a share of what is usual at each joint, (N, K), at most 1.

    Where the network wavers between two places its peaks are low, and then it is a poor witness
    against a label.

    Args:
        scores: (N, K).
        visible: bool (N, K).
    """
    usual = _median(np.where(visible, scores, np.nan))
    usual = np.where(usual > 0, usual, 1.0)
    return np.clip(scores / usual, 0.0, 1.0)


def difficulty(errors: np.ndarray, residuals: Residuals) -> np.ndarray:
    """How much worse than usual the network does in the other views of the moment, (N,).

    The median over these views, whose labels may be wrong as well; at least 1, and 1 where there
    is no other view.

    Args:
        errors: Error of each frame (N,), in any unit.
        residuals: Says which frames show the same moment.
    """
    clips = np.char.rpartition(residuals.clip_view, '_')[:, 0]
    _, clip = np.unique(clips, return_inverse=True)
    _, moment = np.unique(np.stack([clip, residuals.frame_number]), axis=1, return_inverse=True)
    letters, camera = np.unique(residuals.view, return_inverse=True)
    table = np.full((moment.max() + 1, len(letters)), np.nan)  # moments by cameras
    table[moment, camera] = errors
    usual = float(np.median(errors))
    others = np.full_like(table, np.nan)
    for c in range(len(letters)):
        others[:, c] = _median(np.delete(table, c, axis=1).T)
    ratio = others[moment, camera] / max(usual, 1e-9)
    return np.maximum(np.nan_to_num(ratio, nan=1.0), 1.0)


def persistence(errors: np.ndarray, residuals: Residuals) -> np.ndarray:
    """How much of a frame's error is left when its neighbours have their say, (N,), at most 1.

    Labels are made clip by clip, so a wrong one seldom stands alone; a network wavers from frame
    to frame. The error becomes a geometric mean of the frame's own, counted twice, and those of
    the labelled frames before and after it in the clip-view. No error counts as less than usual,
    so a gross one is found even where it stands alone, and neighbours only ever excuse: a right
    label beside a run of wrong ones stays right.

    Args:
        errors: Error of each frame (N,) in multiples of what is usual.
        residuals: Says which frames are neighbours.

    Returns:
        What to multiply each frame's distances by.
    """
    own = np.log(np.maximum(errors, 1.0))
    order = np.lexsort((residuals.frame_number, residuals.clip_view))
    clip_view, in_order = residuals.clip_view[order], own[order]
    follows = clip_view[1:] == clip_view[:-1]
    total, weight = 2 * in_order, np.full(len(own), 2.0)
    for here, there in ((np.s_[1:], np.s_[:-1]), (np.s_[:-1], np.s_[1:])):
        total[here] += np.where(follows, in_order[there], 0.0)
        weight[here] += follows
    steadied = np.empty_like(own)
    steadied[order] = total / weight
    return np.exp(np.minimum(steadied - own, 0.0))


def _median(values: np.ndarray) -> np.ndarray:
    """Median of each column's numbers; NaN for a column without any."""
    medians = np.full(values.shape[1], np.nan)
    shown = ~np.isnan(values).all(axis=0)
    medians[shown] = np.nanmedian(values[:, shown], axis=0)
    return medians
