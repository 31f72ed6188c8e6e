"""What all clips together say about measures, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from fitness_mm.aihub.catalog import MOVEMENTS
from fitness_mm.aihub.conditions import Condition, conditions_of
from fitness_mm.aihub.index import FitnessIndex
from fitness_mm.files import write_text
from fitness_mm.posture.angles import DEGREES, MEASURES
from fitness_mm.posture.kept_ranges import LEAST_AUROC, KeptRange, condition_measures, ranges_table
from fitness_mm.posture.measures import auroc
from fitness_mm.posture.views import OBLIQUE, VIEWS
from fitness_mm.tables import number

from .seen import Seen, look_around

MOST_ERROR_DEG = 12.0
"""An angle that is further off in a view means nothing there."""

FEWEST_CLIPS, FEWEST_PEOPLE = 30, 5
"""Kept and broken each, and in both: what fewer say is no rule."""


def kept_ranges(seen: Seen) -> tuple[list[KeptRange], list[KeptRange]]:
    """What is known of every measure of every condition of the clips.

    Args:
        seen: The clips.

    Returns:
        Those that tell broken clips from kept ones, and those that do not or are too far off.
    """
    found = [one for e in np.unique(seen.exercise)
             for condition in conditions_of([MOVEMENTS[e]])
             for one in _of_condition(seen, condition)]
    good = [one.auroc >= LEAST_AUROC and not (one.of.unit == DEGREES
                                              and one.error > MOST_ERROR_DEG) for one in found]
    return tuple([one for one, kind in zip(found, good, strict=True) if kind is wanted]
                 for wanted in (True, False))


def _of_condition(seen: Seen, condition: Condition) -> Iterator[KeptRange]:
    own = seen.exercise == condition.exercise.index
    truth = seen.gt_conditions[own, condition.position]
    people = len(np.unique(seen.performer[own][truth >= 0]))
    if min((truth == 0).sum(), (truth == 1).sum()) < FEWEST_CLIPS or people < FEWEST_PEOPLE:
        return
    for name, statistic, broken in condition_measures().get(condition.name_en, ()):
        for view in VIEWS:
            values = seen.values[view, name, statistic][own]  # (N, A)
            known = (truth >= 0)[:, None] & ~np.isnan(values)
            kept = values[known & (truth == 1)[:, None]]
            is_broken = np.broadcast_to((truth == 0)[:, None], values.shape)[known]
            if not len(kept) or not is_broken.any():
                continue
            sign = 1 if broken == 'more' else -1
            low, high = np.quantile(kept, (0.1, 0.9))
            error = np.hypot(np.nanmedian(seen.errors[view, name][own][truth == 1]),
                             label_noise(seen, name))
            yield KeptRange(
                condition.exercise.name, condition.name_en, name, statistic, broken, view,
                auroc(is_broken, sign * values[known]), float(low), float(kept.mean()),
                float(high), float(error), int((truth == 1).sum()), int((truth == 0).sum()), people)


def label_noise(seen: Seen, measure: str) -> float:
    """How far labels are off beyond what their projection is, where they are seen at an angle, as
    most of them are; 0 without labels of such views."""
    labelled, projected = (kind[OBLIQUE, measure] for kind in (seen.labelled, seen.errors))
    if np.isnan(labelled).all():
        return 0.0
    return float(np.sqrt(max(0.0, np.nanmedian(labelled)**2 - np.nanmedian(projected)**2)))


def error_rows(seen: Seen) -> Iterator[list[str]]:
    """Of every measure its name, its unit, and how far one view is off from space, median and 90 %
    of the clips of each view: by projection alone, and then of labels, as far as they are there."""
    for measure in MEASURES.values():
        cells = [number(float(np.nanquantile(off, at)) if (~np.isnan(off)).any() else None,
                        1 if measure.unit == DEGREES else 2)
                 for kind in (seen.errors, seen.labelled) for view in VIEWS
                 for off in [kind[view, measure.name]] for at in (0.5, 0.9)]
        yield [measure.name, measure.unit, *cells]


def write_tables(root: Path, folder: Path, progress: Callable[[int, int], None]) -> str:
    """Measures a data set and writes all tables.

    Args:
        root: Of prepared labels.
        folder: Where the tables go.
        progress: Told of clips measured and in all.

    Returns:
        What was found, in words.

    Raises:
        FitnessError: If the index cannot be read.
    """
    seen = look_around(FitnessIndex.read(root), progress)
    good, bad = kept_ranges(seen)
    write_text(folder / 'view_errors.tsv', _tsv(
        ['measure', 'unit', *(f'{kind}, {view}, {at} %' for kind in ('projected', 'labelled')
                              for view in VIEWS for at in (50, 90))], error_rows(seen)))
    write_text(folder / 'kept_ranges.tsv', ranges_table(good))
    write_text(folder / 'left_out.tsv', ranges_table(bad))
    conditions = {(one.exercise, one.condition) for one in good}
    return (f'clips     {len(seen.exercise):,} of {len(np.unique(seen.performer))} people\n'
            f'ranges    {len(good)} of {len(conditions)} conditions of '
            f'{len({exercise for exercise, _ in conditions})} exercises\ntables    {folder}')


def _tsv(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    return ''.join('\t'.join(row) + '\n' for row in (heads, *rows))
