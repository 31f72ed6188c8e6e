"""What a comparison of real and generated data leaves on disk."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import numpy as np

from fitness_mm.aihub.catalog import EXERCISES
from fitness_mm.aihub.conditions import conditions_of
from fitness_mm.aihub.disk.layout import VIEWS
from fitness_mm.analysis.audit.counts import condition_names
from fitness_mm.analysis.pages import embedded, write_page
from fitness_mm.files import write_text
from fitness_mm.keypoints.skeleton import KEYPOINTS
from fitness_mm.printable import printable
from fitness_mm.tables import csv_table, markdown_table, percent

from .compare import Difference, Fault, Sign
from .features import COURSES, MOMENTS, PARTS
from .figures import (
    draw_cameras,
    draw_courses,
    draw_differences,
    draw_faults,
    draw_noise,
    draw_parts,
)
from .state import KINDS, Realism

_NAMES = {(one.exercise.name, one.name_ko): condition_names(one)
          for one in conditions_of(EXERCISES)}
_WORST = 3  # features of an exercise in a summary
_ENDS = ('10 %', '50 %', '90 %')
_DIFFERENCE_HEADS = ('feature', *(f'{kind} {end}' for kind in KINDS for end in _ENDS), 'distance',
                     'distance among real people')
_SIGN_HEADS = ('feature', *(f'{kind} {what}' for what in ('kept', 'broken', 'effect', 'AUROC')
                            for kind in KINDS), 'verdict')


def write_realism(found: Realism, out: Path) -> list[Path]:
    """Writes ``realism.html``, ``realism.md``, tables as CSV and the pictures of the page.

    Returns:
        The files, the page first, then the Markdown summary.
    """
    pictures = {'parts': draw_parts(found, out / 'parts.png'),
                'bodies': draw_differences(found.bodies, out / 'bodies.png')}
    if found.told():
        pictures['faults'] = draw_faults(found, out / 'faults.png')
    if found.cameras:
        pictures |= {'cameras': draw_cameras(found, out / 'cameras.png'),
                     'noise': draw_noise(found, out / 'noise.png')}
    exercises = {exercise: (
        draw_courses(found.courses[exercise], out / f'course_{exercise.index:02d}.png'),
        draw_differences(rows, out / f'exercise_{exercise.index:02d}.png'))
        for exercise, rows in found.exercises.items()}
    page = write_page(
        out / 'realism.html', 'realism/page.html.j2', found=found, views=VIEWS,
        pictures={name: embedded(path) for name, path in pictures.items()},
        exercises={exercise: tuple(map(embedded, paths)) for exercise, paths in exercises.items()},
        worst=dict(worst_rows(found)), part_heads=_PART_HEADS,
        spreads=_part_rows(found, 'spread'), difference_heads=_DIFFERENCE_HEADS,
        difference_cells=_difference_cells, fault_heads=_FAULT_HEADS, fault_cells=fault_cells,
        sign_heads=_SIGN_HEADS, sign_cells=_sign_cells, noise=list(_noise_rows(found)),
        noise_heads=_NOISE_HEADS, transfer=transfer_tables(found))
    texts = {'realism.md': as_markdown(found), 'differences.csv': _differences_csv(found),
             'faults.csv': _faults_csv(found), 'courses.csv': _courses_csv(found),
             'labels.csv': csv_table(_NOISE_HEADS, _noise_rows(found))}
    if found.cameras:
        texts['cameras.csv'] = csv_table(('view', *_DIFFERENCE_HEADS), (
            (view, *_difference_cells(one)) for view, rows in found.cameras.items()
            for one in rows))
    if found.transfer:
        for name, (heads, rows) in transfer_tables(found).items():
            texts[f'transfer_{name}.csv'] = csv_table(heads, rows)
    written = [write_text(out / name, text) for name, text in texts.items()]
    return [page, *written, *pictures.values(), *(
        path for paths in exercises.values() for path in paths)]


def _difference_cells(one: Difference) -> tuple[str, ...]:
    return (str(one.feature), *(f'{value:.3g}' for value in (*one.real, *one.generated)),
            f'{one.distance:.2f}', f'{one.among_real:.2f}')


def _sign_cells(sign: Sign) -> tuple[str, ...]:
    return (str(sign.feature), *(f'{value:.3g}' for pair in (sign.kept, sign.broken)
                                 for value in pair),
            *(f'{value:+.1f}' for value in sign.effect), *(f'{value:.2f}' for value in sign.auroc),
            sign.verdict)


_FAULT_HEADS = ('condition', 'broken real clips have', 'AUROC', 'verdict',
                'broken generated clips have', 'AUROC')


def fault_cells(fault: Fault) -> tuple[str, ...]:
    """What tells a fault best in real clips and in generated ones, and what is wrong with it."""
    best, learnt = fault.signs[0], fault.learnt
    verdict = best.verdict if fault.best > fault.chance else 'not told in real clips'
    return (f'{fault.condition.exercise.name}: {fault.condition.name_en}', *_told_by(best, 0),
            verdict, *_told_by(learnt, 1))


def _told_by(sign: Sign, kind: int) -> tuple[str, str]:
    """In words what broken clips of a kind have, and the AUROCs of that, real → generated."""
    more = sign.auroc[kind] > 0.5
    return (f"{'more' if more else 'less'}: {sign.feature}", ' → '.join(
        f'{auroc if more else 1 - auroc:.2f}' for auroc in sign.auroc))


def worst_rows(found: Realism) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Part of the body to what is most different in it, an exercise each, the worst first; bodies
    are the same in all exercises."""
    distance = found.by_part(attrgetter('distance'))
    for p, part in enumerate(PARTS):
        rows = []
        for exercise, differences in found.exercises.items():
            # both sides say the same, and so does another statistic of a signal
            own: dict[str, Difference] = {}
            for one in differences:
                if one.feature.part == part:
                    own.setdefault(one.feature.signal, one)
            rows.append((distance[exercise][p], exercise.name, '; '.join(
                f'{one.feature} {one.real[1]:.3g} → {one.generated[1]:.3g} ({one.distance:.1f})'
                for one in list(own.values())[:_WORST])))
        rows.sort(reverse=True)
        yield part, tuple((name, f'{usual:.1f}', worst) for usual, name, worst in rows)


