"""Pictures of how generated data differ from real labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fitness_mm.files import save_figure
from fitness_mm.keypoints.skeleton import KEYPOINTS

from .cameras import MEASURES
from .compare import Difference
from .features import COURSES, MOMENTS, PARTS
from .state import KINDS, Realism

_COLOURS = ('#0072b2', '#d55e00')  # real, generated
_LINE = 0.26  # inches
_MOST = 16  # features drawn of an exercise
_FAR = 8.0  # real standard deviations to each side that are drawn


def draw_parts(found: Realism, path: Path) -> Path:
    """Draws how different which parts of the body are in which exercise."""
    by_part = found.by_part(lambda one: one.distance)
    values = np.array(list(by_part.values()))
    figure = Figure(figsize=(8.5, 1.1 + 0.32 * len(values)), layout='constrained')
    axes = figure.subplots()
    axes.imshow(values, aspect='auto', cmap='Oranges', vmin=0, vmax=4)
    for (y, x), value in np.ndenumerate(values):
        axes.text(x, y, f'{value:.1f}', ha='center', va='center', fontsize=9,
                  color='white' if value > 2.8 else 'black')
    axes.set_xticks(range(len(PARTS)), PARTS, fontsize=9)
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(values)), [exercise.name for exercise in by_part], fontsize=9)
    return save_figure(figure, path, dpi=110)


def draw_differences(differences: list[Difference], path: Path) -> Path:
    """Draws 10, 50 and 90 % of the most different features, in standard deviations of the real
    ones from their median."""
    shown = differences[:_MOST]
    figure = Figure(figsize=(9.5, 0.9 + _LINE * len(shown)), layout='constrained')
    axes = figure.subplots()
    axes.axvspan(-1.28, 1.28, color='#e8f1f8')
    for y, one in enumerate(shown):
        spread = max((one.real[2] - one.real[0]) / 2.56, 1e-6)
        _draw_whiskers(axes, y, *(np.clip((np.array(values) - one.real[1]) / spread, -_FAR, _FAR)
                                  for values in (one.real, one.generated)))
    axes.set_yticks(range(len(shown)), [_label(one) for one in shown], fontsize=8.5)
    axes.set_xlim(-_FAR - 0.2, _FAR + 0.2)
    axes.set_xlabel('standard deviations of real clips from their median '
                    f'(what is further than {_FAR:g} is drawn there)', fontsize=8.5)
    axes.invert_yaxis()
    axes.spines[['top', 'right']].set_visible(False)
    _add_legend(figure, axes)
    return save_figure(figure, path, dpi=110)


def _label(one: Difference) -> str:
    return f'{one.feature}   {one.real[1]:.3g} → {one.generated[1]:.3g}'


def _draw_whiskers(axes: Axes, y: float, *kinds: Sequence[float]) -> None:
    """10, 50 and 90 % of real numbers and, below, of generated ones."""
    for (low, middle, high), colour, place in zip(kinds, _COLOURS, (-0.13, 0.13), strict=True):
        axes.plot([low, high], [y + place] * 2, color=colour, lw=2.5, alpha=0.6)
        axes.plot(middle, y + place, 'o', color=colour, ms=5)


def _add_legend(figure: Figure, axes: Axes) -> None:
    figure.legend([axes.plot([], [], 'o-', color=colour)[0] for colour in _COLOURS], KINDS,
                  loc='outside upper right', ncols=2, fontsize=8.5, frameon=False)


def draw_courses(courses: np.ndarray, path: Path) -> Path:
    """Draws 10, 50 and 90 % of an exercise's clips at every labelled moment.

    Args:
        courses: See :attr:`Realism.courses`.
        path: The picture.
    """
    figure, lines = Figure(figsize=(9.5, 2.2), layout='constrained'), {}
    for panel, (axes, name) in enumerate(zip(figure.subplots(1, len(COURSES)), COURSES,
                                             strict=True)):
        for (low, middle, high), colour, kind in zip(courses[:, panel], _COLOURS, KINDS,
                                                     strict=True):
            axes.fill_between(range(1, MOMENTS + 1), low, high, color=colour, alpha=0.2, lw=0)
            line, = axes.plot(range(1, MOMENTS + 1), middle, color=colour)
            lines[kind] = line
        axes.set_title(name, fontsize=9)
        axes.tick_params(labelsize=8)
        axes.set_xticks(range(1, MOMENTS + 1, 3))
        axes.set_xlabel('labelled frame', fontsize=8)
        axes.spines[['top', 'right']].set_visible(False)
    figure.legend(lines.values(), lines, loc='outside right upper', fontsize=8)
    return save_figure(figure, path, dpi=110)


def draw_faults(found: Realism, path: Path) -> Path:
    """Draws, for every condition, AUROCs of the features that tell it in real clips, turned so that
    the real ones are above one half: a generated one below is the wrong way round."""
    told = found.told()
    figure = Figure(figsize=(9.5, 1.1 + _LINE * len(told)), layout='constrained')
    axes = figure.subplots()
    axes.axvspan(0, 0.5, color='#fbeae2')
    for y, fault in enumerate(told):
        for number, sign in enumerate(fault.first):
            turn = 1 if sign.auroc[0] > 0.5 else -1
            ends = [0.5 + turn * (auroc - 0.5) for auroc in sign.auroc]
            place = y + 0.16 * (number - 1.5)
            axes.plot(ends, [place] * 2, color='#b8c4ce', lw=1)
            for end, colour in zip(ends, _COLOURS, strict=True):
                axes.plot(end, place, 'o', color=colour, ms=5 if number == 0 else 3)
    names = [f'{fault.condition.exercise.name}: {fault.condition.name_en}' for fault in told]
    axes.set_yticks(range(len(told)), names, fontsize=8.5)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(len(told) - 0.4, -0.6)
    axes.set_xlabel('AUROC of the features that tell the fault best in real clips, the same way '
                    'round in both', fontsize=8.5)
    axes.spines[['top', 'right']].set_visible(False)
    _add_legend(figure, axes)
    return save_figure(figure, path, dpi=110)


def draw_cameras(found: Realism, path: Path) -> Path:
    """Draws where the cameras of each view stand around the person, how high, how far and how
    much they see: median and 10 to 90 %."""
    figure = Figure(figsize=(12, 2.6), layout='constrained')
    panels = figure.subplots(1, len(MEASURES))
    for axes, measure in zip(panels, MEASURES, strict=True):
        for y, differences in enumerate(found.cameras.values()):
            one = next(one for one in differences if one.feature == measure)
            _draw_whiskers(axes, y, one.real, one.generated)
        axes.set_yticks(range(len(found.cameras)), list(found.cameras), fontsize=8.5)
        axes.invert_yaxis()
        axes.set_title(measure, fontsize=9)
        axes.spines[['top', 'right']].set_visible(False)
    _add_legend(figure, panels[0])
    return save_figure(figure, path, dpi=110)


def draw_noise(found: Realism, path: Path) -> Path:
    """Draws how far labels are from what all views say, by keypoint: median over views, and how
    many are wrong."""
    figure = Figure(figsize=(10, 0.9 + 0.19 * len(KEYPOINTS)), layout='constrained')
    left, right = figure.subplots(1, 2, sharey=True)
    places = np.arange(len(KEYPOINTS))
    for axes, values, title in ((left, found.noise.usual, 'usual distance, % of the trunk'),
                                (right, found.noise.wrong, 'wrong labels, %')):
        for kind, colour in enumerate(_COLOURS):
            axes.barh(places + 0.38 * (kind - 0.5), 100 * values[kind].mean(1), 0.36, color=colour,
                      label=KINDS[kind])
        axes.set_title(title, fontsize=9)
        axes.spines[['top', 'right']].set_visible(False)
    left.set_yticks(places, KEYPOINTS, fontsize=8)
    left.invert_yaxis()
    left.legend(fontsize=8)
    return save_figure(figure, path, dpi=110)
