"""The original study's look at feature spaces: features, their t-SNE maps and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson

from fitness_mm.aihub.catalog import MOVEMENTS
from fitness_mm.analysis.load_model import Subject
from fitness_mm.errors import FitnessError
from fitness_mm.files import check_output, write_text
from fitness_mm.fonts import korean_font
from fitness_mm.tables import number

from .cache import ClipFeatures, features_of
from .embed import FEWEST_POINTS, tsne_map
from .options import GROUPS, TsneOptions
from .separation import separation
from .tsne_plot import Panel, plot_maps

_WIDEST_ROW = 3  # of one model's maps
_WORDS = {
    'en': {'silhouette': 'silhouette', 'knn_purity': 'k-NN purity', 'linear_probe': 'linear probe',
           'view': 'view', 'performer': 'performer'},
    'ko': {'silhouette': '실루엣 계수', 'knn_purity': 'k-NN 순도',
           'linear_probe': '선형 분류 정확도',
           'view': '시점', 'performer': '수행자'}}


def draw_tsne(subjects: Sequence[Subject], out: Path, options: TsneOptions,
              log: Callable[[str], None] = print) -> list[dict]:
    """Writes the figure and, beside it as JSON, how well the classes lie apart in each map.

    Several models, or the maps of one by view, stand side by side; models by view make rows.

    Args:
        subjects: Models, all of the same classes.
        out: The image.
        options: What to show.
        log: Told what is going on.

    Returns:
        The numbers, one dict a panel.

    Raises:
        FitnessError: If a model gives no features, they have nothing to show, or no font has
            Korean letters.
    """
    check_output(out)
    font = korean_font(options.font) if options.lang == 'ko' else None
    names: tuple[str, ...] = ()
    rows, numbers = [], []
    words = _WORDS[options.lang]
    for subject, name in zip(subjects, _titles(subjects), strict=True):
        records = features_of(subject, options.cfg_options, options.max_per_class, options.seed,
                              options.cache, log)
        if names and names != records.classes:
            raise FitnessError(f'{subject.config} has other classes than {subjects[0].config}; '
                               'compare models of the same classes')
        names = records.classes
        row = []
        for group, part in _parts(_chosen(records, options.classes), options.by, subject.name):
            points = _map(subject.name, group, part, options)
            apart = separation(part.features, part.label, part.clip, part.performer)
            title = name if options.by is None else f'{words[options.by]} {group}'
            side = name if options.by and not row else ''
            row.append(Panel(title, points, part.label, _note(apart, words), side))
            numbers.append({'model': name.replace('\n', ' '),
                            **({options.by: group} if options.by else {}),
                            'classes': [names[c] for c in np.unique(part.label)], **apart})
        rows.append(row)
    if options.by is None:
        rows = [[panel for row in rows for panel in row]]
    elif len(rows) == 1:
        rows = [rows[0][i:i + _WIDEST_ROW] for i in range(0, len(rows[0]), _WIDEST_ROW)]
    elif len({len(row) for row in rows}) > 1:
        raise FitnessError(f'the models have clips of different {options.by}s; compare them on '
                           'the same data')
    korean = {exercise.name: exercise.name_ko for exercise in MOVEMENTS} if font else {}
    plot_maps(rows, [korean.get(name, name) for name in names], out, font)
    write_text(out.with_suffix('.json'),
               orjson.dumps(numbers, option=orjson.OPT_INDENT_2).decode())
    return numbers


def describe(numbers: Sequence[dict]) -> str:
    """The numbers of all panels as a table in plain text."""
    names = [' '.join(str(row[key]) for key in ('model', *GROUPS) if key in row)
             for row in numbers]
    width = max(map(len, names))
    lines = [f"{'':{width}} clips  performers  silhouette  k-NN purity  linear probe"]
    for name, row in zip(names, numbers, strict=True):
        lines.append(f"{name:{width}} {row['samples']:5d}  {row['performers']:10d}  "
                     f"{number(row['silhouette']):>10s}  "
                     f"{number(row['knn_purity']):>11s}  "
                     f"{number(row['linear_probe']):>12s}")
    return '\n'.join(lines)


def _chosen(records: ClipFeatures, classes: Sequence[int]) -> ClipFeatures:
    if not classes:
        return records
    unknown = [c for c in classes if not 0 <= c < len(records.classes)]
    if unknown:
        raise FitnessError(f'there is no class {unknown[0]}; expected numbers from 0 to '
                           f'{len(records.classes) - 1}: ' + ', '.join(
                               f'{i} {name}' for i, name in enumerate(records.classes)))
    return records.select(np.isin(records.label, classes))


def _parts(records: ClipFeatures, by: str | None,
           name: str) -> Iterator[tuple[str, ClipFeatures]]:
    if by is None:
        yield '', records
        return
    column = getattr(records, by)
    groups = [group for group in np.unique(column).tolist() if group not in ('', -1)]
    if not groups:
        raise FitnessError(f'{name}: its data set does not say which {by} a clip is of, so there '
                           f'is no map by {by}')
    for group in groups:
        yield group, records.select(column == group)


def _map(name: str, group: str, part: ClipFeatures, options: TsneOptions) -> np.ndarray:
    if len(part) < FEWEST_POINTS:
        where = f' of {options.by} {group}' if options.by else ''
        raise FitnessError(f'{name} has only {len(part)} clips for the map{where}, and t-SNE '
                           f'needs at least {FEWEST_POINTS}; ask for more classes or clips')
    return tsne_map(part.features, options.seed, options.perplexity)


def _titles(subjects: Sequence[Subject]) -> list[str]:
    """The configs' names; where they are alike the checkpoints' below them, or else numbers."""
    names = [(subject.name, '/'.join(subject.checkpoint.with_suffix('').parts[-2:]), str(i))
             for i, subject in enumerate(subjects, 1)]
    return ['\n'.join(next(name[:n] for n in (1, 2, 3)
                           if sum(other[:n] == name[:n] for other in names) == 1))
            for name in names]


def _note(apart: dict, words: dict[str, str]) -> str:
    silhouette, purity, probe = (f'{words[key]} {number(apart[key], 2)}'
                                 for key in ('silhouette', 'knn_purity', 'linear_probe'))
    return f'{silhouette}, {purity}\n{probe}'
