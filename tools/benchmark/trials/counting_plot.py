"""Pictures of counted repetitions: a few movements with what was found in them, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use('Agg')

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from fitness_mm.files import replacing
from fitness_mm.keypoints.skeleton import KEYPOINT_INDEX
from fitness_mm.repetitions.counting import find_sets

from .counting import Outcome, summary
from .sessions import FPS, Session

_HANDS = [KEYPOINT_INDEX[f'{side} Wrist'] for side in ('Left', 'Right')]
_OUT, _BACK, _TRUE = '#56b4e9', '#f0e442', '#d55e00'  # told apart by the colour-blind too


def plot_outcomes(examples: Sequence[Session], runs: dict[str, list[Outcome]],
                  out: Path) -> None:
    """Draws examples above, and the share of right counts below.

    Args:
        examples: Sessions to show.
        runs: Outcomes by the name of the run.
        out: The PNG file.
    """
    figure, rows = plt.subplots(
        len(examples) + 1, 1, figsize=(9, 2.1 * len(examples) + 3.4), layout='constrained',
        height_ratios=[1.0] * len(examples) + [1.5], squeeze=False)
    rows = rows[:, 0]
    for axes, session in zip(rows[:-1], examples, strict=True):
        _draw_session(axes, session)
    if examples:
        rows[0].legend(*_legend(), loc='lower left', bbox_to_anchor=(0, 1.12), ncols=4,
                       fontsize=8, frameon=False)
        rows[-2].set_xlabel('seconds')
    _draw_shares(rows[-1], runs)
    with replacing(out) as file:
        figure.savefig(file, dpi=110)
    plt.close(figure)


def _draw_session(axes: Axes, session: Session) -> None:
    found = [rep for exercise in dict.fromkeys(name for name, _ in session.sets)
             for one in find_sets(session.keypoints, session.scores, FPS, exercise,
                                  session.doing(exercise)) for rep in one.repetitions]
    seconds = np.arange(len(session.keypoints)) / FPS
    for rep in found:
        axes.axvspan(rep.start / FPS, rep.turn / FPS, color=_OUT, alpha=0.5, lw=0)
        axes.axvspan(rep.turn / FPS, rep.stop / FPS, color=_BACK, alpha=0.5, lw=0)
    for hand in _HANDS:
        axes.plot(seconds, session.keypoints[:, hand, 1], color='0.25', lw=0.7)
    for start, _, stop in session.bounds:
        axes.plot([start, stop], [0, 0], color=_TRUE, lw=3, marker='|', markersize=9,
                  transform=axes.get_xaxis_transform(), clip_on=False)
    # Single keypoints may land anywhere; the scale is that of the others.
    low, high = np.nanquantile(session.keypoints[:, _HANDS, 1], (0.01, 0.99))
    axes.set(ylim=(high + 0.15 * (high - low), low - 0.15 * (high - low)), ylabel='wrists, px',
             xlim=(0, seconds[-1]))
    axes.set_title(f'{session.case}: {session.exercise}, {len(found)} counted, '
                   f'{len(session.bounds)} true', fontsize=9, loc='left')
    axes.spines[['top', 'right']].set_visible(False)


def _legend() -> tuple[list, list[str]]:
    patches = [plt.Rectangle((0, 0), 1, 1, color=colour, alpha=0.5) for colour in (_OUT, _BACK)]
    lines = [plt.Line2D([], [], color='0.25', lw=0.8),
             plt.Line2D([], [], color=_TRUE, lw=3, marker='|', markersize=9)]
    return patches + lines, ['found: out', 'found: back', 'height of the wrists', 'true']


def _draw_shares(axes: Axes, runs: dict[str, list[Outcome]]) -> None:
    names = list(dict.fromkeys(o.case for outcomes in runs.values() for o in outcomes))
    colours = plt.get_cmap('viridis')(np.linspace(0.0, 0.85, len(runs)))
    width = 0.8 / len(runs)
    for i, ((run, outcomes), colour) in enumerate(zip(runs.items(), colours, strict=True)):
        shares = [summary([o for o in outcomes if o.case == name])['exact'] for name in names]
        axes.bar(np.arange(len(names)) + (i - (len(runs) - 1) / 2) * width, shares, width,
                 color=colour, label=run)
    axes.set(ylim=(0, 1.0), ylabel='counted exactly', xlim=(-0.6, len(names) - 0.4))
    axes.set_xticks(range(len(names)), names, rotation=30, ha='right', fontsize=8)
    axes.legend(fontsize=8, loc='lower left', bbox_to_anchor=(0, 1.0), ncols=3, frameon=False)
    axes.spines[['top', 'right']].set_visible(False)
