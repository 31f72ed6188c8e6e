"""Whether probabilities mean what they say, as a figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fitness_mm.files import save_figure
from fitness_mm.posture.calibration_fit import BINS, expected_calibration_error, reliability_curve

from .abstaining import Calibrated

_COLOURS = {'before': '#999999', 'after': '#0072b2'}


def plot_reliability(found: dict[str, Calibrated], out: str | Path) -> Path:
    """Probability against frequency, and how often each is given, before and after calibration.

    Args:
        found: For people that had no part in the calibration, by what it is judged from.
        out: The image to write.

    Returns:
        ``out`` as a path.
    """
    figure = Figure(figsize=(9, 0.4 + 5 * len(found)), layout='constrained')
    panels = figure.subplots(2 * len(found), 2, height_ratios=(3, 1) * len(found), sharex='col')
    for row, (source, some) in enumerate(found.items()):
        both = panels[2 * row:2 * row + 2]
        _draw(both[:, 0], some.exercise, f'Predicted exercise, from {source}',
              'share that is right')
        _draw(both[:, 1], some.broken, f'Condition broken, from {source}', 'share that is broken')
    figure.suptitle('Probabilities for people left out of the calibration', fontsize=11)
    return save_figure(figure, out)


def _draw(axes: tuple[Axes, Axes], pairs: tuple, title: str, ylabel: str) -> None:
    curve, counts = axes
    curve.plot([0, 1], [0, 1], color='0.7', linewidth=1, linestyle='--')
    for i, (name, (probability, outcome)) in enumerate(zip(_COLOURS, pairs, strict=True)):
        if not len(outcome):
            continue
        size, mean, frequency = reliability_curve(probability, outcome)
        error = expected_calibration_error(probability, outcome)
        curve.plot(mean, frequency, color=_COLOURS[name], linewidth=1, alpha=0.5)
        # the area of a point is the number of cases that it stands for
        curve.scatter(mean, frequency, 10 + 140 * size / size.sum(), color=_COLOURS[name],
                      label=f'{name} calibration, error {error:.3f}', zorder=3)
        edges = np.arange(BINS) / BINS + (0.1 + 0.4 * i) / BINS
        filled = np.histogram(probability, BINS, (0, 1))[0]
        counts.bar(edges, filled, 0.4 / BINS, align='edge', color=_COLOURS[name])
    curve.set(title=title, ylabel=ylabel, xlim=(-0.02, 1.02), ylim=(-0.03, 1.05))
    curve.legend(fontsize=8, frameon=False, loc='lower right')
    counts.set(xlabel='probability', ylabel='cases')
    for ax in axes:
        ax.grid(alpha=0.25)
        ax.spines[['top', 'right']].set_visible(False)
