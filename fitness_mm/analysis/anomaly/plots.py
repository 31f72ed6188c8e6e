"""Figures of residuals: where anomalies are, how distances spread, what a threshold does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, SymmetricalLogLocator

from fitness_mm.anomaly import (
    STUDY_CODE_RULE,
    STUDY_FIGURE_RULE,
    TORSO_RULE,
    Anomalies,
    Residuals,
    Rule,
    distances,
    severity,
    sweep,
)
from fitness_mm.anomaly.thresholds import sweep_range
from fitness_mm.files import save_figure
from fitness_mm.keypoints.skeleton import KEYPOINTS

from .planted import Truth
from .scores import MANY_JOINTS, detection_scores

_BLUE, _ORANGE, _GREEN, _GREY = '#0072b2', '#d55e00', '#009e73', '#666666'
_UNIT_NAMES = {
    'noise': "multiples of the network's usual distance", 'torso': 'torso lengths',
    'box': 'sides of the box', 'input_px': "px of the network's input",
    'study_px': 'px of an input 192x256'}


def plot_groups(residuals: Residuals, anomalies: Anomalies, out: str | Path) -> Path:
    """Bars: share of anomalies by day, exercise and view, and of wrong joints by joint.

    Args:
        residuals: Labels and predictions.
        anomalies: What was found in them.
        out: The image to write.

    Returns:
        ``out`` as a path.
    """
    far = (distances(residuals, anomalies.rule.unit) > anomalies.rule.threshold)
    by_joint = {name: (int((far[:, k] & residuals.visible[:, k]).sum()),
                       int(residuals.visible[:, k].sum())) for k, name in enumerate(KEYPOINTS)}
    panels = [('joint', 'visible joints beyond the threshold', by_joint)]
    panels += [(name, 'flagged frames', _counts(getattr(residuals, name), anomalies.flagged))
               for name in ('exercise', 'day', 'view')]
    heights = [len(groups) for *_, groups in panels]
    right = max(sum(heights[1:]) + 6, heights[0])
    figure = Figure(figsize=(11, 1.2 + 0.21 * right), layout='constrained')
    left, column = figure.subfigures(1, 2)
    axes = [left.subplots(), *column.subplots(
        3, 1, gridspec_kw=dict(height_ratios=[height + 1.5 for height in heights[1:]]))]
    for ax, (name, what, groups) in zip(axes, panels, strict=True):
        _bars(ax, groups, f'{what} (%)', name)
    return save_figure(figure, out)


def plot_joint_distances(residuals: Residuals, rule: Rule, out: str | Path) -> Path:
    """A histogram of distances for every joint, on one logarithmic axis.

    Args:
        residuals: Labels and predictions.
        rule: Its unit is the axis, its threshold a line.
        out: The image to write.

    Returns:
        ``out`` as a path.
    """
    distance = distances(residuals, rule.unit)
    seen = np.maximum(distance[residuals.visible], 1e-6)
    bins = np.geomspace(np.percentile(seen, 0.5), seen.max() * 1.01, 40)
    figure = Figure(figsize=(11, 8), layout='constrained')
    panels = figure.subplots(4, 6, sharex=True, sharey=True)
    for k, ax in enumerate(panels.flat):
        values = distance[residuals.visible[:, k], k]
        ax.hist(np.clip(values, bins[0], None), bins, color=_BLUE)
        ax.axvline(rule.threshold, color=_ORANGE, linestyle='--', linewidth=1)
        _log_axis(ax, subs=(1.0, ))
        ax.set_title(f'{KEYPOINTS[k]}, median {np.median(values):.2g}' if len(values)
                     else KEYPOINTS[k], fontsize=8)
        ax.spines[['top', 'right']].set_visible(False)
    figure.supxlabel(f'distance from label to prediction ({_UNIT_NAMES[rule.unit]}); dashed: '
                     f'threshold {rule.threshold:.2g}')
    figure.supylabel('frames')
    return save_figure(figure, out)


def plot_sweep(residuals: Residuals, recommended: Rule, out: str | Path,
               truth: Truth | None = None) -> Path:
    """What each threshold would flag, for the scale-free rule and for the original study's two.

    Args:
        residuals: Labels and predictions.
        recommended: The rule with the recommended threshold.
        out: The image to write.
        truth: If known, precision and recall of errors that move many joints are drawn too.

    Returns:
        ``out`` as a path.
    """
    figure = Figure(figsize=(11, 7.5), layout='constrained')
    panels = figure.subplots(2, 2, sharex='col')
    columns = [
        (recommended, {'recommended': recommended.threshold}),
        (STUDY_CODE_RULE, {"original study's code, 10 joints": STUDY_CODE_RULE.threshold,
                          "its figure, 11 joints": STUDY_FIGURE_RULE.threshold}),
    ]
    if recommended.unit == TORSO_RULE.unit:
        columns[0][1]['default'] = TORSO_RULE.threshold
    for (top, bottom), (rule, lines) in zip(panels.T, columns, strict=True):
        found = severity(distances(residuals, rule.unit), residuals.visible, rule.joints)
        thresholds = sweep_range(found)
        _draw_severities(top, found, thresholds, truth)
        _draw_sweep(bottom, found, thresholds, truth)
        for ax in (top, bottom):
            for (name, value), style in zip(lines.items(), ('--', ':'), strict=False):
                ax.axvline(value, color='black', linestyle=style, linewidth=1.2,
                           label=f'{name}: {value:.3g}')
            _log_axis(ax)
            ax.spines[['top', 'right']].set_visible(False)
        top.set_title(f'at least {rule.joints} joints beyond the threshold', fontsize=10)
        top.set(ylabel='frames')
        bottom.set(xlabel=f'threshold ({_UNIT_NAMES[rule.unit]})', ylabel='share (%)',
                   ylim=(-2, 102))
        _legend_below(bottom, top)
    return save_figure(figure, out)


def _draw_severities(ax: Axes, found: np.ndarray, thresholds: np.ndarray,
                     truth: Truth | None) -> None:
    bins = thresholds[::5]
    if truth is None:
        ax.hist(found, bins, color=_BLUE, label='frames')
    else:
        many = truth.joints_moved >= MANY_JOINTS
        ax.hist([found[~truth.planted], found[truth.planted & ~many], found[many]], bins,
                stacked=True, color=[_BLUE, _GREY, _ORANGE],
                label=['no planted error', f'planted, under {MANY_JOINTS} joints moved',
                       f'planted, {MANY_JOINTS} or more joints moved'])
    ax.set_yscale('symlog', linthresh=10)
    ax.yaxis.set_major_locator(SymmetricalLogLocator(base=10, linthresh=10, subs=(1.0, 3.0)))
    ax.yaxis.set_major_formatter('{x:g}')


def _draw_sweep(ax: Axes, found: np.ndarray, thresholds: np.ndarray, truth: Truth | None) -> None:
    ax.plot(thresholds, 100 * sweep(found, thresholds) / len(found), color=_GREY,
            label='frames flagged')
    if truth is not None:
        scores = [detection_scores(found, t, truth.joints_moved >= MANY_JOINTS, ~truth.planted)
                  for t in thresholds]
        for name, colour in (('precision', _BLUE), ('recall', _ORANGE), ('f1', _GREEN)):
            values = [np.nan if s[name] is None else 100 * s[name] for s in scores]
            ax.plot(thresholds, values, color=colour, label=name.replace('f1', 'F1'))
    ax.grid(alpha=0.3)


def _log_axis(ax: Axes, subs: tuple[float, ...] = (1.0, 2.0, 5.0)) -> None:
    """Logarithmic thresholds, written as plain numbers."""
    ax.set_xscale('log')
    ax.xaxis.set_major_locator(LogLocator(subs=subs))
    ax.xaxis.set_major_formatter('{x:g}')
    ax.xaxis.set_minor_formatter(NullFormatter())


def _legend_below(bottom: Axes, top: Axes) -> None:
    """One legend for both panels of a column, each entry once."""
    shown = {}
    for ax in (top, bottom):
        shown |= {name: handle for handle, name in zip(*ax.get_legend_handles_labels(),
                                                        strict=True)}
    bottom.legend(shown.values(), shown.keys(), fontsize=8, loc='upper center',
                  bbox_to_anchor=(0.5, -0.17), ncols=2, frameon=False)


def _counts(groups: np.ndarray, flagged: np.ndarray) -> dict[str, tuple[int, int]]:
    return {str(g): (int(flagged[groups == g].sum()), int((groups == g).sum()))
            for g in np.unique(groups)}


def _bars(ax: Axes, groups: Mapping[str, tuple[int, int]], xlabel: str, ylabel: str) -> None:
    shares = [100 * part / whole if whole else 0.0 for part, whole in groups.values()]
    ax.barh(range(len(groups)), shares, color=_BLUE, height=0.7)
    for y, (share, (part, whole)) in enumerate(zip(shares, groups.values(), strict=True)):
        ax.text(share, y, f' {part} of {whole}', va='center', fontsize=7, color='0.25')
    ax.set_yticks(range(len(groups)), groups.keys(), fontsize=8)
    ax.set(xlabel=xlabel, ylim=(len(groups) - 0.4, -0.6), xlim=(0, max(shares) * 1.3 + 0.1))
    ax.set_title(f'by {ylabel}', fontsize=10)
    ax.spines[['top', 'right']].set_visible(False)