_PART_HEADS = ('exercise', *PARTS)


def _part_rows(found: Realism, what: str) -> list[tuple[str, ...]]:
    return [(exercise.name, *(f'{value:.1f}' for value in values))
            for exercise, values in found.by_part(attrgetter(what)).items()]


_NOISE_HEADS = ('keypoint', *(f'{what}, {kind} {view}' for what in (
    'usual distance', 'wrong', 'missing') for kind in KINDS for view in VIEWS))


def _noise_rows(found: Realism) -> Iterator[tuple[str, ...]]:
    for k, name in enumerate(KEYPOINTS):
        yield (name, *(f'{value:.4f}' for what in (
            found.noise.usual, found.noise.wrong, found.noise.missing)
            for value in what[:, k].ravel()))


def transfer_tables(found: Realism) -> dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Heads and rows of what networks say of the other kind; empty without records."""
    tests = found.transfer
    if tests is None:
        return {}

    def auroc(value: float | None) -> str:
        return '–' if value is None else f'{value:.3f}'

    return {
        'exercises': (('exercise', *(f'{test}: {what}' for test in tests.tests
                                     for what in ('class', 'family'))),
                      [(printable(name), *(percent(share, 1) if shares else '–' for shares in cells
                                for share in shares or (0, 0)))
                       for name, cells in tests.exercises]),
        'conditions': (('exercise', 'condition', *tests.tests),
                       [('all that every test has', '', *map(auroc, tests.mean_auroc)),
                        *((printable(exercise), printable(
                            _NAMES.get((exercise, condition), condition)), *map(auroc, values))
                          for exercise, condition, values in tests.conditions)]),
    }


def as_markdown(found: Realism) -> str:
    """The summary."""
    lines = ['# Generated data beside real labels', '',
             f'Real: {found.clips[0]}. Generated: {found.clips[1]}.', '',
             '## Faults, the most different first', '',
             markdown_table(_FAULT_HEADS, map(fault_cells, found.faults)), '',
             '## Usual distance by part of the body', '',
             'In standard deviations of real clips.', '',
             markdown_table(_PART_HEADS, _part_rows(found, 'distance')), '',
             '## Usual spread between clips, as a multiple of the real one', '',
             markdown_table(_PART_HEADS, _part_rows(found, 'spread'))]
    for part, rows in worst_rows(found):
        lines += ['', f'### Most different: {part}', '',
                  markdown_table(('exercise', 'usual distance', 'most different'), rows)]
    lines += ['', '## Bodies', '',
              markdown_table(_DIFFERENCE_HEADS, map(_difference_cells, found.bodies))]
    if found.cameras:
        lines += ['', '## Cameras', '', markdown_table(('view', *_DIFFERENCE_HEADS), (
            (view, *_difference_cells(one)) for view, rows in found.cameras.items()
            for one in rows)),
            '', '## Labels', '', markdown_table(('', *KINDS), (
                (what, *(percent(float(np.mean(values[kind])), 2) for kind in range(len(KINDS))))
                for what, values in (('usual distance from what all views say, of the trunk',
                                      found.noise.usual), ('wrong', found.noise.wrong),
                                     ('missing', found.noise.missing))))]
    for name, (heads, rows) in transfer_tables(found).items():
        lines += ['', f'## Trained on one, tested on the other: {name}', '',
                  markdown_table(heads, rows)]
    return '\n'.join(lines) + '\n'


def _differences_csv(found: Realism) -> str:
    return csv_table(('exercise', *_DIFFERENCE_HEADS), (
        (name, *_difference_cells(one)) for name, rows in (
            ('', found.bodies), *((exercise.name, rows)
                                  for exercise, rows in found.exercises.items()))
        for one in rows))


def _courses_csv(found: Realism) -> str:
    return csv_table(('exercise', 'signal', 'labelled frame', *_DIFFERENCE_HEADS[1:7]), (
        (exercise.name, name, t + 1, *(f'{value:.3g}' for value in courses[:, c, :, t].ravel()))
        for exercise, courses in found.courses.items() for c, name in enumerate(COURSES)
        for t in range(MOMENTS)))


def _faults_csv(found: Realism) -> str:
    return csv_table(
        ('exercise', 'condition', 'condition_ko', *(f'{kind} {what} clips' for kind in KINDS
                                                    for what in ('kept', 'broken')),
         'chance', 'told by', *_SIGN_HEADS),
        ((fault.condition.exercise.name, fault.condition.name_en, fault.condition.name_ko,
          *fault.clips, f'{fault.chance:.2f}', which, *_sign_cells(sign))
         for fault in found.faults
         for which, sign in (*(('real', sign) for sign in fault.signs), ('generated', fault.learnt))
         ))
